import type { TrustStoresSection } from '@trustfleet/protocol';
import type { AnchorCheck } from './verify.ts';

/** How a program of the store ended; `reason` is null when it did its work. */
export interface StoreToolResult {
  readonly reason: string | null;
}

/** What this remedy needs of the host; the agent connects it with libs/host and libs/trust-stores. */
export interface AnchorStoreAccess {
  /** The trust stores as they are now. */
  trustStores(): Promise<TrustStoresSection>;
  /** Null when there is no such file. */
  readFile(path: string): Promise<Uint8Array | null>;
  /** Replaces the file as a whole, mode 0644, on disk before it returns. */
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  /** Missing is no error; on disk before it returns. */
  removeFile(path: string): Promise<void>;
  /** Removes what a write to `path` that was killed left beside it. */
  sweep(path: string): Promise<void>;
  /**
   * Runs the tool that makes the operating system's bundle; what it made is on disk before it returns, since tools do not
   * sync. After a removal it must also drop what it made of the removed file. update-ca-certificates appends to `<bundle>.new`: one left by a run that was killed has to be removed first, or
   * its anchors come back with the next run.
   */
  runTool(request: {
    readonly after: 'add' | 'remove';
    readonly signal: AbortSignal;
  }): Promise<StoreToolResult>;
  /** Resolves when no run of that tool is going on, whoever started it. Rejects when `signal` aborts first. */
  toolAtRest(signal: AbortSignal): Promise<void>;
  /** {@link evaluateAnchor} in a new process, which reads everything again. */
  readBack(anchor: string, signal: AbortSignal): Promise<AnchorCheck>;
}
