import type { TrustSetting, VariableScope } from '@trustfleet/protocol';
import type { Account } from '../ports.ts';
import type { CollectedVariable } from '../types.ts';
import { isCaVariable, type Assignment, type KeptName } from './assignments.ts';

/** A variable as a source sets it. `readAs` null: what it names is read with the agent's own rights. */
export interface FoundVariable {
  readonly variable: Variable<KeptName>;
  readonly readAs: Account | null;
}
type Variable<Name> = Pick<Assignment, 'value'> & {
  readonly name: Name;
  readonly scope: VariableScope;
  readonly owner: string | null;
  readonly source: string;
};

/** Those that name a CA file; the others are settings. */
export function caVariablesOf(found: readonly FoundVariable[]): CollectedVariable[] {
  return found.flatMap(({ variable, readAs }) => {
    const { name } = variable;
    return isCaVariable(name) ? [{ variable: { ...variable, name }, readAs }] : [];
  });
}

export function settingsOf(found: readonly FoundVariable[]): TrustSetting[] {
  return found.flatMap(({ variable }) => {
    const { name } = variable;
    return isCaVariable(name) ? [] : [{ ...variable, name }];
  });
}
