import type { HostFacts, Policy, PolicyFinding } from './types.ts';

/** Findings of one host under one policy, sorted by key, keys unique. Missing facts give no finding (see `anchorStatus`). */
export function evaluatePolicy(policy: Policy, facts: HostFacts): PolicyFinding[] {
  throw new Error(`in work: ${policy.id} ${Object.keys(facts).join()}`);
}
