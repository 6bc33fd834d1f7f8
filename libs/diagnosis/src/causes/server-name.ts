import { serverNameCode } from '@trustfleet/certificates';
import { nameRulesOf } from '../prediction/name-rules.ts';
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
 * §7.6, step 3: a captive portal, a block page, the wrong machine. Asked before anchors are, and of the certificate alone: a root is never
 * the remedy for another server's certificate (failures.md §7.1, code 62), whoever signed it and whatever else is wrong with it.
 */
export const hostNameCause: FindCause = (inquest) => {
  const { resolved, endpoint, predictor, prediction } = inquest;
  if (failed(inquest) === null || !resolved.checksName) return null;
  const [shown] = prediction.chain;
  const leaf = shown === undefined ? null : predictor.certificates.certificate(shown);
  const rules = nameRulesOf(resolved.consumer, resolved.source.steps);
  if (leaf === null || !serverNameCode(leaf, endpoint.host, rules)) return null;
  return {
    cause: 'hostNameMismatch',
    evidence: { host: endpoint.host, ...certificateEvidence(inquest, shown) },
  };
};
