import type { Order } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { nextAttempt, remainingWait } from './next-attempt.ts';

const SERVER_TIME = new Date('2026-11-22T10:00:00.000Z');
const LIMITS = { attempts: 3, backoffMs: 60_000, bakeMs: 0 };
const at = (ms: number): string => new Date(SERVER_TIME.getTime() + ms).toISOString();

describe('nextAttempt', () => {
  const order = (limits: Partial<typeof LIMITS>): Pick<Order, 'limits' | 'expiresAt'> => ({
    limits: { ...LIMITS, ...limits },
    expiresAt: '2026-11-22T12:00:00.000Z',
  });
  const ask = (failed: number, random: number, limits = {}): ReturnType<typeof nextAttempt> =>
    nextAttempt({ order: order(limits), failed, random, serverTime: SERVER_TIME });

  it.each([
    [1, 0, 48_000],
    [1, 0.5, 60_000],
    [2, 0.5, 120_000],
    [2, 0.999999, 144_000],
  ])('after failure %i with jitter %f: in %i ms', (failed, random, ms) => {
    expect(ask(failed, random)).toEqual({ kind: 'again', at: at(ms) });
  });

  it('knows no further attempt past the number allowed, nor past the end of the order', () => {
    expect(ask(3, 0.5)).toMatchObject({ kind: 'none' });
    expect(ask(1, 0.5, { attempts: 1 })).toEqual({ kind: 'none', why: null });
    expect(ask(1, 0.5, { backoffMs: 3 * 3_600_000 })).toMatchObject({
      kind: 'none',
      why: expect.stringContaining('12:00:00') as string,
    });
    expect(nextAttempt({ order: {} as Order, failed: 1, random: 0, serverTime: null })).toMatchObject({
      kind: 'none',
    });
  });

  it.each([
    ['the clock jumped back', at(0), at(-86_400_000), 100, 5, 95],
    ['the clock jumped ahead', at(60_000), at(86_400_000), 72_000, 0, 0],
    ['the server is not heard', at(60_000), null, 72_000, 2_000, 70_000],
    ['as planned', at(60_000), at(10_000), 72_000, 2_000, 50_000],
  ])('what is left of a wait: %s', (...row) => {
    const [, nextAt, serverTime, longestMs, waitedMs, left] = row;
    const now = serverTime === null ? null : new Date(serverTime);
    expect(remainingWait({ nextAt, serverTime: now, longestMs, waitedMs })).toBe(left);
  });
});
