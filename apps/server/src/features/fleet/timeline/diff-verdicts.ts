import type { SectionDifference } from '@trustfleet/api';
import { outcomeOf } from '@trustfleet/policy';
import type { TrustSource, Verdict, VerdictsSection } from '@trustfleet/protocol';
import { appeared, changedFact, compare, left } from './difference.ts';

/** Trust sources by their id, and what each comes to at each endpoint. */
export function diffVerdicts(before: VerdictsSection, after: VerdictsSection): SectionDifference[] {
  const sources = compare(before.sources, after.sources, ({ id }) => id);
  const byId = new Map([...before.sources, ...after.sources].map((source) => [source.id, source]));
  return [
    ...sources.appeared.map((source) => appeared({ ...what(source), after: source.state })),
    ...sources.left.map((source) => left({ ...what(source), before: source.state })),
    ...sources.both.flatMap(([was, is]) => [
      ...changedFact(what(is), was.state, is.state),
      ...changedFact(what(is), was.error, is.error),
      ...changedFact(what(is), decisive(was), decisive(is)),
    ]),
    ...diffOutcomes(before.verdicts, after.verdicts, byId),
  ];
}

/** Only of sources and endpoints on both sides: one that appeared brings its verdicts along, and has been told. */
function diffOutcomes(
  before: readonly Verdict[],
  after: readonly Verdict[],
  sources: ReadonlyMap<string, TrustSource>,
): SectionDifference[] {
  const verdicts = compare(before, after, ({ source, endpoint }) => `${source}/${endpoint}`);
  return verdicts.both.flatMap(([was, is]) => {
    const source = sources.get(is.source);
    return source === undefined ? [] : changedFact(what(source), outcome(was), outcome(is));
  });
}

const what = ({ client, python, install }: TrustSource) => ({
  kind: 'verdict' as const,
  name: client,
  where: install ?? python,
});

/** The step that gives the anchors. */
function decisive({ steps }: TrustSource): string | null {
  const step = steps.find((one) => one.outcome === 'used');
  return step === undefined
    ? null
    : [step.name ?? step.kind, step.value].filter((word) => word !== null).join(' ');
}

function outcome(verdict: Verdict): string {
  const { result } = outcomeOf(verdict);
  return verdict.cause === null ? result : `${result}: ${verdict.cause}`;
}
