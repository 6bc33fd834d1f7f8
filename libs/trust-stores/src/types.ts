import type { TrustStore } from '@trustfleet/protocol';
import type { TrustStorePorts } from './ports.ts';

/** Result of add and remove. The store's tool ran to its end; whether trust changed is for the caller to read back. */
export type StoreChange =
  | {
      readonly state: 'done';
      /** Files written or deleted by us, absolute. Empty when there was nothing to do. */
      readonly files: readonly string[];
      /** Programs that ran, as argv, with the end of what they printed. */
      readonly commands: readonly { readonly argv: readonly string[]; readonly output: string }[];
    }
  | {
      readonly state: 'failed';
      /** What happened, where, what to do next. */
      readonly reason: string;
      /** Files that were changed before the failure. */
      readonly files: readonly string[];
      readonly commands: readonly { readonly argv: readonly string[]; readonly output: string }[];
    };

export interface StoreReading {
  readonly store: TrustStore;
  /** DER by SHA-256 of every anchor of the bundle and of every readable local anchor. */
  readonly certificates: ReadonlyMap<string, Uint8Array>;
  /** Files and directories whose change means: read again. */
  readonly watch: readonly string[];
}

/** What a plan is made of, without touching anything. */
export interface ChangePlan {
  /** File that `add` would write or `remove` delete. */
  readonly path: string;
  /** argv of the tools that `add` runs to rebuild the bundle. */
  readonly commands: readonly (readonly [string, ...string[]])[];
  /** File programs load, read back to see whether trust changed. */
  readonly bundlePath: string;
}

export interface ChangeOptions {
  /** Stops the tool that runs; the change then fails and what it did stands in `files`. */
  readonly signal?: AbortSignal;
}

/** One store of one host. */
export interface StoreHandle {
  readonly id: string;
  /** Reads all of it again; failures are in the reading, never thrown. */
  read(): Promise<StoreReading>;
  /** Null when this store cannot be changed: see `store.cannotChange`. */
  plan(sha256: string): ChangePlan | null;
  /** Writes the anchor's PEM (atomic, 0644) and rebuilds the bundle. Idempotent. */
  add(der: Uint8Array, options?: ChangeOptions): Promise<StoreChange>;
  /** Deletes the file that `add` wrote for this anchor, nothing else, and rebuilds the bundle. Idempotent. */
  remove(sha256: string, options?: ChangeOptions): Promise<StoreChange>;
  /** Only runs the store's tools, for a caller that changed files itself. After a removal they also drop what they had made of the file. */
  rebuild(after: 'add' | 'remove', options?: ChangeOptions): Promise<StoreChange>;
}

export interface TrustStores {
  /** Stores of this host, at least one (an unknown distribution gives one that cannot be changed). */
  list(): Promise<readonly StoreHandle[]>;
  /** Section, DER by SHA-256 over all stores, and what to watch. */
  collect(): Promise<{
    readonly stores: readonly TrustStore[];
    readonly certificates: ReadonlyMap<string, Uint8Array>;
    readonly watch: readonly string[];
  }>;
}

export interface TrustStoreOptions {
  /** Prefix of every file and directory (tools stay where they are), for tests and images. Default '/'. */
  readonly root?: string;
}

/** One kind of store: one folder in drivers/, one line in the table of create-trust-stores.ts. */
export interface StoreDriver {
  readonly name: string;
  /** Null when this host has no store of this kind. */
  detect(ports: TrustStorePorts, host: HostDescription): Promise<StoreHandle | null>;
}

/** What drivers decide by. */
export interface HostDescription {
  readonly root: string;
  /** ID and ID_LIKE of os-release(5), lower case. */
  readonly families: readonly string[];
  readonly prettyName: string | null;
}
