import { createAnchorOrder } from '@trustfleet/api';
import { describe, expect, it } from 'vitest';
import { inRange, limitsOf, NO_LIMITS, RANGES, type OrderLimits } from './order-limits.ts';

const taken = createAnchorOrder.shape.limits;

describe('limits of an order', () => {
  it('are left out while nothing differs from the default', () => {
    expect(limitsOf(NO_LIMITS)).toBeUndefined();
  });

  it.each(['min', 'max'] as const)('are taken by the contract at their %s', (end) => {
    const limits = {
      attempts: RANGES.attempts[end],
      waitMinutes: RANGES.waitMinutes[end],
      watchMinutes: RANGES.watchMinutes[end],
    };

    expect(taken.safeParse(limitsOf(limits)).success).toBe(true);
  });

  it.each([
    ['attempts', 99, 5],
    ['attempts', NaN, 1],
    ['watchMinutes', -3, 0],
    ['waitMinutes', 2.6, 3],
  ] as const satisfies readonly (readonly [keyof OrderLimits, number, number])[])(
    '%s of %d becomes %d',
    (name, typed, kept) => {
      expect(inRange(name, typed)).toBe(kept);
    },
  );
});
