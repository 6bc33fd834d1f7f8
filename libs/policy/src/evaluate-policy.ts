import { RULES } from './rules/rules.ts';
import type { HostFacts, Policy, PolicyFinding } from './types.ts';

/** Findings of one host under one policy, sorted by key, keys unique. Missing facts give no finding (see `anchorStatus`). */
export function evaluatePolicy(policy: Policy, facts: HostFacts): PolicyFinding[] {
  const byKey = new Map(evaluate(policy, facts).map((finding) => [finding.key, finding]));
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** The rule and its own parameters belong together: a table look-up by name alone would lose that. */
function evaluate(policy: Policy, facts: HostFacts): PolicyFinding[] {
  switch (policy.rule) {
    case 'anchorRequired':
      return RULES[policy.rule].evaluate(policy.parameters, facts);
    case 'clockAccurate':
      return RULES[policy.rule].evaluate(policy.parameters, facts);
    case 'endpointsVerify':
      return RULES[policy.rule].evaluate(policy.parameters, facts);
    case 'sharesAnswer':
      return RULES[policy.rule].evaluate(policy.parameters, facts);
    case 'codeDecides':
      return RULES[policy.rule].evaluate(policy.parameters, facts);
  }
}

/** The facts that these policies look at, each once. */
export function factsRead(policies: readonly Policy[]): readonly (keyof HostFacts)[] {
  return [...new Set(policies.flatMap(({ rule }) => RULES[rule].reads))];
}
