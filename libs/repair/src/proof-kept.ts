import type { VerdictOutcome } from '@trustfleet/protocol';
import type { JournaledMeasurement } from './journal/measurement.ts';
import type { Measurement, ProofPoint } from './proof.ts';

/** So many points of a measurement are kept in the journal, those that verify first: they are what may get worse. */
const MAX_KEPT = 2000;
const MAX_ERROR = 160;

const resultOf = ({ probed, predicted }: ProofPoint): VerdictOutcome['result'] =>
  (probed ?? predicted).result;

function kept({ result, code, error }: VerdictOutcome): VerdictOutcome {
  return { result, code, error: error === null ? null : error.slice(0, MAX_ERROR) };
}

/** What the journal keeps of a measurement: enough to compare a later one with it. */
export function keptOf({
  sources,
  verdicts,
}: Pick<Measurement, 'sources' | 'verdicts'>): JournaledMeasurement {
  const [verify, fail] = [
    verdicts.filter((one) => resultOf(one) === 'verifies'),
    verdicts.filter((one) => resultOf(one) !== 'verifies'),
  ];
  const points = [...verify, ...fail].slice(0, MAX_KEPT);
  const named = new Set(points.map(({ source }) => source));
  return {
    sources: sources
      .filter(({ id }) => named.has(id))
      .map(({ id, python, client, install, accounts, code, state, digest }) => ({
        ...{ id, python, client, install, accounts, state, digest },
        code:
          code == null ? null : { path: code.path, line: code.line, rule: code.rule, places: code.places },
      })),
    verdicts: points.map(({ source, endpoint, predicted, probed, cause }) => ({
      ...{ source, endpoint, cause },
      predicted: kept(predicted),
      probed: probed === null ? null : kept(probed),
    })),
  };
}
