import type { JobState } from '@trustfleet/protocol';
import { isFinal } from './job-states.ts';
import { canReach, SERVER_TRANSITIONS } from './transitions.ts';
import type { EventDecision, JobProgress, JobStep } from './types.ts';

/** A job as its row is first written. */
export function newJob(): JobProgress {
  return { state: 'queued', lastEventIndex: 0, attempt: 1 };
}

/**
 * Takes an agent's event in, exactly once however often it comes. An event that comes before its predecessor is applied if the states
 * allow it: the newest word of the host counts, and the one overtaken is then a duplicate.
 */
export function acceptEvent(job: JobProgress, event: JobStep): EventDecision {
  if (event.index <= job.lastEventIndex) return { kind: 'duplicate' };
  if (isFinal(job.state) || event.attempt < job.attempt) return { kind: 'late' };
  const missed = event.index - job.lastEventIndex - 1;
  if (!canReach({ from: job.state, to: event.state, steps: missed + 1 })) {
    return {
      kind: 'illegal',
      reason: `event ${event.index}: no way leads from ${job.state} to ${event.state}`,
    };
  }
  // Whoever can only write into the socket must not be able to say how a job ended (security.md, "agents sign their job results").
  if (isFinal(event.state) && !event.signed) {
    return {
      kind: 'illegal',
      reason: `event ${event.index}: ${event.state} ends the job and is not signed by its host`,
    };
  }
  return {
    kind: 'apply',
    job: { state: event.state, lastEventIndex: event.index, attempt: event.attempt },
    missed,
  };
}

/** The server's own step: offering, holding, expiry, halt, cancel, loss. `late` when the job has ended already. */
export function moveByServer(job: JobProgress, to: JobState): Exclude<EventDecision, { kind: 'duplicate' }> {
  if (isFinal(job.state)) return { kind: 'late' };
  if (SERVER_TRANSITIONS[job.state]?.includes(to) !== true) {
    return { kind: 'illegal', reason: `the server cannot take a job from ${job.state} to ${to}` };
  }
  return { kind: 'apply', job: { ...job, state: to }, missed: 0 };
}
