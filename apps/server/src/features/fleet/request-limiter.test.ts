import { expect, it } from 'vitest';
import { RequestLimiter } from './request-limiter.ts';

it('admits each address so often a minute, and forgets', () => {
  const limiter = new RequestLimiter({ perMinute: 2, addresses: 10 });

  expect([1, 2, 3].map(() => limiter.admit('a', 100_000))).toEqual([true, true, false]);
  expect(limiter.admit('b', 100_000)).toBe(true);
  expect(limiter.admit('a', 160_000)).toBe(true);
});

it('is not made to forget who keeps trying by a flood of made-up addresses', () => {
  const limiter = new RequestLimiter({ perMinute: 2, addresses: 10 });
  const flood = () => {
    for (let n = 0; n < 50; n += 1) expect(limiter.admit(`made up ${n}`, 1_000)).toBe(true);
  };

  expect(limiter.admit('victim', 1_000)).toBe(true);
  expect(limiter.admit('victim', 1_000)).toBe(true);
  for (let turn = 0; turn < 5; turn += 1) {
    flood();
    expect(limiter.admit('victim', 1_000)).toBe(false);
  }
  expect(limiter.admit('victim', 61_000), 'a minute later').toBe(true);
});
