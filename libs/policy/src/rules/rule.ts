import type { HostFacts, Policy, PolicyFinding } from '../types.ts';

/** What each folder of `rules` gives: one rule under its name. */
export interface Rule<Name extends Policy['rule'] = Policy['rule']> {
  readonly name: Name;
  /** Pure: what breaks the rule on a host with these facts. Missing facts break nothing. */
  evaluate(parameters: Extract<Policy, { rule: Name }>['parameters'], facts: HostFacts): PolicyFinding[];
}
