import type {
  Effective,
  JobEvent,
  JobEvidence,
  JobPlan,
  JobState,
  VerdictChange,
} from '@trustfleet/protocol';
import type { RunningProgram } from './proof.ts';
import { FINAL_JOB_STATES } from '@trustfleet/protocol';
import { signJobEvent } from '@trustfleet/signing';
import { fitDetail } from './detail.ts';
import { JOURNAL_FORMAT } from './journal/entries.ts';
import type { Journal } from './journal/journal.ts';
import { attemptOf, eventsOf, finalOf, isOwners } from './journal/progress.ts';
import type { EventListener, RepairIdentity } from './ports.ts';

/** What an event says beyond its state; all of it null or left out where not given. */
export interface EventContent {
  readonly step?: string | null;
  readonly detail?: string | null;
  readonly plan?: JobPlan | null;
  readonly before?: JobEvidence | null;
  readonly after?: JobEvidence | null;
  readonly undone?: boolean | null;
  readonly effective?: Effective;
  readonly nextAt?: string | null;
  /** What real handshakes found to differ. */
  readonly proof?: readonly VerdictChange[] | undefined;
  readonly waitsFor?: readonly RunningProgram[] | undefined;
}

export interface EventSource {
  readonly identity: RepairIdentity;
  /** The host's wall clock: what a person reads on an event, never what validity is judged by. */
  now(): Date;
  newId(): string;
  readonly listener: EventListener;
}

/** Writes events into the job's journal first and hands them on after: an event that was seen is never lost. */
export interface JobEvents {
  emit(state: JobState, content?: EventContent): Promise<void>;
  /** The last one: signed by the host's key, so that a result cannot be made up by the server. */
  finish(state: JobState, content?: EventContent): Promise<void>;
  /**
   * Word of what became of a job after its end, signed as well: its last state again, `step` `undoneByOwner`, `undone` true. The
   * server keeps it as evidence and changes no state. Without content, or before the end, only the journal hears of it.
   */
  noteUndone(by: string, content: EventContent | null): Promise<void>;
}

const isFinalState = (state: JobState): boolean => FINAL_JOB_STATES.some((final) => final === state);

/** What stands in the events of a job that was not accepted. */
export interface UnacceptedJob {
  readonly attempt: number;
  readonly origin?: 'owner';
}

const given = <T>(value: T | null | undefined): T | null => value ?? null;

function buildEvent(
  context: { source: EventSource; journal: Journal; unaccepted: UnacceptedJob | undefined },
  state: JobState,
  content: EventContent,
): JobEvent {
  const { source, journal, unaccepted } = context;
  return {
    eventId: source.newId(),
    jobId: journal.jobId,
    attempt: unaccepted?.attempt ?? attemptOf(journal).number,
    index: eventsOf(journal).length + 1,
    at: source.now().toISOString(),
    state,
    step: given(content.step),
    detail: content.detail == null ? null : fitDetail(content.detail),
    plan: given(content.plan),
    before: given(content.before),
    after: given(content.after),
    undone: given(content.undone),
    ...(content.effective === undefined ? {} : { effective: content.effective }),
    ...(content.nextAt === undefined ? {} : { nextAt: content.nextAt }),
    ...(content.proof === undefined ? {} : { proof: [...content.proof] }),
    ...(content.waitsFor === undefined
      ? {}
      : { waitsFor: content.waitsFor.map((program) => ({ ...program })) }),
    signature: null,
  };
}

/** Events of one job; `index` goes on from what its journal holds. */
export function createJobEvents(
  source: EventSource,
  journal: Journal,
  unaccepted?: UnacceptedJob,
): JobEvents {
  const build = (state: JobState, content: EventContent): JobEvent =>
    buildEvent({ source, journal, unaccepted }, state, content);
  const sign = (event: JobEvent): JobEvent => signJobEvent(event, source.identity.hostKey);
  const tell = (event: JobEvent): void => {
    if (!isOwners(journal)) source.listener(event);
  };
  return {
    async emit(state, content = {}) {
      const event = build(state, content);
      await journal.append({ kind: 'event', event });
      tell(event);
    },
    async finish(state, content = {}) {
      if (!isFinalState(state)) throw new Error(`Job ${journal.jobId}: ${state} ends nothing.`);
      if (finalOf(journal) !== null) throw new Error(`Job ${journal.jobId} has its final event already.`);
      const event = sign(build(state, content));
      const origin = unaccepted?.origin === undefined ? {} : { origin: unaccepted.origin };
      await journal.append({ kind: 'final', format: JOURNAL_FORMAT, ...origin, event });
      tell(event);
    },
    async noteUndone(by, content) {
      const state = finalOf(journal)?.state;
      const event =
        content === null || state === undefined
          ? null
          : sign(build(state, { step: 'undoneByOwner', undone: true, ...content }));
      await journal.append({ kind: 'undone', by, event });
      if (event !== null) tell(event);
    },
  };
}
