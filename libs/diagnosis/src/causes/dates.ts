import type { Verification } from '@trustfleet/certificates';
import { clientsTime } from '../predict.ts';
import { missing } from './anchors.ts';
import {
  type CauseFound,
  certificateEvidence,
  failed,
  type FindCause,
  type Inquest,
  withEverything,
} from './inquest.ts';

const NOT_YET_VALID = 9;
const EXPIRED = 10;

const isOfDates = ({ code }: Verification): boolean => code === NOT_YET_VALID || code === EXPIRED;

/** §7.6, step 1: at the server's time the same chain has no such fault. */
export const clockCause: FindCause = (inquest) => {
  const { predictor, resolved, endpoint, facts } = inquest;
  const verification = failed(inquest);
  if (verification === null || !isOfDates(verification) || facts.clockOffsetMs === null) return null;
  const atServersTime = predictor.verify(resolved, endpoint, { at: facts.now });
  if (atServersTime === null || isOfDates(atServersTime)) return null;
  return {
    cause: 'clockWrong',
    evidence: {
      offsetSeconds: Math.round(facts.clockOffsetMs / 1000),
      // The day alone: what is reported must not move by itself.
      clock: clientsTime(facts).toISOString().slice(0, 10),
      ...certificateEvidence(inquest, verification.path[verification.depth]),
    },
  };
};

/** Which of them is out of its time. */
export const dateCause: FindCause = (inquest) => {
  const verification = failed(inquest);
  if (verification === null || !isOfDates(verification)) return null;
  const sha256 = verification.path[verification.depth];
  const evidence = { ...certificateEvidence(inquest, sha256), code: verification.code };
  if (verification.code === NOT_YET_VALID) return { cause: 'notYetValid', evidence };
  if (verification.depth === 0) return { cause: 'leafExpired', evidence };
  const crossSigned = crossSign(inquest, verification);
  if (crossSigned !== null) return { cause: 'crossSignExpired', evidence: { ...evidence, ...crossSigned } };
  const isAnchor = sha256 !== undefined && inquest.resolved.anchors.includes(sha256);
  if (isAnchor) return { cause: 'anchorExpired', evidence };
  return newRootMissing(inquest, verification) ?? { cause: 'intermediateExpired', evidence };
};

/** A cross-sign whose term is over: who has the root that took the old one's place does not need it (failures.md §7.3, the last rule). */
function newRootMissing(inquest: Inquest, verification: Verification): CauseFound | null {
  const good = withEverything(inquest);
  if (good?.ok !== true) return null;
  const { cause, evidence } = missing(inquest, verification, good);
  return { cause, evidence: { ...evidence, code: verification.code } };
}

/**
 * failures.md §7.3: an old OpenSSL follows the presented chain to an expired root, though the bundle holds a good path; a new one, or the
 * same bundle without that root, verifies.
 */
function crossSign(
  { predictor, resolved, endpoint }: Inquest,
  { path, depth }: Verification,
): Record<string, string> | null {
  const newer = predictor.verify(resolved, endpoint, {
    openssl: { ...resolved.openssl, version: [3, 0, 0], libressl: false },
  });
  if (newer?.ok !== true) return null;
  const { version, libressl } = resolved.openssl;
  return {
    openssl: `${libressl ? 'LibreSSL' : 'OpenSSL'} ${version.join('.')}`,
    goodRoot: newer.path.at(-1) ?? '',
    expired: path[depth] ?? '',
  };
}
