import type { DsseEnvelope, JobEvent, JobEvidence, JobPlan, JobState, OrderMode } from '@trustfleet/protocol';
import type { NamedAnchor, Page } from './common.ts';
import type { Artifact } from './orders.ts';
import type { Viewer } from './viewer.ts';

export interface JobSummary {
  readonly id: string;
  readonly orderId: string;
  readonly hostId: string;
  readonly hostName: string;
  readonly remedy: string;
  readonly mode: OrderMode;
  readonly title: string;
  readonly state: JobState;
  readonly final: boolean;
  readonly attempt: number;
  readonly notBefore: Date;
  readonly deliverBy: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface StoredJobEvent {
  readonly eventId: string;
  readonly index: number;
  readonly at: Date;
  readonly receivedAt: Date;
  readonly state: JobState;
  readonly step: string | null;
  readonly detail: string | null;
  /** Changed no state: came twice over, after the end, or by no legal step. */
  readonly late: boolean;
}

export interface JobDetail extends JobSummary {
  readonly createdBy: string;
  readonly reason: string;
  readonly anchor: NamedAnchor | null;
  readonly plan: JobPlan | null;
  readonly before: JobEvidence | null;
  readonly after: JobEvidence | null;
  readonly undone: boolean | null;
  readonly resultSigned: boolean;
  /** By index. */
  readonly events: readonly StoredJobEvent[];
}

/** All that a `job` message and libs/rollout `nextDelivery` need. */
export interface DeliverableJob {
  readonly id: string;
  readonly orderId: string;
  readonly hostId: string;
  readonly state: JobState;
  readonly attempt: number;
  readonly lastEventIndex: number;
  readonly notBefore: Date;
  readonly deliverBy: Date;
  readonly executionTimeoutMs: number;
  /** When it was last sent; null before the first time. */
  readonly offeredAt: Date | null;
  readonly order: DsseEnvelope;
  readonly job: DsseEnvelope;
  readonly artifacts: readonly Artifact[];
}

export interface JobRef {
  readonly id: string;
  readonly orderId: string;
  readonly hostId: string;
}

/** An event as it came from `hostId`. `signatureValid`: the event was signed and the server checked it. */
export interface ReceivedJobEvent {
  readonly hostId: string;
  readonly event: JobEvent;
  readonly signatureValid: boolean;
  readonly receivedAt: Date;
}

/**
 * `applied`: the job follows it. `duplicate`: this event, or a later one, was there already. `late`, `illegal`: kept as evidence, change no
 * state (rollouts.md `lost`; libs/rollout `acceptEvent`). `foreign`: no such job on that host, nothing stored. Acknowledge every one of them:
 * an agent that gets no acknowledgement sends the event for ever.
 */
export interface JobEventOutcome {
  readonly eventId: string;
  readonly kind: 'applied' | 'duplicate' | 'late' | 'illegal' | 'foreign';
  /** For `illegal`: why, for the log. */
  readonly reason: string | null;
  /** The job after it; null for `foreign`. */
  readonly job: (JobRef & { readonly state: JobState }) | null;
}

export interface JobTransition {
  readonly jobIds: readonly string[];
  /** Jobs in another state are left alone. */
  readonly from: readonly JobState[];
  readonly to: JobState;
  readonly at: Date;
}

export interface JobQuery {
  readonly orderId?: string | undefined;
  readonly hostId?: string | undefined;
  readonly state?: JobState | undefined;
  /** True: not final; false: final. */
  readonly active?: boolean | undefined;
  /** True: final states that count as a failure (libs/rollout `isFailure`); false: all others. */
  readonly failed?: boolean | undefined;
  readonly page: number;
  readonly pageSize: number;
}

export interface JobRepository {
  /**
   * Jobs to send to this host now (libs/rollout `nextDelivery` says `offer`), oldest first, at most 100. A host without a socket
   * (`hosts.connect`) has none. Move them to `offered` with `transition` before sending.
   */
  dueForHost(hostId: string, now: Date): Promise<readonly DeliverableJob[]>;
  /** Hosts with a socket and a job due: what the 30 s sweep looks at. At most 1000. */
  hostsWithDueJobs(now: Date): Promise<readonly string[]>;
  /** When the next `queued` job becomes due, later than `now`; null when none waits. */
  nextDueAt(now: Date): Promise<Date | null>;
  /** Due or offered jobs of hosts without a socket become `heldOffline` (libs/rollout `nextDelivery`). */
  holdOffline(now: Date): Promise<readonly JobRef[]>;
  /** Jobs never accepted whose time has passed become `deliveryExpired` (libs/rollout `nextDelivery`). */
  expireDelivery(now: Date): Promise<readonly JobRef[]>;
  /** Optimistic: answers the jobs that really moved. To `offered`: also stores when. The caller has asked libs/rollout `moveByServer`. */
  transition(transition: JobTransition): Promise<readonly JobRef[]>;
  /** Every open job of a host that is revoked or enrolled anew ends `hostRemoved`. To be called in the transaction that removes it. */
  endForRemovedHost(hostId: string, at: Date): Promise<readonly JobRef[]>;
  /** Idempotent by eventId, in one transaction; outcomes stand in the order of `batch`. State by libs/rollout `acceptEvent`. */
  acceptEvents(batch: readonly ReceivedJobEvent[]): Promise<readonly JobEventOutcome[]>;
  /** Newest first. */
  list(viewer: Viewer, query: JobQuery): Promise<Page<JobSummary>>;
  detail(viewer: Viewer, jobId: string): Promise<JobDetail | null>;
}
