import { describe, expect, it } from 'vitest';
import { nextMode, type LoadHistory } from './small-memory.ts';

const after = (loads: readonly number[], from: LoadHistory = { saving: true, against: 0 }): boolean =>
  loads.reduce(nextMode, from).saving;
const quick = { saving: false, against: 0 };

describe('the collector', () => {
  it('is quick after two full seconds in a row, not after a burst', () => {
    expect(after([1, 1])).toBe(false);
    expect(after([1, 0.9, 1])).toBe(true);
    expect(after([])).toBe(true);
  });

  it('saves again after ten calm seconds in a row', () => {
    expect(after(Array<number>(10).fill(0.1), quick)).toBe(true);
    expect(after([...Array<number>(9).fill(0.1), 0.7, ...Array<number>(9).fill(0.1)], quick)).toBe(false);
  });
});
