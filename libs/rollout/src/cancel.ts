import type { JobState } from '@trustfleet/protocol';
import { isFinal } from './job-states.ts';
import { SERVER_TRANSITIONS } from './transitions.ts';

/**
 * What a person's wish to give a job up comes to. `end`: it never went out, so it is `cancelled` at once. `ask`: the host may hold it; its
 * answer settles the matter (`nextDelivery` while it is not accepted). `finish`: the host is changing, or what it changed bakes: nobody
 * ends that from outside, but there will be no further attempt. `ended`: it has its final state.
 */
export type CancelDecision = 'end' | 'ask' | 'finish' | 'ended';

export interface CancelFacts {
  readonly state: JobState;
  /** When it was last sent; null when it never was. */
  readonly offeredAt: Date | null;
}

/** May a person ask for the end of a job in this state? The rule of a halt: not once it is `applying` (rollouts.md "Halt"). */
export function isCancellable(state: JobState): boolean {
  return SERVER_TRANSITIONS[state]?.includes('cancelled') === true;
}

export function cancelDecision({ state, offeredAt }: CancelFacts): CancelDecision {
  if (isFinal(state)) return 'ended';
  if (!isCancellable(state)) return 'finish';
  const neverSent = (state === 'queued' || state === 'heldOffline') && offeredAt === null;
  return neverSent ? 'end' : 'ask';
}

/** Ends that the server gave without the host's word: a host that still works on such a job is told to stop. */
const GIVEN_UP: ReadonlySet<JobState> = new Set<JobState>(['cancelled', 'superseded', 'halted']);

/**
 * Is the host that just said `said` of a job to be sent `cancel`? Where a person asked for it and the host may still obey, and where the
 * job has ended without it.
 */
export function mustHearCancel(facts: {
  /** Of the job, now. */
  readonly state: JobState;
  readonly cancelRequested: boolean;
  readonly said: JobState;
}): boolean {
  if (isFinal(facts.said)) return false;
  return GIVEN_UP.has(facts.state) || (facts.cancelRequested && isCancellable(facts.state));
}
