import { expect, it } from 'vitest';
import { BodyBudget } from './body-budget.ts';

const HOUR = 3_600_000;

it('gives each host so much, and more with time, never more than at first', () => {
  const budget = new BodyBudget({ burst: 100, perDay: 240 });

  expect(budget.take('a', 60, 0)).toBe(true);
  expect(budget.take('a', 41, 0), 'more than is left').toBe(false);
  expect(budget.take('a', 40, 0), 'nothing was spent by that').toBe(true);
  expect(budget.take('a', 1, 0)).toBe(false);
  expect(budget.take('b', 100, 0), 'another host').toBe(true);

  expect(budget.take('a', 20, 2 * HOUR)).toBe(true);
  expect(budget.take('a', 1, 2 * HOUR)).toBe(false);
  expect(budget.take('a', 101, 1000 * HOUR)).toBe(false);
  expect(budget.take('a', 100, 1000 * HOUR)).toBe(true);
});

it('takes a clock that was set back for none that went on', () => {
  const budget = new BodyBudget({ burst: 100, perDay: 240 });

  expect(budget.take('a', 100, 10 * HOUR)).toBe(true);
  expect(budget.take('a', 1, 0)).toBe(false);
});
