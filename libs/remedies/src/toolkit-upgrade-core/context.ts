import type { UndoFile } from '../types.ts';

/** What `core_api.yml` is, and what it would become. */
export type CoreSettings =
  | {
      readonly kind: 'edited';
      readonly path: string;
      /** SHA-256 of what it is, and of what it becomes. */
      readonly previous: string;
      readonly sha256: string;
      /** The changed line, from 1; credentials masked. */
      readonly line: number;
      readonly before: string;
      readonly after: string;
    }
  | { readonly kind: 'asWanted'; readonly path: string }
  | { readonly kind: 'refused'; readonly path: string; readonly reason: string };

/** What only the host can tell of a configuration and its core. */
export interface CoreHostLook {
  /** Null where there is no such file. */
  readonly settings: CoreSettings | null;
  /** Why nobody's rights can be relied on there, or the agent has not them; null where all is well. */
  readonly notWritable: string | null;
  /** The program that upgrades a classic core, and its core; null where the configuration has none. */
  readonly tank: { readonly program: string; readonly missing: boolean } | null;
}

export interface CoreUpgradeContext {
  readonly platform: 'linux' | 'windows' | 'macos';
  /** The host's allow-list names it keeper of where the configuration, or its core, lies. */
  readonly keeper: boolean;
  /** Absent on stored facts. */
  readonly host?: CoreHostLook | undefined;
}

/** What has become of a finished run. */
export interface CoreUndoContext {
  /** `core_api.yml`, where the run wrote it itself. */
  readonly files: readonly UndoFile[];
  /** A classic core that `tank` upgraded; null where the run did not. */
  readonly core: {
    readonly path: string;
    readonly now: string | null;
    readonly previous: string | null;
    readonly standing: 'asLeft' | 'asBefore' | 'changed';
    /** Why it cannot be put back; null where its backup is whole. */
    readonly noBackup: string | null;
  } | null;
}
