import { RULES } from './rules/rules.ts';
import type { HostFacts, Policy, PolicyFinding } from './types.ts';

/** Findings of one host under one policy, sorted by key, keys unique. Missing facts give no finding (see `anchorStatus`). */
export function evaluatePolicy(policy: Policy, facts: HostFacts): PolicyFinding[] {
  const byKey = new Map(
    RULES[policy.rule].evaluate(policy.parameters, facts).map((finding) => [finding.key, finding]),
  );
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}
