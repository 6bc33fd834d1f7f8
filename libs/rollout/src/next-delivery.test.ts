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
  waitingTime,
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
  hostHeld: false,
  cancelRequestedAt: null,
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
    ['the host held', { hostHeld: true }, { kind: 'wait', state: 'queued', until: at(100) }],
    [
      'the host held while it was away',
      { state: 'heldOffline', hostHeld: true },
      { kind: 'hold', state: 'heldOffline', until: at(100) },
    ],
    [
      'the host held after an offer',
      { state: 'offered', offeredAt: at(19.5), hostHeld: true },
      { kind: 'hold', state: 'heldOffline', until: overdue },
    ],
    [
      'the host held to the end',
      { hostHeld: true, now: at(100) },
      { kind: 'expire', state: 'deliveryExpired' },
    ],
    ['given up, never sent', { cancelRequestedAt: at(19) }, { kind: 'cancel', state: 'cancelled' }],
    [
      'given up before its time',
      { cancelRequestedAt: at(0), now: at(1) },
      { kind: 'cancel', state: 'cancelled' },
    ],
    [
      'given up, sent in this session: the host is asked',
      { state: 'offered', offeredAt: at(12), cancelRequestedAt: at(19.5) },
      { kind: 'askToCancel', state: 'offered', until: at(20.5) },
    ],
    [
      'given up, sent in this session, and it says nothing',
      { state: 'offered', offeredAt: at(12), cancelRequestedAt: at(19) },
      { kind: 'cancel', state: 'cancelled' },
    ],
    [
      'given up, sent, the host away',
      { state: 'offered', offeredAt: at(12), cancelRequestedAt: at(13), onlineSince: null },
      { kind: 'hold', state: 'heldOffline', until: overdue },
    ],
    [
      'given up, sent before this session: it is asked first',
      { state: 'heldOffline', offeredAt: at(12), cancelRequestedAt: at(13), onlineSince: at(19.5) },
      { kind: 'askToCancel', state: 'heldOffline', until: at(20.5) },
    ],
    [
      'given up, sent before this session, and it says nothing',
      { state: 'heldOffline', offeredAt: at(12), cancelRequestedAt: at(13), onlineSince: at(19) },
      { kind: 'cancel', state: 'cancelled' },
    ],
    [
      'given up, sent, never an answer',
      { state: 'offered', offeredAt: at(12), cancelRequestedAt: at(13), now: overdue },
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
    hostHeld: fc.boolean(),
    cancelRequestedAt: fc.option(minute),
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
          expect([facts.hostHeld, facts.cancelRequestedAt]).toEqual([false, null]);
          expect(facts.now.getTime()).toBeGreaterThanOrEqual(facts.notBefore.getTime());
          expect(decision.next.getTime() - facts.now.getTime()).toBe(REDELIVER_AFTER_MS);
        }
        if ('until' in decision) expect(decision.until.getTime()).toBeGreaterThan(facts.now.getTime());
      }),
      { numRuns: 2000 },
    );
  });

  it('a job that nobody answers ends when asked at each time it names', () => {
    fc.assert(
      fc.property(anyFacts, (start) => {
        let facts: DeliveryFacts = { ...start, onlineSince: null };
        for (let asked = 0; asked < 4; asked += 1) {
          const decision = nextDelivery(facts);
          if (decision.kind === 'expire' || decision.kind === 'cancel') return;
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
  const facts = {
    acceptedAt: at(0),
    windowMs: 60 * MINUTE,
    executionTimeoutMs: 5 * MINUTE,
    attempts: 1,
  };

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

  it('gives every attempt its execution time', () => {
    expect(lostDeadline({ ...facts, state: 'retrying', attempts: 3 })).toEqual(at(60 + 3 * 5 + 15));
  });

  it('needs an acceptance', () => {
    expect(lostDeadline({ ...facts, state: 'applying', acceptedAt: null })).toBeNull();
    expect(REPORT_GRACE_MS).toBe(15 * MINUTE);
  });
});

describe('waitingTime', () => {
  it.each([
    [{ attempts: 1, backoffMs: 60_000, bakeMs: 0 }, 0],
    [{ attempts: 1, backoffMs: 60_000, bakeMs: 5_000 }, 5_000],
    [{ attempts: 2, backoffMs: 60_000, bakeMs: 0 }, 72_000],
    [{ attempts: 3, backoffMs: 60_000, bakeMs: 1_000 }, 217_000],
    [{ attempts: 5, backoffMs: 21_600_000, bakeMs: 604_800_000 }, 993_600_000],
  ])('%j: %i ms', (limits, expected) => {
    expect(waitingTime(limits)).toBe(expected);
    // A column of the database holds it.
    expect(waitingTime(limits)).toBeLessThan(2 ** 31);
  });

  it('covers every pause that an agent may make (libs/protocol `orderLimits`)', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1_000, max: 21_600_000 }),
        fc.array(fc.double({ min: -0.2, max: 0.2, noNaN: true }), { minLength: 4, maxLength: 4 }),
        (attempts, backoffMs, jitter) => {
          const pauses = jitter.slice(0, attempts - 1).map((by, n) => backoffMs * 2 ** n * (1 + by));
          const total = pauses.reduce((sum, pause) => sum + pause, 0);
          expect(waitingTime({ attempts, backoffMs, bakeMs: 0 })).toBeGreaterThanOrEqual(Math.floor(total));
        },
      ),
    );
  });
});
