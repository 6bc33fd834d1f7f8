import type { VerdictCause } from '@trustfleet/protocol';
import { certificateEvidence, failed, type FindCause, type Inquest } from './inquest.ts';

/** X509_V_ERR_… that say what is wrong with the certificates themselves, whoever's anchors they meet. */
const BY_CODE: Readonly<Record<number, VerdictCause>> = {
  28: 'anchorRejected',
  47: 'nameConstraint',
  48: 'nameConstraint',
  49: 'nameConstraint',
  51: 'nameConstraint',
  52: 'nameConstraint',
  53: 'nameConstraint',
  66: 'weakKey',
  67: 'weakKey',
  68: 'weakKey',
};
/** Reasons to look for an anchor, an issuer or a date, which others find the cause of. */
const OTHERS: ReadonlySet<number> = new Set([2, 9, 10, 18, 19, 20, 21]);

/** §7.6, step 7: the profile of 3.13, keys, constraints, and chains that nobody could verify. */
export const profileCause: FindCause = (inquest) => {
  const verification = failed(inquest);
  if (verification === null || OTHERS.has(verification.code)) return null;
  const { code, depth, path } = verification;
  const evidence = { code, depth, ...certificateEvidence(inquest, path[depth]) };
  if (isStrictness(inquest)) return { cause: 'strictProfile', evidence };
  return { cause: BY_CODE[code] ?? 'chainInvalid', evidence };
};

/** python-tls.md §3: without VERIFY_X509_STRICT the same chain is not objected to for the same. */
function isStrictness({ predictor, resolved, endpoint, prediction }: Inquest): boolean {
  if (!resolved.openssl.strict) return false;
  const lenient = predictor.verify(resolved, endpoint, { openssl: { ...resolved.openssl, strict: false } });
  return lenient !== null && lenient.code !== prediction.verification?.code;
}
