import type { SectionDifference } from '@trustfleet/api';
import type { CaVariable, TrustSetting, VariablesSection } from '@trustfleet/protocol';
import { diffProblems } from './diff-problems.ts';
import { appeared, changedFact, compare, left } from './difference.ts';

type Variable = CaVariable | TrustSetting;

/** One variable by who has it and which file sets it: the same name in two files is two of them. */
export function diffVariables(before: VariablesSection, after: VariablesSection): SectionDifference[] {
  const keyOf = ({ name, scope, owner, source }: Variable) => JSON.stringify([name, scope, owner, source]);
  const all = ({ variables, settings }: VariablesSection): Variable[] => [...variables, ...(settings ?? [])];
  const variables = compare(all(before), all(after), keyOf);
  const what = ({ name, owner, source }: Variable) => ({
    kind: 'variable' as const,
    name,
    where: owner === null ? source : `${source} (${owner})`,
  });
  return [
    ...variables.appeared.map((variable) => appeared({ ...what(variable), after: variable.value })),
    ...variables.left.map((variable) => left({ ...what(variable), before: variable.value })),
    ...variables.both.flatMap(([was, is]) => changedFact(what(is), was.value, is.value)),
    ...diffProblems(before.problems, after.problems),
  ];
}
