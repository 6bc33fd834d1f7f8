import type { TrustStoresSection } from '@trustfleet/protocol';
import type { FileAccess } from '../guarded-files/ports.ts';
import type { EntryState } from './entry-state.ts';
import type { AnchorCheck } from './verify.ts';

/** How a change of a store ended; `reason` is null when it was done. */
export interface StoreToolResult {
  readonly reason: string | null;
}

/** Id of a store as orders name it; undefined for the operating system's. */
export type StoreName = string | undefined;

/** One anchor in one store. */
export interface AnchorInStore {
  /** SHA-256 of its DER. */
  readonly anchor: string;
  readonly store: StoreName;
}

/** What these remedies need of the host; the agent connects it with libs/host and libs/trust-stores. */
export interface AnchorStoreAccess extends FileAccess {
  /** The trust stores as they are now; one that is named by its file is among them. */
  trustStores(store: StoreName): Promise<TrustStoresSection>;
  isDirectory(path: string): Promise<boolean>;
  /**
   * Runs the tool that makes what programs load of the store; what it made is on disk before it returns, since tools do not sync. After a
   * removal it must also drop what it made of the removed file, and what a run that was killed left must not come back with it.
   */
  runTool(request: {
    readonly store: StoreName;
    readonly after: 'add' | 'remove';
    readonly signal: AbortSignal;
  }): Promise<StoreToolResult>;
  /** Resolves when no run of that tool is going on, whoever started it; at once for a store without one. Rejects when `signal` aborts first. */
  toolAtRest(store: StoreName, signal: AbortSignal): Promise<void>;
  /** The anchor's entry as it is now, for a store that is changed entry by entry. */
  entry(where: AnchorInStore): Promise<EntryState>;
  /** The standing in which the store trusts the certificate, or rejects it; null where it knows no such standing. */
  standing(how: 'trusting' | 'distrusting', der: Uint8Array, store: StoreName): Promise<EntryState | null>;
  /** True for a standing in which a change of an entry that was absent may leave it when it is killed half-way. */
  isUnfinished(where: AnchorInStore, state: EntryState): Promise<boolean>;
  /** Brings one entry to a standing and touches no other; idempotent, on disk before it returns. */
  putEntry(where: AnchorInStore, state: EntryState, signal: AbortSignal): Promise<StoreToolResult>;
  /** `evaluateAnchor` in a new process, which reads everything again. */
  readBack(where: AnchorInStore, signal: AbortSignal): Promise<AnchorCheck>;
}
