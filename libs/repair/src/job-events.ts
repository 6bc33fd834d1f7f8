import type { Job, JobEvent, JobEvidence, JobPlan, JobState } from '@trustfleet/protocol';
import { FINAL_JOB_STATES } from '@trustfleet/protocol';
import { signJobEvent } from '@trustfleet/signing';
import { fitDetail } from './detail.ts';
import { JOURNAL_FORMAT } from './journal/entries.ts';
import { eventsOf, finalOf, type Journal } from './journal/journal.ts';
import type { EventListener, RepairIdentity } from './ports.ts';

/** What an event says beyond its state; all of it null where not given. */
export interface EventContent {
  readonly step?: string | null;
  readonly detail?: string | null;
  readonly plan?: JobPlan | null;
  readonly before?: JobEvidence | null;
  readonly after?: JobEvidence | null;
  readonly undone?: boolean | null;
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
}

const isFinalState = (state: JobState): boolean => FINAL_JOB_STATES.some((final) => final === state);

/** Events of one job; `index` goes on from what its journal holds. */
export function createJobEvents(
  source: EventSource,
  journal: Journal,
  job: Pick<Job, 'jobId' | 'attempt'>,
): JobEvents {
  const build = (state: JobState, content: EventContent): JobEvent => ({
    eventId: source.newId(),
    jobId: job.jobId,
    attempt: job.attempt,
    index: eventsOf(journal).length + 1,
    at: source.now().toISOString(),
    state,
    step: content.step ?? null,
    detail: content.detail == null ? null : fitDetail(content.detail),
    plan: content.plan ?? null,
    before: content.before ?? null,
    after: content.after ?? null,
    undone: content.undone ?? null,
    signature: null,
  });
  return {
    async emit(state, content = {}) {
      const event = build(state, content);
      await journal.append({ kind: 'event', event });
      source.listener(event);
    },
    async finish(state, content = {}) {
      if (!isFinalState(state)) throw new Error(`Job ${job.jobId}: ${state} ends nothing.`);
      if (finalOf(journal) !== null) throw new Error(`Job ${job.jobId} has its final event already.`);
      const event = build(state, content);
      const signed = signJobEvent(event, source.identity.hostKey);
      await journal.append({ kind: 'final', format: JOURNAL_FORMAT, event: signed });
      source.listener(signed);
    },
  };
}
