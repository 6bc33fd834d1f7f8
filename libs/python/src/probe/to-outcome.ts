import type { Verification } from '@trustfleet/certificates';
import { clip, type Verdict } from '@trustfleet/protocol';
import type { ProbeResult } from './types.ts';

/**
 * What a probe says as half of a verdict. Who could not be reached was not judged: nothing is known then, and the prediction stands.
 * `replayed` is what the same chain and anchors come to when judged here: Pythons up to 3.6 say only that verification failed, and the
 * number is taken from there (failures.md §7.1), where it failed there too.
 */
export function toOutcome(
  result: ProbeResult,
  replayed: Verification | null,
): Pick<Verdict, 'probed' | 'notProbed'> {
  if (result.state === 'notProbed') return { probed: null, notProbed: result.message ?? 'it was not tried' };
  const nothingWrong = { code: null, error: null };
  if (result.state === 'verified')
    return { probed: { result: 'verifies', ...nothingWrong }, notProbed: null };
  if (result.state === 'unverified')
    return { probed: { result: 'unverified', ...nothingWrong }, notProbed: null };
  const error = wordsOf(result);
  if (result.stage === 'connect')
    return { probed: { result: 'unknown', code: null, error }, notProbed: null };
  return {
    probed: { result: 'fails', code: result.verifyCode ?? codeOf(result, replayed), error },
    notProbed: null,
  };
}

function wordsOf({ errorClass, message }: ProbeResult): string {
  const said = [errorClass, message].filter((one) => one !== null && one !== '');
  // An object's address differs at every start, and what is reported must not move by itself.
  const steady = said.join(': ').replace(/\b0x[0-9a-f]{4,16}\b/gi, '0x…');
  return clip(steady || 'it failed and did not say how', 512);
}

/** Only for what is a failed verification: a connection that was cut has no number. */
function codeOf({ stage, errorClass, message }: ProbeResult, replayed: Verification | null): number | null {
  const verification =
    stage === 'tls' &&
    /certificate[ _]verify[ _]failed|hostname|doesn't match|CertificateError/i.test(
      `${errorClass} ${message}`,
    );
  return verification && replayed !== null && !replayed.ok ? replayed.code : null;
}
