import { describe, expect, it } from 'vitest';
import { nextMode, type LoadHistory } from './small-memory.ts';

const after = (loads: readonly number[], from: LoadHistory = { saving: true, against: 0 }): boolean =>
  loads.reduce(nextMode, from).saving;
const quick = { saving: false, against: 0 };

describe('the collector', () => {
  it('is quick after two full seconds in a row, not after a burst', () => {
    expect(after([9000, 9000])).toBe(false);
    expect(after([9000, 1500, 9000])).toBe(true);
    expect(after([])).toBe(true);
  });

  it('saves again after ten calm seconds in a row', () => {
    expect(after(Array<number>(10).fill(50), quick)).toBe(true);
    expect(after([...Array<number>(9).fill(50), 600, ...Array<number>(9).fill(50)], quick)).toBe(false);
  });
});
