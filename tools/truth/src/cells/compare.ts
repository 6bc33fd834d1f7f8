import type { VerdictOutcome } from '@trustfleet/protocol';
import type { Cell } from '../cell.ts';
import { codeOfText } from './code-of-text.ts';
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

/** What is decided when code runs, so that nobody can say it before: such an answer is right, and no agreement either. */
export const DECIDED_WHEN_RUN = /^A module ca_certs_locater of the studio names the file when it is run$/;

/** In which respect they do not agree; null where they do. A client that tells no number cannot contradict one. */
export function disagreement({
  predicted,
  real,
  probed = null,
}: Pick<Cell, 'predicted' | 'real' | 'probed'>): 'result' | 'code' | 'probe' | null {
  const undecided = predicted.result === 'unknown' && DECIDED_WHEN_RUN.test(predicted.error ?? '');
  const predictedWrongly = undecided ? null : difference(predicted, real);
  if (predictedWrongly !== null) return predictedWrongly;
  return probed !== null && difference(probed, real) !== null ? 'probe' : null;
}

function difference(said: VerdictOutcome, real: VerdictOutcome): 'result' | 'code' | null {
  if (said.result !== real.result) return 'result';
  if (real.result !== 'fails' || real.code === null) return null;
  return said.code === real.code ? null : 'code';
}
