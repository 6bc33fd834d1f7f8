import type { Verdict, VerdictOutcome } from '@trustfleet/protocol';

type Outcomes = Pick<Verdict, 'predicted' | 'probed'>;

const said = (outcome: VerdictOutcome | null): outcome is VerdictOutcome =>
  outcome !== null && outcome.result !== 'unknown';

/** What a verdict comes to: what was really seen goes before what was worked out. */
export function outcomeOf({ predicted, probed }: Outcomes): VerdictOutcome {
  return said(probed) ? probed : predicted;
}

/**
 * True where a handshake showed another result than the one worked out, or another error number where both have one: one of the two is
 * wrong, and it is for us to know which.
 */
export function predictionDiffers({ predicted, probed }: Outcomes): boolean {
  if (!said(probed) || !said(predicted)) return false;
  const otherNumber = predicted.code !== null && probed.code !== null && predicted.code !== probed.code;
  return probed.result !== predicted.result || otherNumber;
}
