import { FINAL_JOB_STATES, OPEN_JOB_STATES } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { isSuperseded, moveByServer, type SupersedeFacts } from './index.ts';

const day = (n: number): Date => new Date(Date.parse('2026-11-22T00:00:00Z') + n * 86_400_000);
/** Due since yesterday; the newer order is due now. */
const usual: SupersedeFacts = {
  state: 'queued',
  mode: 'apply',
  notBefore: day(-1),
  offeredAt: null,
  newer: { mode: 'apply', notBefore: day(0) },
  now: day(0),
};

describe('isSuperseded', () => {
  it.each([
    ['a job that waits for a slot', {}, true],
    ['a job that waits for its host', { state: 'heldOffline' }, true],
    ['a job that waits for a later time', { notBefore: day(3) }, true],
    ['an undo that waits', { mode: 'undo' }, true],
    [
      'a scheduled job, by one scheduled no later',
      { notBefore: day(3), newer: { mode: 'apply', notBefore: day(3) } },
      true,
    ],
    ['a due job, by one scheduled for later', { newer: { mode: 'apply', notBefore: day(1) } }, false],
    [
      'a scheduled job, by one scheduled later still',
      { notBefore: day(3), newer: { mode: 'apply', notBefore: day(4) } },
      false,
    ],
    ['a dry run', { mode: 'plan' }, false],
    ['a job, by a dry run', { newer: { mode: 'plan', notBefore: day(0) } }, false],
    ['a job, by an undo', { newer: { mode: 'undo', notBefore: day(0) } }, false],
    ['a job that its host may be at', { state: 'heldOffline', offeredAt: day(-1) }, false],
  ] as [string, Partial<SupersedeFacts>, boolean][])('%s: %#', (_name, change, expected) => {
    expect(isSuperseded({ ...usual, ...change })).toBe(expected);
  });

  it.each([...OPEN_JOB_STATES, ...FINAL_JOB_STATES])('%s: only what waits is superseded', (state) => {
    const waits = state === 'queued' || state === 'heldOffline';

    expect(isSuperseded({ ...usual, state })).toBe(waits);
    if (waits)
      expect(moveByServer({ state, lastEventIndex: 0, attempt: 1 }, 'superseded').kind).toBe('apply');
  });
});
