import { FINAL_JOB_STATES, OPEN_JOB_STATES, type JobState } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { cancelDecision, isCancellable, moveByServer, mustHearCancel, type CancelDecision } from './index.ts';

const SENT = new Date('2026-11-22T00:00:00Z');
/** rollouts.md, "Job": state, what a cancel comes to when it never went out, and when it did. */
const TABLE: [JobState, CancelDecision, CancelDecision][] = [
  ['queued', 'end', 'ask'],
  ['heldOffline', 'end', 'ask'],
  ['offered', 'ask', 'ask'],
  ['planning', 'ask', 'ask'],
  ['waiting', 'ask', 'ask'],
  ['retrying', 'ask', 'ask'],
  ['applying', 'finish', 'finish'],
  ['verifying', 'finish', 'finish'],
  ['baking', 'finish', 'finish'],
  ...FINAL_JOB_STATES.map((state): [JobState, CancelDecision, CancelDecision] => [state, 'ended', 'ended']),
];

describe('cancelDecision', () => {
  it.each(TABLE)('%s: %s, sent: %s', (...row) => {
    const [state, unsent, sent] = row;

    expect(cancelDecision({ state, offeredAt: null })).toBe(unsent);
    expect(cancelDecision({ state, offeredAt: SENT })).toBe(sent);
    expect(isCancellable(state)).toBe(unsent === 'end' || unsent === 'ask');
    if (unsent === 'end')
      expect(moveByServer({ state, lastEventIndex: 0, attempt: 1 }, 'cancelled').kind).toBe('apply');
  });

  it('knows every state', () => {
    expect(TABLE.map(([state]) => state).sort()).toEqual([...OPEN_JOB_STATES, ...FINAL_JOB_STATES].sort());
  });
});

describe('mustHearCancel', () => {
  it.each([
    ['a host at work on a job to be given up', 'planning', true, 'planning', true],
    ['one that will try again', 'retrying', true, 'retrying', true],
    ['one that is changing already', 'applying', true, 'applying', false],
    ['one whose job nobody gave up', 'planning', false, 'planning', false],
    ['one at work on a job that was cancelled meanwhile', 'cancelled', true, 'planning', true],
    ['one at work on a job that a newer order replaced', 'superseded', false, 'applying', true],
    ['one at work on a job of a halted rollout', 'halted', false, 'waiting', true],
    ['one that has ended it too', 'cancelled', true, 'verified', false],
    ['one that was given up as lost: it may finish', 'lost', false, 'applying', false],
    ['one that was removed: nothing goes to it', 'hostRemoved', true, 'planning', false],
  ] as [string, JobState, boolean, JobState, boolean][])('%s', (...row) => {
    const [, state, cancelRequested, said, expected] = row;

    expect(mustHearCancel({ state, cancelRequested, said })).toBe(expected);
  });
});
