import { CA_VARIABLES, clip, type CaVariableName } from '@trustfleet/protocol';

/** One static assignment. Values of other variables are dropped where they are met and never stand here. */
export interface Assignment {
  readonly name: CaVariableName;
  readonly value: string;
}

/** A parser's input. `home` replaces $HOME and ~ where the file is one account's own. */
export type ParseAssignments = (text: string, home: string | null) => Assignment[];

const NAMES: ReadonlySet<string> = new Set(CA_VARIABLES);

export function isCaVariable(name: string): name is CaVariableName {
  return NAMES.has(name);
}

/** The last assignment of a name wins, as when the file is sourced; null stands for `unset`. */
export function lastOfEach(
  found: readonly { readonly name: CaVariableName; readonly value: string | null }[],
): Assignment[] {
  const last = new Map(found.map(({ name, value }) => [name, value]));
  return [...last].flatMap(([name, value]) => (value === null ? [] : [{ name, value: clip(value, 4096) }]));
}
