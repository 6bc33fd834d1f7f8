import { describe, expect, it } from 'vitest';
import { nextDelay, parseRetryAfter, type Ending } from './backoff.ts';
import { DEFAULT_LINK_LIMITS as limits } from './limits.ts';

const delay = (ending: Ending, failures: number, random: number) =>
  nextDelay({ ending, failures, limits, random });

describe('the next try', () => {
  it.each<[string, Ending, number, number, number]>([
    ['first failure', { kind: 'failed' }, 1, 0, 1_000],
    ['second failure', { kind: 'failed' }, 2, 0, 2_000],
    ['ninth failure', { kind: 'failed' }, 9, 0, 256_000],
    ['many failures', { kind: 'failed' }, 10, 0, 300_000],
    ['more than a number holds', { kind: 'failed' }, 10_000, 0, 300_000],
    ['a server loss', { kind: 'lost' }, 1, 0, 30_000],
    ['losses again and again', { kind: 'lost' }, 9, 0, 256_000],
    ['Retry-After', { kind: 'failed', retryAfterMs: 60_000 }, 9, 60_000, 61_000],
    ['an ordered wait', { kind: 'ordered', afterMs: 2_000 }, 1, 2_000, 2_300],
    ['an endless ordered wait', { kind: 'ordered', afterMs: 1e15 }, 1, 600_000, 601_000],
    ['an identity that is not wanted', { kind: 'unwanted' }, 1, 150_000, 300_000],
  ])('after %s', (...[, ending, failures, least, most]) => {
    expect(delay(ending, failures, 0)).toBe(least);
    expect(delay(ending, failures, 1)).toBe(most);
    expect(delay(ending, failures, 0.5)).toBe((least + most) / 2);
  });

  it.each([
    ['120', 120_000],
    ['0', 0],
    [undefined, undefined],
    ['', undefined],
    ['-5', undefined],
    ['1e9', undefined],
    ['99999999999', undefined],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
  ])('reads Retry-After %s as %s', (header, ms) => {
    expect(parseRetryAfter(header)).toBe(ms);
  });
});
