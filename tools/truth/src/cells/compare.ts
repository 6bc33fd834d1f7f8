import type { VerdictOutcome } from '@trustfleet/protocol';
import type { Cell } from '../cell.ts';
import { codeOfText } from './code-of-text.ts';
import type { Failure } from './expected-cause.ts';
import type { Row } from './run-driver.ts';

/** A chain whose root nobody has: whoever connects to it does not look. */
export const NOBODYS = 'stranger';

/** What a client really made of one server, given that it did, or did not, connect to a stranger's. */
export function realOutcome(row: Row, connectsToStranger: boolean): VerdictOutcome {
  if (row.result === 'connected')
    return { result: connectsToStranger ? 'unverified' : 'verifies', code: null, error: null };
  const code = row.code ?? codeOfText(`${row.error ?? ''}\n${row.log}`);
  return { result: 'fails', code, error: row.error };
}

/** Whether it ended before any certificate was looked at: what it loads is what it complains of. */
export function endOf({ result, code, error, log }: Row): Failure['ended'] {
  if (result === 'notImported') return 'onImport';
  return code === null && !REFUSED.test(`${error ?? ''}\n${log}`) ? 'whileLoading' : 'later';
}

/** As each client words that it did not like the certificate. */
const REFUSED =
  /CERTIFICATE_VERIFY_FAILED|certificate verify failed|[Hh]ostname|host name|IP address mismatch|match(es)? (either|any)|CertificateError|check_hostname requires/;

/** What is decided when code runs, so that nobody can say it before: such an answer is right, and no agreement either. */
export const DECIDED_WHEN_RUN = /^A module ca_certs_locater of the studio names the file when it is run$/;

type Said = Pick<Cell, 'predicted' | 'real' | 'probed' | 'cause' | 'expectedCauses'>;

/** In which respect they do not agree; null where they do. A client that tells no number cannot contradict one. */
export function disagreement(said: Said): 'result' | 'code' | 'probe' | 'cause' | null {
  const { predicted, real, probed = null } = said;
  const undecided = predicted.result === 'unknown' && DECIDED_WHEN_RUN.test(predicted.error ?? '');
  const predictedWrongly = undecided ? null : difference(predicted, real);
  if (predictedWrongly !== null) return predictedWrongly;
  if (isJudged(probed) && difference(probed, real) !== null) return 'probe';
  return undecided || isCauseExpected(said) ? null : 'cause';
}

/** A probe that did not get as far as the handshake says nothing of it. */
export function isJudged(probed: Said['probed']): probed is VerdictOutcome {
  return probed !== null && probed !== undefined && probed.result !== 'unknown';
}

function isCauseExpected({ cause, expectedCauses }: Said): boolean {
  return expectedCauses === null || (cause !== null && expectedCauses.includes(cause));
}

function difference(said: VerdictOutcome, real: VerdictOutcome): 'result' | 'code' | null {
  if (said.result !== real.result) return 'result';
  if (real.result !== 'fails' || real.code === null) return null;
  return said.code === real.code ? null : 'code';
}
