import { FINAL_JOB_STATES, OPEN_JOB_STATES, type JobState } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { cancelDecision, isCancellable, moveByServer, type CancelDecision } from './index.ts';

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
