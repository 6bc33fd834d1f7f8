import type { JobEvent, JobState } from '@trustfleet/protocol';

/** What the state machine needs of a job's row. */
export interface JobProgress {
  readonly state: JobState;
  /** `index` of the newest event taken in; 0 before the first. */
  readonly lastEventIndex: number;
  /** From 1. */
  readonly attempt: number;
}

/** What it needs of an event. */
export type JobStep = Pick<JobEvent, 'index' | 'attempt' | 'state'>;

/**
 * What to do with an event. Whatever the answer, keep the event (once, by its eventId) and acknowledge it: it is evidence, and an
 * agent that gets no acknowledgement sends it for ever.
 */
export type EventDecision =
  | {
      readonly kind: 'apply';
      readonly job: JobProgress;
      /** Events between the last one and this that never came; 0 as a rule. */
      readonly missed: number;
    }
  /** This index, or a later one, was taken in already. No state changes. */
  | { readonly kind: 'duplicate' }
  /** The job has its final state, or a later attempt is on its way. No state changes (rollouts.md `lost`). */
  | { readonly kind: 'late' }
  /** No such step exists, or it is not the agent's to take. No state changes; `reason` is for the log. */
  | { readonly kind: 'illegal'; readonly reason: string };

export interface DeliveryFacts {
  readonly state: JobState;
  readonly notBefore: Date;
  /** Server's clock (rollouts.md "Two clocks"). */
  readonly deliverBy: Date;
  /** Agent's execution clock, milliseconds. */
  readonly executionTimeoutMs: number;
  /** When it was last sent; null before the first time. */
  readonly offeredAt: Date | null;
  /** When the host's present session began; null while it is away. */
  readonly onlineSince: Date | null;
  readonly now: Date;
}

/** `until` and `next`: when to ask again at the latest, if nothing else happens before. */
export type DeliveryDecision =
  /** Its time has not come: `queued`. */
  | { readonly kind: 'wait'; readonly state: 'queued'; readonly until: Date }
  /** The host is away: `heldOffline`. */
  | { readonly kind: 'hold'; readonly state: 'heldOffline'; readonly until: Date }
  /** Send it (again) now: `offered`. */
  | { readonly kind: 'offer'; readonly state: 'offered'; readonly next: Date }
  /** Sent in this session and not answered yet. */
  | { readonly kind: 'awaitAnswer'; readonly state: 'offered'; readonly until: Date }
  /** Past `deliverBy`: `deliveryExpired`. */
  | { readonly kind: 'expire'; readonly state: 'deliveryExpired' }
  /** Accepted or final: delivery has no more to do. */
  | { readonly kind: 'done' };

export interface LostFacts {
  readonly state: JobState;
  /** When the agent's first event came in; null before that. */
  readonly acceptedAt: Date | null;
  /** All waiting that the order allows: maintenance window, bake time, backoff between attempts; milliseconds. */
  readonly windowMs: number;
  readonly executionTimeoutMs: number;
}
