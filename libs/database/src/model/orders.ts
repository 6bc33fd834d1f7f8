import type { DsseEnvelope, OrderMode } from '@trustfleet/protocol';
import type { NamedAnchor, Page } from './common.ts';

export interface NewOrder {
  readonly id: string;
  readonly remedy: string;
  readonly mode: OrderMode;
  /** For a list: the anchor's name. */
  readonly title: string;
  readonly anchor: NamedAnchor | null;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly reason: string;
  /** Name of the person, as it stays on record. */
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly notBefore: Date;
  readonly expiresAt: Date;
  /** From `nextSeq`; part of the signed order. */
  readonly seq: number;
  readonly envelope: DsseEnvelope;
}

export interface NewJob {
  readonly id: string;
  readonly hostId: string;
  readonly attempt: number;
  readonly notBefore: Date;
  readonly deliverBy: Date;
  /** The agent's execution clock, milliseconds; as in the signed job. */
  readonly executionTimeoutMs: number;
  readonly envelope: DsseEnvelope;
}

export interface Artifact {
  readonly sha256: string;
  readonly bytes: Uint8Array;
}

export interface Order extends NewOrder {
  readonly targets: number;
  /** Jobs by state; states without a job are absent. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface OrderRepository {
  /** Grows by at least one each call, over all processes; a number may be skipped, never given twice. */
  nextSeq(): Promise<number>;
  /** Order, artifacts and jobs (state `queued`) in one transaction. Fails when a host does not exist (`UnknownHostError`). */
  create(creation: {
    readonly order: NewOrder;
    readonly artifacts: readonly Artifact[];
    readonly jobs: readonly NewJob[];
  }): Promise<void>;
  get(orderId: string): Promise<Order | null>;
  /** Newest first. */
  list(query: { readonly page: number; readonly pageSize: number }): Promise<Page<Order>>;
}
