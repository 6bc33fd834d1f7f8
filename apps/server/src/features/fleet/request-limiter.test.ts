import { expect, it } from 'vitest';
import { RequestLimiter } from './request-limiter.ts';

it('admits each address so often a minute, and forgets', () => {
  const limiter = new RequestLimiter({ perMinute: 2, addresses: 10 });

  expect([1, 2, 3].map(() => limiter.admit('a', 100_000))).toEqual([true, true, false]);
  expect(limiter.admit('b', 100_000)).toBe(true);
  expect(limiter.admit('a', 160_000)).toBe(true);
});
