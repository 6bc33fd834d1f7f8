import type { DsseEnvelope, JobEvent, JobEvidence, JobPlan, JobState, OrderMode } from '@trustfleet/protocol';
import type { NamedAnchor, Page } from './common.ts';
import type { Artifact } from './orders.ts';

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

/** All that a `job` message needs. */
export interface DeliverableJob {
  readonly id: string;
  readonly orderId: string;
  readonly hostId: string;
  readonly state: JobState;
  readonly attempt: number;
  readonly lastEventIndex: number;
  readonly notBefore: Date;
  readonly deliverBy: Date;
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
 * `applied`: the job follows it. `duplicate`: was there already. `late`: kept as evidence, changes no state (rollouts.md `lost`).
 * `foreign`: no such job on that host, nothing stored. All but `foreign` are to be acknowledged; so is `foreign`, else the agent keeps it for ever.
 */
export interface JobEventOutcome {
  readonly eventId: string;
  readonly kind: 'applied' | 'duplicate' | 'late' | 'foreign';
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
  readonly page: number;
  readonly pageSize: number;
}

export interface JobRepository {
  /** Jobs to send to this host now: `queued`, `heldOffline` or `offered`, notBefore ≤ now < deliverBy; oldest first, at most 100. */
  dueForHost(hostId: string, now: Date): Promise<readonly DeliverableJob[]>;
  /** Hosts with a socket and a job due: what the 30 s sweep looks at. At most 1000. */
  hostsWithDueJobs(now: Date): Promise<readonly string[]>;
  /** When the next `queued` job becomes due, later than `now`; null when none waits. */
  nextDueAt(now: Date): Promise<Date | null>;
  /** `queued` jobs of hosts without a socket that are due become `heldOffline`. */
  holdOffline(now: Date): Promise<readonly JobRef[]>;
  /** Jobs never accepted whose `deliverBy` has passed become `deliveryExpired`. */
  expireDelivery(now: Date): Promise<readonly JobRef[]>;
  /** Optimistic: answers the jobs that really moved. */
  transition(transition: JobTransition): Promise<readonly JobRef[]>;
  /** Idempotent by eventId, in one transaction; outcomes stand in the order of `batch`. State by libs/rollout `acceptEvent`. */
  acceptEvents(batch: readonly ReceivedJobEvent[]): Promise<readonly JobEventOutcome[]>;
  /** Newest first. */
  list(query: JobQuery): Promise<Page<JobSummary>>;
  detail(jobId: string): Promise<JobDetail | null>;
}
