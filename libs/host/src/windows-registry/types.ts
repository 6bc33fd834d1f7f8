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

/** One key, without its hive; `\\` between names. */
export interface RegistryPlace {
  readonly hive: RegistryHive;
  readonly key: string;
}

/** A text as it is kept: REG_SZ, REG_EXPAND_SZ or REG_MULTI_SZ. */
export type RegistryText =
  | { readonly type: 'text' | 'expandable'; readonly text: string }
  | { readonly type: 'strings'; readonly texts: string[] };

/** Changes of the registry's texts, its 64-bit view. Each rejects with a sentence for a person. */
export interface RegistryWriter {
  /** Null where there is no such value or no such key. */
  get(place: RegistryPlace, name: string): Promise<RegistryText | null>;
  /** On disk before it resolves. Keys are not made. */
  set(place: RegistryPlace, name: string, text: RegistryText): Promise<void>;
  /** Missing is no error; on disk before it resolves. */
  remove(place: RegistryPlace, name: string): Promise<void>;
  /** Tells the windows of this session that variables changed (WM_SETTINGCHANGE); those of people's own sessions do not hear a service. */
  announceEnvironment(): Promise<void>;
}
