import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterRound, nextRound } from './next-round.ts';
import { HANDSHAKES_PER_HOUR, type ProbeUnit, type Round, type ScheduleState } from './types.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 10, 22);

const state = (endpoints: readonly string[], units: readonly ProbeUnit[] = []): ScheduleState => ({
  lastRoundAt: null,
  spent: [],
  endpoints: endpoints.map((id) => ({ id, lastAt: null })),
  units,
});
const unit = (key: string, more: Partial<ProbeUnit> = {}): ProbeUnit => ({
  key,
  endpoint: key.split('@')[1] ?? 'a',
  handshakes: 3,
  lastAt: null,
  changed: false,
  ...more,
});

interface Visit {
  readonly at: number;
  readonly handshakes: number;
  readonly endpoints: ReadonlySet<string>;
  readonly round: Round;
}

/** Asks whenever it is told to, and also when it is not; facts may change all the time. */
function live(
  first: ScheduleState,
  how: { readonly steps: number; readonly random: () => number; readonly restless?: boolean },
): Visit[] {
  let now = START;
  let at = first;
  const visits: Visit[] = [];
  for (let step = 0; step < how.steps; step += 1) {
    const round = nextRound(at, now, how.random());
    expect(round.nextAt).toBeGreaterThan(now);
    if (round.handshakes > 0) {
      const endpoints = round.probe.map((key) => at.units.find((one) => one.key === key)!.endpoint);
      visits.push({
        at: now,
        handshakes: round.handshakes,
        endpoints: new Set([...round.observe, ...endpoints]),
        round,
      });
      at = afterRound(at, round, now);
    }
    if (how.restless === true) at = { ...at, units: at.units.map((one) => ({ ...one, changed: true })) };
    now = how.restless === true ? now + MINUTE + Math.ceil(how.random() * 7 * MINUTE) : round.nextAt;
  }
  return visits;
}

const lab = fc.record({
  endpoints: fc.integer({ min: 1, max: 64 }),
  units: fc.array(fc.record({ endpoint: fc.nat(63), handshakes: fc.integer({ min: 1, max: 20 }) }), {
    maxLength: 60,
  }),
  seed: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 20 }),
  restless: fc.boolean(),
});

const build = (from: {
  endpoints: number;
  units: { endpoint: number; handshakes: number }[];
}): ScheduleState =>
  state(
    Array.from({ length: from.endpoints }, (_, index) => `e${index}`),
    from.units.map(({ endpoint, handshakes }, index) =>
      unit(`u${index}`, { endpoint: `e${endpoint % from.endpoints}`, handshakes }),
    ),
  );

const cycle = (seed: readonly number[]): (() => number) => {
  let next = 0;
  return () => seed[next++ % seed.length] ?? 0;
};

describe('the schedule', () => {
  it('never makes more than 60 handshakes within any hour, nor visits an endpoint twice in 15 minutes', () => {
    fc.assert(
      fc.property(lab, (from) => {
        const visits = live(build(from), { steps: 120, random: cycle(from.seed), restless: from.restless });
        for (const visit of visits) {
          const hour = visits.filter(({ at }) => at > visit.at - HOUR && at <= visit.at);
          expect(hour.reduce((sum, { handshakes }) => sum + handshakes, 0)).toBeLessThanOrEqual(
            HANDSHAKES_PER_HOUR,
          );
          for (const other of visits)
            if (other.at < visit.at && [...other.endpoints].some((id) => visit.endpoints.has(id)))
              expect(visit.at - other.at).toBeGreaterThanOrEqual(15 * MINUTE);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('counts what it says it does', () => {
    fc.assert(
      fc.property(lab, (from) => {
        const first = build(from);
        for (const { round } of live(first, {
          steps: 30,
          random: cycle(from.seed),
          restless: from.restless,
        })) {
          const probes = round.probe.map((key) => first.units.find((one) => one.key === key)!.handshakes);
          expect(round.handshakes).toBe(2 * round.observe.length + probes.reduce((sum, one) => sum + one, 0));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('comes to everything in the end, whatever else keeps changing', () => {
    fc.assert(
      fc.property(lab, (from) => {
        const visits = live(build(from), { steps: 2500, random: cycle(from.seed), restless: from.restless });
        const observed = new Set(visits.flatMap(({ round }) => round.observe));
        const probed = new Set(visits.flatMap(({ round }) => round.probe));
        expect(observed.size).toBe(from.endpoints);
        for (const [index, { handshakes }] of from.units.entries())
          expect(probed.has(`u${index}`)).toBe(handshakes <= 15);
      }),
      { numRuns: 10 },
    );
  });

  it('looks at few endpoints every 15 minutes, later by at most a fifth', () => {
    const first = state(['a', 'b', 'c']);
    for (const [random, minutes] of [
      [0, 15],
      [0.5, 16.5],
      [0.999, 18],
    ] as const) {
      const round = nextRound(first, START, random);
      expect(round).toMatchObject({ observe: ['a', 'b', 'c'], handshakes: 6 });
      expect((round.nextAt - START) / MINUTE).toBeCloseTo(minutes, 1);
    }
  });

  it('does nothing before its time, and asks again then', () => {
    const after = afterRound(state(['a']), nextRound(state(['a']), START, 0), START);

    expect(nextRound(after, START + 14 * MINUTE, 0)).toEqual({
      observe: [],
      probe: [],
      handshakes: 0,
      nextAt: START + 15 * MINUTE,
    });
    expect(nextRound(after, START + 15 * MINUTE, 0).observe).toEqual(['a']);
  });

  it('probes what is new or changed at the next round, the rest once a day, nothing without a chain', () => {
    const old = START - 2 * HOUR;
    const units = [
      unit('new@a'),
      unit('changed@a', { lastAt: old, changed: true }),
      unit('known@a', { lastAt: old }),
      unit('yesterday@a', { lastAt: START - 25 * HOUR }),
      unit('unseen@b'),
    ];
    const now: ScheduleState = { ...state([], units), endpoints: [{ id: 'a', lastAt: old }] };

    expect(nextRound(now, START, 0).probe).toEqual(['new@a', 'changed@a', 'yesterday@a']);
  });

  it('waits for no date that a wrong clock wrote', () => {
    const future = START + 1000 * HOUR;
    const now: ScheduleState = {
      lastRoundAt: future,
      spent: [{ at: future, handshakes: 60 }],
      endpoints: [{ id: 'a', lastAt: future }],
      units: [unit('u@a', { lastAt: future })],
    };

    expect(nextRound(now, START, 0)).toMatchObject({ observe: ['a'], probe: ['u@a'] });
  });

  it('asks again within the hour where there is nothing at all', () => {
    expect(nextRound(state([]), START, 0)).toMatchObject({ handshakes: 0, nextAt: START + HOUR });
  });
});
