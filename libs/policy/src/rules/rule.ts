import type { HostFacts, Policy, PolicyFinding } from '../types.ts';

/** What each folder of `rules` gives: one rule under its name. */
export interface Rule<Name extends Policy['rule'] = Policy['rule']> {
  readonly name: Name;
  /** The facts that `evaluate` looks at: a host is judged again when one of them changes, and no other is read for it. */
  readonly reads: readonly (keyof HostFacts)[];
  /** Pure: what breaks the rule on a host with these facts. Missing facts break nothing. */
  evaluate(parameters: Extract<Policy, { rule: Name }>['parameters'], facts: HostFacts): PolicyFinding[];
}
