import { FINAL_JOB_STATES, OPEN_JOB_STATES, type JobState } from '@trustfleet/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AGENT_TRANSITIONS, canReach, isFinal, SERVER_TRANSITIONS } from './index.ts';

const ALL: readonly JobState[] = [...OPEN_JOB_STATES, ...FINAL_JOB_STATES];
const GIVEN_BY_SERVER: readonly JobState[] = [
  'queued',
  'heldOffline',
  'offered',
  'superseded',
  'halted',
  'hostRemoved',
  'lost',
];

describe('the tables', () => {
  it('have a way on from every open state, and none from a final one', () => {
    for (const table of [AGENT_TRANSITIONS, SERVER_TRANSITIONS])
      expect(Object.keys(table).sort()).toEqual([...OPEN_JOB_STATES].sort());
  });

  it('lead from every open state to a final one, also where the agent never speaks again', () => {
    for (const state of OPEN_JOB_STATES) {
      expect(SERVER_TRANSITIONS[state]!.some(isFinal)).toBe(true);
      expect(FINAL_JOB_STATES.some((to) => canReach({ from: state, to, steps: 10 }))).toBe(true);
    }
  });

  it('give every final state a way to come about', () => {
    const reached = new Set(
      [...Object.values(AGENT_TRANSITIONS), ...Object.values(SERVER_TRANSITIONS)].flat(),
    );

    expect(FINAL_JOB_STATES.filter((state) => !reached.has(state))).toEqual([]);
  });

  it.each(GIVEN_BY_SERVER)('%s is never the agent’s to give', (to) => {
    for (const from of ALL) expect(canReach({ from, to, steps: 100 })).toBe(false);
  });

  it.each(['applying', 'verifying', 'baking'] as const)(
    'nobody ends from outside a host that is %s (rollouts.md "Halt")',
    (state) => {
      expect(SERVER_TRANSITIONS[state]).toEqual(['lost', 'hostRemoved']);
    },
  );

  it.each(['queued', 'heldOffline', 'offered', 'planning', 'waiting', 'retrying'] as const)(
    'a halt and a person reach one that is %s',
    (state) => {
      expect(SERVER_TRANSITIONS[state]).toEqual(
        expect.arrayContaining(['halted', 'cancelled', 'superseded']),
      );
    },
  );

  it.each(['queued', 'heldOffline', 'offered'] as const)(
    '%s: not accepted, so it cannot be lost, and an accepted one cannot expire',
    (state) => {
      expect(SERVER_TRANSITIONS[state]).not.toContain('lost');
      expect(SERVER_TRANSITIONS[state]).toContain('deliveryExpired');
      for (const accepted of ['planning', 'applying'] as const)
        expect(SERVER_TRANSITIONS[accepted]).not.toContain('deliveryExpired');
    },
  );
});

describe('canReach', () => {
  it.each([
    ['offered', 'planning', 1, true],
    ['queued', 'planning', 1, true],
    ['heldOffline', 'notPermitted', 1, true],
    ['offered', 'applying', 1, false],
    ['offered', 'applying', 2, true],
    ['planning', 'alreadyCompliant', 1, true],
    ['planning', 'verified', 1, false],
    ['planning', 'verified', 2, true],
    ['applying', 'applying', 1, true],
    ['offered', 'offered', 1, false],
    ['verified', 'verified', 5, false],
    ['verifying', 'planning', 1, true],
    ['applying', 'planning', 1, false],
    ['applying', 'planning', 2, true],
    ['baking', 'waiting', 1, false],
    ['verified', 'planning', 9, false],
  ] as [JobState, JobState, number, boolean][])('%s → %s in %i: %s', (...row) => {
    const [from, to, steps, reachable] = row;
    expect(canReach({ from, to, steps })).toBe(reachable);
  });

  it('agrees with walking the table, and more steps never close a way', () => {
    const walk = (from: JobState, to: JobState, steps: number): boolean =>
      steps > 0 && (AGENT_TRANSITIONS[from] ?? []).some((next) => next === to || walk(next, to, steps - 1));
    fc.assert(
      fc.property(
        fc.constantFrom(...ALL),
        fc.constantFrom(...ALL),
        fc.integer({ min: 1, max: 5 }),
        (from, to, steps) => {
          if (from !== to) expect(canReach({ from, to, steps })).toBe(walk(from, to, steps));
          if (canReach({ from, to, steps })) expect(canReach({ from, to, steps: steps + 1 })).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('answers at once for an absurd number of steps', () => {
    expect(canReach({ from: 'offered', to: 'verified', steps: Number.MAX_SAFE_INTEGER })).toBe(true);
    expect(canReach({ from: 'baking', to: 'halted', steps: Number.MAX_SAFE_INTEGER })).toBe(false);
  });
});
