import type { CaVariableName, VariableScope } from '@trustfleet/protocol';

/** A variable as another manager is to set it; `value` null: it is to take it away. */
export interface VariableWanted {
  readonly platform: 'linux' | 'windows' | 'macos';
  readonly name: CaVariableName;
  readonly scope: VariableScope;
  readonly owner: string | null;
  readonly value: string | null;
  /** The file or registry key that holds it. */
  readonly source: string;
}
