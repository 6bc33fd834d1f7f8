import { describe, expect, it } from 'vitest';
import { isClockNews } from './clock-watch.ts';

describe('an offset of a host’s clock is news', () => {
  it.each([
    { name: 'the first time', stored: null, said: 0, news: true },
    { name: 'not when it stays', stored: 5_000, said: 5_000, news: false },
    { name: 'not when it wanders', stored: 5_000, said: -25_000, news: false },
    { name: 'when it moved far', stored: 5_000, said: -25_001, news: true },
    { name: 'when it crosses the limit', stored: 119_000, said: 121_000, news: true },
    { name: 'when it comes back across the limit', stored: -121_000, said: -119_000, news: true },
    { name: 'not at the limit itself', stored: 119_000, said: 120_000, news: false },
    { name: 'not far beyond the limit', stored: 900_000, said: 910_000, news: false },
  ])('$name', ({ stored, said, news }) => {
    expect(isClockNews(stored, said, [120_000])).toBe(news);
  });
});
