import type { HostFacts } from '@trustfleet/policy';
import type { PlanChange } from '@trustfleet/protocol';

type Line = Extract<PlanChange, { kind: 'setVariable' }>;

/** The variables as these lines of a plan leave them; of other facts nothing is foretold. */
export function afterLines(facts: HostFacts, lines: readonly PlanChange[]): HostFacts {
  if (facts.variables === undefined) return facts;
  const { variables } = facts;
  const left = lines
    .filter((line): line is Line => line.kind === 'setVariable')
    .reduce(
      (all, { name, scope, owner, source, value }) => [
        ...all.filter(
          (one) =>
            !(
              one.name === name &&
              one.scope === scope &&
              (one.owner ?? null) === (owner ?? null) &&
              one.source === source
            ),
        ),
        ...(value === null ? [] : [{ name, scope, owner, value, source }]),
      ],
      variables.variables,
    );
  return { ...facts, variables: { ...variables, variables: left } };
}
