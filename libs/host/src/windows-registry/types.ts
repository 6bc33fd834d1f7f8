/** `users`: one key a signed-in account, named by its SID. */
export type RegistryHive = 'localMachine' | 'users';

export interface RegistryValue {
  readonly name: string;
  /** Without the zero at its end. Of several texts (REG_MULTI_SZ) the parts between zeros. */
  readonly text: string;
  /** REG_EXPAND_SZ: %NAMES% in it stand for variables. */
  readonly expands: boolean;
}

/** `values` are the texts of the key, sorted by name; numbers and binary values are left out. */
export type RegistryReading =
  | { readonly state: 'read'; readonly values: readonly RegistryValue[]; readonly keys: readonly string[] }
  | { readonly state: 'missing' | 'unreadable'; readonly detail: string };

/** Texts of the Windows registry, its 64-bit view. */
export interface WindowsRegistry {
  /** A key's own values and the names of the keys below it. `key` without the hive, `\\` between names; '' for the hive itself. */
  read(hive: RegistryHive, key: string): Promise<RegistryReading>;
}
