import type { JobEvent, JobState, OrderMode } from '@trustfleet/protocol';

/** What the state machine needs of a job's row. */
export interface JobProgress {
  readonly state: JobState;
  /** `index` of the newest event taken in; 0 before the first. */
  readonly lastEventIndex: number;
  /** From 1. */
  readonly attempt: number;
}

/** What it needs of an event. */
export type JobStep = Pick<JobEvent, 'index' | 'attempt' | 'state'> & {
  /** The host signed it and the server checked that. Only a final event needs it. */
  readonly signed: boolean;
};

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
  /** No such step exists, it is not the agent's to take, or it ends the job unsigned. No state changes; `reason` is for the log. */
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
  /** The host is revoked or in quarantine: nothing is offered to it. */
  readonly hostHeld: boolean;
  /** When a person asked to give the job up; null as a rule. */
  readonly cancelRequestedAt: Date | null;
  readonly now: Date;
}

/** `until` and `next`: when to ask again at the latest, if nothing else happens before. */
export type DeliveryDecision =
  /** Its time has not come, or its host is held and it was never sent: `queued`. */
  | { readonly kind: 'wait'; readonly state: 'queued'; readonly until: Date }
  /** The host is away, or held after the job was sent: `heldOffline`. */
  | { readonly kind: 'hold'; readonly state: 'heldOffline'; readonly until: Date }
  /** Send it (again) now: `offered`. */
  | { readonly kind: 'offer'; readonly state: 'offered'; readonly next: Date }
  /** Sent in this session and not answered yet. */
  | { readonly kind: 'awaitAnswer'; readonly state: 'offered'; readonly until: Date }
  /** It is to be given up and the host may hold it: send `cancel` (again), never the job. */
  | { readonly kind: 'askToCancel'; readonly state: 'offered' | 'heldOffline'; readonly until: Date }
  /** It is to be given up and the host does not hold it: `cancelled`. */
  | { readonly kind: 'cancel'; readonly state: 'cancelled' }
  /** Past `deliverBy`: `deliveryExpired`. */
  | { readonly kind: 'expire'; readonly state: 'deliveryExpired' }
  /** Accepted or final: delivery has no more to do. */
  | { readonly kind: 'done' };

export interface LostFacts {
  readonly state: JobState;
  /** When the agent's first event came in; null before that. */
  readonly acceptedAt: Date | null;
  /** All waiting that the order allows (`waitingTime`), milliseconds. */
  readonly windowMs: number;
  /** Of one attempt, milliseconds. */
  readonly executionTimeoutMs: number;
  /** How many attempts the order allows. */
  readonly attempts: number;
}

/** What decides whether a job can be taken back. */
export interface UndoFacts {
  readonly mode: OrderMode;
  readonly state: JobState;
  /** What the host said at the end, or later (`saysUndone`): true when the change was taken back, false when not; null: nothing. */
  readonly undone: boolean | null;
  /** Changes in its plan; null when no plan came. */
  readonly plannedChanges: number | null;
  /** States of the jobs that undo, or tried to undo, this one. */
  readonly undoStates: readonly JobState[];
}

/**
 * `possible`: it changed its host, or may have. `nothing`: it changed nothing, or that is taken back already by itself. `underway`: an
 * undo waits or runs. `done`: an undo succeeded, or the host's owner undid it.
 */
export type UndoStanding = 'possible' | 'nothing' | 'underway' | 'done';
