import { describe, expect, it } from 'vitest';
import { byDay } from './by-day.ts';

const inSeoul = (at: string): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Seoul' }).format(new Date(at));

describe('byDay', () => {
  it('puts entries of one day of the reader together, in their order', () => {
    const entries = ['2026-01-02T16:00:00Z', '2026-01-02T14:59:59Z', '2026-01-01T15:00:00Z'].map((at) => ({
      at,
    }));

    expect(byDay(entries, inSeoul)).toEqual([
      { name: '2026-01-03', entries: [entries[0]] },
      { name: '2026-01-02', entries: [entries[1], entries[2]] },
    ]);
  });

  it('has no day without entries', () => {
    expect(byDay([], inSeoul)).toEqual([]);
  });
});
