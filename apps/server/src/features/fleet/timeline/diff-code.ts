import type { SectionDifference } from '@trustfleet/api';
import type { CodeFinding, CodeSection } from '@trustfleet/protocol';
import { diffProblems } from './diff-problems.ts';
import { appeared, compare, left } from './difference.ts';

/** Places in code by file, rule and text: a line that only moved is the same one, as often as it stands there. */
export function diffCode(before: CodeSection, after: CodeSection): SectionDifference[] {
  const places = compare(numbered(before.findings), numbered(after.findings), ({ key }) => key);
  const what = ({ finding }: Numbered) => ({
    kind: 'code' as const,
    name: finding.rule,
    where: `${finding.path}:${finding.line}`,
  });
  return [
    ...places.appeared.map((place) => appeared({ ...what(place), after: place.finding.text })),
    ...places.left.map((place) => left({ ...what(place), before: place.finding.text })),
    ...diffProblems(before.problems, after.problems),
  ];
}

interface Numbered {
  readonly finding: CodeFinding;
  readonly key: string;
}

function numbered(findings: readonly CodeFinding[]): Numbered[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const text = JSON.stringify([finding.path, finding.rule, finding.text.trim(), finding.problem]);
    const count = (seen.get(text) ?? 0) + 1;
    seen.set(text, count);
    return { finding, key: `${text}${count}` };
  });
}
