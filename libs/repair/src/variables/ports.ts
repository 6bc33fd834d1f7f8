import type { HostFacts } from '@trustfleet/policy';
import type { Subject, VariableHost, VariablePlace } from '@trustfleet/remedies';
import type { FileAccess } from '../guarded-files/ports.ts';

/** Files of variables, with the rights of whoever owns them. */
export interface VariableFiles extends FileAccess {
  /** Makes what is missing of a directory and its parents, 0755; the paths that it made, outermost first. */
  makeDirectory(path: string): Promise<readonly string[]>;
  /** What of that directory and its parents is missing, outermost first. */
  missingDirectories(path: string): Promise<readonly string[]>;
  /** Removes a directory while it is empty; one that is not, or is missing, is left. */
  removeEmptyDirectory(path: string): Promise<void>;
}

/** A text of the registry as it is kept. `strings`: REG_MULTI_SZ. */
export type RegistryText =
  | { readonly type: 'text' | 'expandable'; readonly text: string }
  | { readonly type: 'strings'; readonly texts: string[] };

export type RegistryPlace = Pick<Extract<VariablePlace, { kind: 'registry' }>, 'hive' | 'key'>;

export interface VariableRegistry {
  /** Null where there is no such value, or no such key. */
  get(place: RegistryPlace, name: string): Promise<RegistryText | null>;
  /** On disk before it returns. The key has to be there. */
  set(place: RegistryPlace, name: string, text: RegistryText): Promise<void>;
  /** Missing is no error; on disk before it returns. */
  remove(place: RegistryPlace, name: string): Promise<void>;
}

/** What these remedies need of the host; the agent connects it with libs/host and libs/python. */
export interface VariableAccess {
  readonly platform: 'linux' | 'windows' | 'macos';
  /** The variables as they are now. */
  facts(): Promise<HostFacts>;
  /** What only the host can tell of that account or unit; `value`: the path that the variable is to name, `certificates` what that file holds. */
  look(
    subject: Subject,
    value: string | null,
  ): Promise<{ readonly host: VariableHost; readonly certificates: ReadonlyMap<string, Uint8Array> }>;
  /** Files of the machine, or of the account that the place belongs to. Rejects where there is no such account. */
  files(
    place: Pick<Extract<VariablePlace, { kind: 'file' }>, 'asOwner'>,
    owner: string | null,
  ): Promise<VariableFiles>;
  /** Null on every system but Windows. */
  readonly registry: VariableRegistry | null;
  /** Tells who keeps variables in memory that they changed: systemd its units, a Windows desktop the environment. The reason where that failed, else null. */
  announce(how: 'units' | 'environment', signal: AbortSignal): Promise<string | null>;
}
