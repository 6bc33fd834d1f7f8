import { isNameMismatch } from '../predict.ts';
import { certificateEvidence, failed, type FindCause } from './inquest.ts';

/** Uploads of 3.0.36 – 3.8.1 name no server and get its default certificate (shotgrid.md §1.4). */
export const nameNotSentCause: FindCause = (inquest) => {
  const { resolved, endpoint, predictor, prediction } = inquest;
  if (resolved.sendsName || endpoint.chainWithoutName === null) return null;
  const named = predictor.verify(resolved, endpoint, { presented: endpoint.chain });
  if (prediction.outcome.result !== 'fails' || named?.ok !== true) return null;
  return {
    cause: 'serverNameNotSent',
    evidence: { host: endpoint.host, ...certificateEvidence(inquest, prediction.chain[0]) },
  };
};

/**
 * §7.6, step 3: a captive portal, a block page, the wrong machine. Asked before anchors are: a root is never the remedy for another
 * server's certificate (failures.md §7.1, code 62), whatever else is wrong with it.
 */
export const hostNameCause: FindCause = (inquest) => {
  const { resolved, endpoint, predictor, prediction } = inquest;
  const verification = failed(inquest);
  if (verification === null || !resolved.checksName) return null;
  const { everything } = predictor.certificates;
  const known = predictor.verify(resolved, endpoint, { anchors: everything }) ?? verification;
  if (!isNameMismatch(verification.code) && !isNameMismatch(known.code)) return null;
  return {
    cause: 'hostNameMismatch',
    evidence: { host: endpoint.host, ...certificateEvidence(inquest, prediction.chain[0]) },
  };
};
