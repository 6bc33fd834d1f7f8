import {
  CA_VARIABLES,
  TRUST_SETTINGS,
  type CaVariableName,
  type TrustSettingName,
} from '@trustfleet/protocol';
import { keptValue } from './mask.ts';

/** Variables that are reported: those that name a CA file, and those that decide in another way what is verified. */
export type KeptName = CaVariableName | TrustSettingName;

/** One static assignment. Values of other variables are dropped where they are met and never stand here. */
export interface Assignment {
  readonly name: KeptName;
  /** Credentials of a proxy masked. */
  readonly value: string;
}

/** A parser's input. `home` replaces $HOME and ~ where the file is one account's own. */
export type ParseAssignments = (text: string, home: string | null) => Assignment[];

const NAMES: ReadonlyMap<string, KeptName> = new Map<string, KeptName>([
  ...CA_VARIABLES.map((name) => [name, name] as const),
  ...TRUST_SETTINGS.map((name) => [name, name] as const),
  // Programs take these in either case, and some in this one alone (curl(1), "ENVIRONMENT").
  ...(['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'] as const).map((name) => [name.toLowerCase(), name] as const),
]);
const CA_NAMES: ReadonlySet<string> = new Set(CA_VARIABLES);

/** Null for a variable whose value is nobody's business. */
export function keptName(name: string): KeptName | null {
  return NAMES.get(name) ?? null;
}

export function isCaVariable(name: KeptName): name is CaVariableName {
  return CA_NAMES.has(name);
}

/** The last assignment of a name wins, as when the file is sourced; null stands for `unset`. */
export function lastOfEach(
  found: readonly { readonly name: KeptName; readonly value: string | null }[],
): Assignment[] {
  const last = new Map(found.map(({ name, value }) => [name, value]));
  return [...last].flatMap(([name, value]) =>
    value === null ? [] : [{ name, value: keptValue(name, value) }],
  );
}
