import type { Artifact } from './orders.ts';

/** Bytes that orders name by SHA-256, for the hosts that have to fetch them. */
export interface ArtifactRepository {
  /** Size in bytes, where the host has an open job whose order names it; else null. */
  sizeFor(hostId: string, sha256: string): Promise<number | null>;
  /** As a whole. */
  get(sha256: string): Promise<Artifact | null>;
  /** At most `length` bytes from byte `from` (from 0) on; empty past the end. */
  slice(sha256: string, part: { readonly from: number; readonly length: number }): Promise<Uint8Array>;
}

/** What only `Database.change` can do. */
export interface ArtifactChanges {
  /** Keeps what orders may name; one that is there stays: its name says what it is. */
  put(artifact: Artifact): Promise<void>;
}
