import { findingKey } from '../finding-key.ts';
import type { FindingSubject, Policy, PolicyFinding } from '../types.ts';

/** Findings that one host may have under one rule, with the one that says how many are left out: a host may claim thousands. */
export const MAX_FINDINGS = 200;

/** Each key once; of more than {@link MAX_FINDINGS} the worst ones, always the same of equal ones, and what is left out in one more. */
export function mostFindings(
  rule: Policy['rule'],
  found: readonly PolicyFinding[],
  summaryOf: (more: number) => FindingSubject,
): PolicyFinding[] {
  const findings = [...new Map(found.map((finding) => [finding.key, finding])).values()];
  if (findings.length <= MAX_FINDINGS) return findings;
  const worstFirst = findings.sort((a, b) => compare(a.severity, b.severity) || compare(a.key, b.key));
  const left = worstFirst.slice(MAX_FINDINGS - 1);
  const subject = summaryOf(left.length);
  return [...worstFirst.slice(0, MAX_FINDINGS - 1), summary(rule, left, subject)];
}

function summary(
  rule: Policy['rule'],
  left: readonly PolicyFinding[],
  subject: FindingSubject,
): PolicyFinding {
  const counts: Record<string, number> = {};
  for (const { cause } of left) counts[cause] = (counts[cause] ?? 0) + 1;
  return {
    key: findingKey({ rule, kind: subject.kind, subject: 'more', anchor: null }),
    rule,
    cause: 'moreFindings',
    severity: left.some(({ severity }) => severity === 'blocker') ? 'blocker' : 'warning',
    subject,
    anchor: null,
    evidence: counts,
  };
}

/** `blocker` stands before `warning` in the alphabet too. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
