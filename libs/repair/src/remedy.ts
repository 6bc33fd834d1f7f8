import type { Effective, JobEvidence, JobPlan, JobState, Order, PlanChange } from '@trustfleet/protocol';
import type { HostFacts } from '@trustfleet/policy';
import type { Measurement } from './proof.ts';
import type { RemedyClass, RemedyEffect } from '@trustfleet/remedies';

/** The rule's answer on this host; `holds` is null where it could not be found out, and `detail` says why. */
export interface RemedyCheck {
  readonly holds: boolean | null;
  readonly detail: string | null;
  readonly evidence: JobEvidence | null;
}

/** One step of a plan. `run` must be safe to repeat. */
export interface RemedyStep {
  /** e.g. `writeAnchorFile` */
  readonly name: string;
  /** What would take this step back, read from the host just before it; plain JSON, kept in the journal. */
  inverse(): Promise<unknown>;
  /** Throws {@link StepFailedError}. */
  run(signal: AbortSignal): Promise<void>;
}

/** One step back. Throws {@link StepFailedError} where the host is no longer as we left it. */
export interface UndoStep extends RemedyStep {
  /** It only makes anew what follows from the files: where it fails, the host may be as before all the same. */
  readonly derives: boolean;
}

export type RemedyPlan =
  | {
      readonly kind: 'change';
      readonly plan: JobPlan;
      readonly steps: readonly RemedyStep[];
      /** What a person should know of the plan beside its lines. */
      readonly remark: string | null;
    }
  | { readonly kind: 'none' }
  /** Nothing is done here: every line of the plan says what a person or another manager has to do; `reason` says whose it is. */
  | { readonly kind: 'proposed'; readonly plan: JobPlan; readonly reason: string }
  /** `incompatible`: a shared install of which this host is not the keeper. `notPermitted`: it would touch a place that the allow-list does not hold. */
  | {
      readonly kind: 'notApplicable';
      readonly reason: string;
      readonly state?: 'incompatible' | 'notPermitted';
    }
  /** Something hinders it, and another attempt would not help. */
  | { readonly kind: 'blocked'; readonly reason: string };

/** What a plan may go by, where it is not what the remedy itself reads of the host. */
export interface PlanGiven {
  /** The facts as the parts before this one will leave them. */
  readonly facts?: HostFacts;
  /** Lines of the same plan that are carried out before: in an undo of several, whose facts nobody foretells. */
  readonly lines?: readonly PlanChange[];
  /** What verifies now; null where no endpoint is configured, or nothing could be measured. */
  readonly measured?: Measurement | null;
}

/** A remedy's effect, made ready: what it needs beside the facts is read. */
export interface ForeseenEffect {
  /** Pure: `effect` of libs/remedies with the parameters of the order. */
  on(facts: HostFacts): RemedyEffect;
  /** DER by SHA-256 of what the facts then name and no scan has read yet (the anchor, the anchors of a bundle). */
  readonly certificates: ReadonlyMap<string, Uint8Array>;
}

/** A remedy with its parameters read: what one job does. */
export interface OpenedRemedy {
  /** When programs see the change. */
  readonly effective: Effective;
  plan(given?: PlanGiven): Promise<RemedyPlan>;
  /** Its plan follows from what the host's programs verify: it is made with a measurement, or not at all. */
  readonly plansByMeasurement?: boolean;
  /** Takes an earlier plan of this job up after a stop, for the checks and the undo that follow. */
  resume?(plan: JobPlan): void;
  /**
   * What it would do to a host with any facts: every verdict afterwards is predicted on them, before the first step. Absent where nothing
   * is foretold: an earlier run that is taken back.
   */
  foresee?(): Promise<ForeseenEffect>;
  /** Resolves when nothing that an earlier run of this job started is still at work (a killed agent leaves its tool running). */
  settled(signal: AbortSignal): Promise<void>;
  /** `readBack` looks from a new process, which has cached nothing. */
  check(how: 'here' | 'readBack', signal: AbortSignal): Promise<RemedyCheck>;
  /** Steps back for the steps that began, from their journaled inverses, oldest first. */
  undo(inverses: readonly unknown[]): readonly UndoStep[];
  /** Taking an earlier run back, as an undertaking of its own. Its check holds when what that run did is gone. */
  reverse(done: DoneWork): OpenedRemedy;
}

/** What the journal of an earlier run holds. */
export interface DoneWork {
  /** Of the steps that began, oldest first. */
  readonly inverses: readonly unknown[];
  /** What was measured before its first step. */
  readonly before: JobEvidence | null;
}

/** Why a job cannot be opened at all: the final state it gets. */
export interface RemedyRefusal {
  readonly state: JobState;
  readonly detail: string;
}

/** One kind of change this agent knows; `name` is what orders and allow-lists call it. */
export interface RemedyExecutor {
  readonly name: string;
  /** Decides whose signature its orders need (security.md). */
  readonly class: RemedyClass;
  open(order: Order, artifacts: ReadonlyMap<string, Uint8Array>): OpenedRemedy | RemedyRefusal;
}

/** A step did not do what it announces; the message is for a person. */
export class StepFailedError extends Error {
  override readonly name: string = 'StepFailedError';
}

/** A step was not done, and trying again would not change that: what it would touch is somebody else's now. */
export class StepRefusedError extends StepFailedError {
  override readonly name = 'StepRefusedError';
}
