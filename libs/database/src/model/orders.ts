import type { DsseEnvelope, OrderLimits, OrderMode } from '@trustfleet/protocol';
import type { UndoStanding } from '@trustfleet/rollout';
import type { NamedAnchor, Page } from './common.ts';
import type { EndedJobs, JobScope } from './jobs.ts';
import type { Viewer } from './viewer.ts';

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
  /** As in the signed order. */
  readonly limits: OrderLimits;
  /** The order that this one undoes. */
  readonly undoes: string | null;
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
  /** The job that this one undoes. */
  readonly undoes: string | null;
  readonly envelope: DsseEnvelope;
}

export interface Artifact {
  readonly sha256: string;
  readonly bytes: Uint8Array;
}

export interface Order extends NewOrder {
  /** Hosts of the order that the viewer sees. */
  readonly targets: number;
  /** Jobs by state; states without a job are absent. */
  readonly counts: Readonly<Record<string, number>>;
  /** Orders that undo this one, newest first. */
  readonly undoneBy: readonly { readonly id: string; readonly createdAt: Date; readonly targets: number }[];
  /** Has it a job (of those that the viewer sees) that can be undone? (libs/rollout `undoStanding`) */
  readonly undoable: boolean;
}

/** A job that somebody wants undone, locked until the transaction ends. */
export interface UndoTarget {
  readonly jobId: string;
  readonly hostId: string;
  /** Nothing can be brought to a host whose key is refused for good. */
  readonly hostRevoked: boolean;
  readonly standing: UndoStanding;
}

export interface OrderRepository {
  /** Grows by at least one each call, over all processes; a number may be skipped, never given twice. */
  nextSeq(): Promise<number>;
  /** Null where the viewer sees none of its hosts; counts are of those that the viewer sees. */
  get(viewer: Viewer, orderId: string): Promise<Order | null>;
  /** Newest first; filtered as `get`. */
  list(viewer: Viewer, query: { readonly page: number; readonly pageSize: number }): Promise<Page<Order>>;
}

export interface OrderChanges {
  /**
   * Order, artifacts and jobs (state `queued`); ends the jobs whose place it takes (libs/rollout `isSuperseded`). Fails when a host does
   * not exist for the viewer or is revoked (`UnknownHostError`).
   */
  create(
    viewer: Viewer,
    creation: {
      readonly order: NewOrder;
      readonly artifacts: readonly Artifact[];
      readonly jobs: readonly NewJob[];
    },
  ): Promise<EndedJobs>;
  /** The jobs (of those that the viewer sees) as an undo finds them; two undos at once see one another. */
  undoTargets(viewer: Viewer, scope: JobScope): Promise<readonly UndoTarget[]>;
  /** Bytes that the order names. */
  artifactsOf(orderId: string): Promise<readonly Artifact[]>;
}
