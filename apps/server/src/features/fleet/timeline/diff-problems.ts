import type { SectionDifference } from '@trustfleet/api';
import type { CollectorProblem } from '@trustfleet/protocol';
import { appeared, compare, left } from './difference.ts';

/** What the agent could not look at. */
export function diffProblems(
  before: readonly CollectorProblem[] | undefined,
  after: readonly CollectorProblem[] | undefined,
): SectionDifference[] {
  const keyOf = ({ path, reason }: CollectorProblem) => JSON.stringify([path, reason]);
  const problems = compare(before ?? [], after ?? [], keyOf);
  return [
    ...problems.appeared.map(({ path, reason }) => appeared({ kind: 'other', name: path, after: reason })),
    ...problems.left.map(({ path, reason }) => left({ kind: 'other', name: path, before: reason })),
  ];
}
