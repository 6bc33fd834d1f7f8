import type { AuditRecord } from '@trustfleet/audit';
import type {
  DsseEnvelope,
  Effective,
  JobEvent,
  JobEvidence,
  JobPlan,
  JobState,
  OrderMode,
  VerdictChange,
} from '@trustfleet/protocol';
import type { UndoStanding } from '@trustfleet/rollout';
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
  /** How many the order allows. */
  readonly attempts: number;
  readonly notBefore: Date;
  readonly deliverBy: Date;
  /** Of `retrying` and `baking`: when it goes on. */
  readonly nextAt: Date | null;
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

/** Why nothing is offered to a host: its key is refused for good, or a person has to look at it first. */
export type HostHold = 'revoked' | 'cloned' | 'refused';

export interface JobDetail extends JobSummary {
  readonly createdBy: string;
  readonly reason: string;
  readonly anchor: NamedAnchor | null;
  readonly plan: JobPlan | null;
  readonly before: JobEvidence | null;
  readonly after: JobEvidence | null;
  readonly undone: boolean | null;
  readonly effective: Effective | null;
  /** Verdicts that real handshakes before and after found to differ; null where none were made. */
  readonly proof: readonly VerdictChange[] | null;
  /** Programs that began before the change; null where nobody looked. */
  readonly waitsFor: NonNullable<JobEvent['waitsFor']> | null;
  /** The job that this one undoes. */
  readonly undoes: string | null;
  /** Jobs that undo, or tried to undo, this one; newest first. */
  readonly undoneBy: readonly JobSummary[];
  readonly cancelRequestedAt: Date | null;
  /** libs/rollout `undoStanding`. */
  readonly undo: UndoStanding;
  /** Why nothing is offered to its host; null as a rule. */
  readonly held: HostHold | null;
  readonly resultSigned: boolean;
  /** By index. */
  readonly events: readonly StoredJobEvent[];
}

/** All that a `job` message needs. */
export interface DeliverableJob extends JobRef {
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
  /** False for one that is known or foreign, and beyond a bound of rows for one job. */
  readonly stored: boolean;
  /** The job after it; null for `foreign`. `tellCancel`: its host is to be sent `cancel` (libs/rollout `mustHearCancel`). */
  readonly job: (JobRef & { readonly state: JobState; readonly tellCancel: boolean }) | null;
  /** It put its host in quarantine. */
  readonly quarantined: boolean;
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

/** Jobs that a person's change ended, and what is to be recorded of them: pass it on as part of the change's `audit`. */
export interface EndedJobs {
  readonly jobs: readonly JobRef[];
  readonly audit: readonly AuditRecord[];
}

/** One job, or every job of an order. */
export type JobScope = { readonly jobId: string } | { readonly orderId: string };

/** What a cancel came to, job by job (libs/rollout `cancelDecision`). */
export interface CancelledJobs {
  /** Never sent: `cancelled` now. */
  readonly ended: EndedJobs;
  /** Their hosts are to be sent `cancel`; those that were asked before are among them. */
  readonly asked: readonly JobRef[];
  /** Among the asked ones: for the first time. */
  readonly newlyAsked: number;
  /** Their hosts are changing, or what they changed bakes: they finish, and there is no further attempt. */
  readonly finishing: number;
  /** Final before. */
  readonly over: readonly JobState[];
}

/** What only `Database.change` can do. */
export interface JobChanges {
  /** Every open job of a host that is revoked or enrolled anew ends `hostRemoved`. */
  endForRemovedHost(hostId: string, at: Date): Promise<EndedJobs>;
  /** Of the jobs that the viewer sees. Idempotent. */
  cancel(viewer: Viewer, scope: JobScope, at: Date): Promise<CancelledJobs>;
}

export interface JobRepository {
  /**
   * Jobs to send now (libs/rollout `nextDelivery` says `offer`) to these hosts, oldest first, at most 500: ask again once they are
   * `offered`. A host without a socket (`hosts.connect`), revoked or in quarantine has none.
   */
  due(hostIds: readonly string[] | 'all', now: Date): Promise<readonly DeliverableJob[]>;
  /** When the next `queued` job becomes due, later than `now`; null when none waits. */
  nextDueAt(now: Date): Promise<Date | null>;
  /** Jobs to be given up whose hosts have a socket and may still obey. */
  cancelsToSend(hostIds: readonly string[] | 'all'): Promise<readonly JobRef[]>;
  /** Due or offered jobs of hosts without a socket, and offered ones of held hosts, become `heldOffline` (`nextDelivery`). */
  holdOffline(now: Date): Promise<readonly JobRef[]>;
  /** Jobs never accepted whose time has passed become `deliveryExpired` (libs/rollout `nextDelivery`). */
  expireDelivery(now: Date): Promise<readonly JobRef[]>;
  /** Jobs to be given up that their hosts turn out not to hold become `cancelled` (libs/rollout `nextDelivery`). */
  settleCancelled(now: Date): Promise<readonly JobRef[]>;
  /** Accepted jobs past `reportBy` become `lost` (libs/rollout `isLost`). This and the three above: at most 5 000 a call. */
  loseSilent(now: Date): Promise<readonly JobRef[]>;
  /** Optimistic: answers the jobs that really moved. To `offered`: also stores when. The caller has asked libs/rollout `moveByServer`. */
  transition(transition: JobTransition): Promise<readonly JobRef[]>;
  /** Idempotent by eventId, in one transaction; outcomes stand in the order of `batch`. State by libs/rollout `acceptEvent`. */
  acceptEvents(batch: readonly ReceivedJobEvent[]): Promise<readonly JobEventOutcome[]>;
  /** Newest first. */
  list(viewer: Viewer, query: JobQuery): Promise<Page<JobSummary>>;
  detail(viewer: Viewer, jobId: string): Promise<JobDetail | null>;
}
