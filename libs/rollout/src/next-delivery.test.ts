import { FINAL_JOB_STATES, OPEN_JOB_STATES, type JobState } from '@trustfleet/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isLost,
  lostDeadline,
  moveByServer,
  nextDelivery,
  REDELIVER_AFTER_MS,
  REPORT_GRACE_MS,
  type DeliveryFacts,
} from './index.ts';

const MINUTE = 60_000;
const origin = Date.parse('2026-11-22T00:00:00Z');
/** Minutes after the origin. */
const at = (minutes: number): Date => new Date(origin + minutes * MINUTE);

/** May go out from minute 10 to minute 100; the host is there since minute 0; asked at minute 20. */
const usual: DeliveryFacts = {
  state: 'queued',
  notBefore: at(10),
  deliverBy: at(100),
  executionTimeoutMs: 5 * MINUTE,
  offeredAt: null,
  onlineSince: at(0),
  now: at(20),
};
/** When the word of a host that took it at the last moment is overdue: 100 + 5 + 15. */
const overdue = at(120);

describe('nextDelivery', () => {
  it.each([
    ['before its time', { now: at(9.99) }, { kind: 'wait', state: 'queued', until: at(10) }],
    [
      'before its time, the host away',
      { now: at(0), onlineSince: null },
      { kind: 'wait', state: 'queued', until: at(10) },
    ],
    ['at its time', { now: at(10) }, { kind: 'offer', state: 'offered', next: at(11) }],
    ['the host away', { onlineSince: null }, { kind: 'hold', state: 'heldOffline', until: at(100) }],
    [
      'held, the host still away',
      { state: 'heldOffline', onlineSince: null },
      { kind: 'hold', state: 'heldOffline', until: at(100) },
    ],
    [
      'held, the host back',
      { state: 'heldOffline', onlineSince: at(19) },
      { kind: 'offer', state: 'offered', next: at(21) },
    ],
    ['a moment before its end', { now: at(99.99) }, { kind: 'offer', state: 'offered', next: at(100.99) }],
    ['at its end', { now: at(100) }, { kind: 'expire', state: 'deliveryExpired' }],
    [
      'at its end, the host away',
      { now: at(100), onlineSince: null },
      { kind: 'expire', state: 'deliveryExpired' },
    ],
    [
      'an end before the beginning',
      { notBefore: at(200), now: at(150) },
      { kind: 'expire', state: 'deliveryExpired' },
    ],
    [
      'offered a moment ago',
      { state: 'offered', offeredAt: at(19.5) },
      { kind: 'awaitAnswer', state: 'offered', until: at(20.5) },
    ],
    [
      'offered and not answered for a minute',
      { state: 'offered', offeredAt: at(19) },
      { kind: 'offer', state: 'offered', next: at(21) },
    ],
    [
      'offered in a session before this one',
      { state: 'offered', offeredAt: at(19.8), onlineSince: at(19.9) },
      { kind: 'offer', state: 'offered', next: at(21) },
    ],
    [
      'offered, then the host went away',
      { state: 'offered', offeredAt: at(19), onlineSince: null },
      { kind: 'hold', state: 'heldOffline', until: overdue },
    ],
    [
      'offered, past the end, its word may be on the way',
      { state: 'offered', offeredAt: at(99), now: at(110), onlineSince: null },
      { kind: 'hold', state: 'heldOffline', until: overdue },
    ],
    [
      'held after an offer, past the end, the host back: its answer settles it',
      { state: 'heldOffline', offeredAt: at(99), now: at(110), onlineSince: at(109) },
      { kind: 'offer', state: 'offered', next: at(111) },
    ],
    [
      'held after an offer, the word overdue',
      { state: 'heldOffline', offeredAt: at(99), now: overdue, onlineSince: null },
      { kind: 'expire', state: 'deliveryExpired' },
    ],
    [
      'offered, the word overdue',
      { state: 'offered', offeredAt: at(99), now: overdue },
      { kind: 'expire', state: 'deliveryExpired' },
    ],
  ] as [string, Partial<DeliveryFacts>, unknown][])('%s', (_name, change, decision) => {
    expect(nextDelivery({ ...usual, ...change })).toEqual(decision);
  });

  const settled = [...OPEN_JOB_STATES, ...FINAL_JOB_STATES].filter(
    (state) => !['queued', 'heldOffline', 'offered'].includes(state),
  );
  it.each(settled)('%s: delivery has no more to do, whatever the time', (state) => {
    for (const now of [at(0), at(20), at(1000)])
      expect(nextDelivery({ ...usual, state, now })).toEqual({ kind: 'done' });
  });

  const minute = fc.integer({ min: 0, max: 200 }).map(at);
  const anyFacts: fc.Arbitrary<DeliveryFacts> = fc.record({
    state: fc.constantFrom<JobState>('queued', 'heldOffline', 'offered'),
    notBefore: minute,
    deliverBy: minute,
    executionTimeoutMs: fc.integer({ min: 1, max: 30 * MINUTE }),
    offeredAt: fc.option(minute),
    onlineSince: fc.option(minute),
    now: minute,
  });

  it('decides a state that the table of the server allows, or leaves the state as it is', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const decision = nextDelivery(facts);
        if (decision.kind === 'done' || decision.state === facts.state) return;
        // Only a clock that was set back finds an offered job before its time.
        if (decision.kind === 'wait') expect(facts.now.getTime()).toBeLessThan(facts.notBefore.getTime());
        else if (decision.kind !== 'awaitAnswer')
          expect(
            moveByServer({ state: facts.state, lastEventIndex: 0, attempt: 1 }, decision.state).kind,
          ).toBe('apply');
      }),
      { numRuns: 2000 },
    );
  });

  it('offers only to a host that is there and not before its time, and always says when to ask again', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const decision = nextDelivery(facts);
        if (decision.kind === 'offer') {
          expect(facts.onlineSince).not.toBeNull();
          expect(facts.now.getTime()).toBeGreaterThanOrEqual(facts.notBefore.getTime());
          expect(decision.next.getTime() - facts.now.getTime()).toBe(REDELIVER_AFTER_MS);
        }
        if ('until' in decision) expect(decision.until.getTime()).toBeGreaterThan(facts.now.getTime());
      }),
      { numRuns: 2000 },
    );
  });

  it('a host that never comes ends in deliveryExpired when asked at each time it names', () => {
    fc.assert(
      fc.property(anyFacts, (start) => {
        let facts: DeliveryFacts = { ...start, onlineSince: null };
        for (let asked = 0; asked < 4; asked += 1) {
          const decision = nextDelivery(facts);
          if (decision.kind === 'expire') return;
          if (!('until' in decision)) throw new Error(`${decision.kind} for a host that is away`);
          facts = { ...facts, state: decision.state, now: decision.until };
        }
        throw new Error('it never expires');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('lostDeadline', () => {
  const facts = { acceptedAt: at(0), windowMs: 60 * MINUTE, executionTimeoutMs: 5 * MINUTE };

  it.each(['planning', 'waiting', 'applying', 'verifying', 'baking', 'retrying'] as const)(
    '%s: accept + window + executionTimeout + 15 min (rollouts.md)',
    (state) => {
      expect(lostDeadline({ ...facts, state })).toEqual(at(60 + 5 + 15));
      expect(isLost({ ...facts, state }, at(80))).toBe(false);
      expect(isLost({ ...facts, state }, new Date(at(80).getTime() + 1))).toBe(true);
      expect(moveByServer({ state, lastEventIndex: 1, attempt: 1 }, 'lost').kind).toBe('apply');
    },
  );

  it.each(['queued', 'heldOffline', 'offered', ...FINAL_JOB_STATES] as const)(
    '%s is not with its agent, so it is never lost',
    (state) => {
      expect(lostDeadline({ ...facts, state })).toBeNull();
      expect(isLost({ ...facts, state }, at(10_000))).toBe(false);
    },
  );

  it('needs an acceptance', () => {
    expect(lostDeadline({ ...facts, state: 'applying', acceptedAt: null })).toBeNull();
    expect(REPORT_GRACE_MS).toBe(15 * MINUTE);
  });
});
