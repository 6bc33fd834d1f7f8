import type { AnchorTrust, TrustStore } from '@trustfleet/protocol';
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

/**
 * One anchor's standing in a store that keeps entries and no files of ours: all that is needed to bring it back. Plain JSON, so that a
 * journal keeps it; equal standings are equal as canonical JSON.
 */
export type EntryState =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'present';
      /** DER, base64. */
      readonly der: string;
      readonly trust: AnchorTrust;
      /** What else the store keeps with it, in the driver's own words: friendly name, nickname, flags, alias. */
      readonly attributes: Readonly<Record<string, string>>;
    };

/** Single entries of a store, for the drivers whose stores are changed entry by entry (Windows, NSS, Java, a PEM file). */
export interface EntryAccess {
  /** Its standing now, read anew. Throws where the store cannot be read. */
  get(sha256: string): Promise<EntryState>;
  /** The standing in which this store trusts it for TLS servers. Pure. */
  trusting(der: Uint8Array): EntryState;
  /** The standing in which this store rejects whatever it signs. Pure. Absent where the store knows no such standing. */
  distrusting?(der: Uint8Array): EntryState;
  /**
   * True for a standing in which a `put` of an entry that was absent may leave it when it is killed half-way: whoever takes that `put` back
   * may take this away. Absent where a `put` is one step. Pure.
   */
  unfinished?(sha256: string, state: EntryState): boolean;
  /** Brings one entry to a standing, touches no other. Idempotent; on disk before it resolves. */
  put(sha256: string, state: EntryState, options?: ChangeOptions): Promise<StoreChange>;
}

/** A whole store's changeable part, as `restore` needs it. Plain JSON with a format number; null where this host cannot tell. */
export interface StoreSnapshot {
  readonly format: 1;
  readonly driver: string;
  readonly id: string;
  /** The driver's own; plain JSON, at most 32 MiB. */
  readonly content: unknown;
}

/** One store of one host. */
export interface StoreHandle {
  readonly id: string;
  /** Reads all of it again; failures are in the reading, never thrown. */
  read(): Promise<StoreReading>;
  /** Null when this store cannot be changed (see `store.cannotChange`) or has no files of its own (see `entries`). */
  plan(sha256: string): ChangePlan | null;
  /** The store then trusts it: writes the anchor's PEM (atomic, 0644) and rebuilds the bundle, or puts the entry. Idempotent. */
  add(der: Uint8Array, options?: ChangeOptions): Promise<StoreChange>;
  /** Deletes what `add` made for this anchor, nothing else, and rebuilds the bundle. Idempotent. */
  remove(sha256: string, options?: ChangeOptions): Promise<StoreChange>;
  /** Null for a store that is changed by files and a tool. */
  readonly entries: EntryAccess | null;
  /** What an administrator can change of this store, whole. Throws {@link SnapshotFailed} where it cannot be read. */
  snapshot(): Promise<StoreSnapshot>;
  /** Back to a snapshot: equal contents afterwards (byte-equal, or the same anchors where the system regenerates files). */
  restore(snapshot: StoreSnapshot, options?: ChangeOptions): Promise<StoreChange>;
  /** Only runs the store's tools, for a caller that changed files itself. After a removal they also drop what they had made of the file. */
  rebuild(after: 'add' | 'remove', options?: ChangeOptions): Promise<StoreChange>;
}

/** A store could not be read whole, so there is nothing to go back to; the message says where and why. */
export class SnapshotFailed extends Error {
  override readonly name = 'SnapshotFailed';
}

export interface TrustStores {
  /** Stores of this host, the operating system's first (an unknown distribution gives one that cannot be changed). */
  list(): Promise<readonly StoreHandle[]>;
  /** A PEM file or a hashed directory as a store of its own, whether it exists or not; its id is `bundle:<path>`. */
  openBundle(path: string): StoreHandle;
  /** One store without a look for the others: the operating system's, or the one of that id; `bundle:<path>` is one too. Null where there is none. */
  open(id?: string): Promise<StoreHandle | null>;
  /** Section, DER by SHA-256 over all stores, and what to watch. */
  collect(): Promise<{
    readonly stores: readonly TrustStore[];
    readonly certificates: ReadonlyMap<string, Uint8Array>;
    readonly watch: readonly string[];
    /** Sentences for people: what could not be looked at, or did not fit a report. */
    readonly problems: readonly string[];
  }>;
}

export interface TrustStoreOptions {
  /** Prefix of every file and directory (tools stay where they are), for tests and images. Default '/'. */
  readonly root?: string;
}

/** One kind of store: one folder in drivers/, one line in the table of create-trust-stores.ts. */
export interface StoreDriver {
  readonly name: string;
  /** None when this host has no store of this kind. Of the operating-system drivers the first with any wins. */
  detect(ports: TrustStorePorts, host: HostDescription): Promise<readonly StoreHandle[]>;
  /** Sentences for people: where stores of this kind may lie and were not looked for. Absent where it looks everywhere. */
  gaps?(ports: TrustStorePorts, host: HostDescription): Promise<readonly string[]>;
}

/** What drivers decide by. */
export interface HostDescription {
  readonly platform: TrustStorePorts['platform'];
  readonly root: string;
  /** ID and ID_LIKE of os-release(5), lower case. */
  readonly families: readonly string[];
  readonly prettyName: string | null;
}
