import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Countdown, timeLeft } from './countdown.tsx';

const NOW = new Date('2026-01-01T00:00:00Z');

describe('timeLeft', () => {
  it.each([
    [0, '0:00'],
    [-5_000, '0:00'],
    [1, '0:01'],
    [42_000, '0:42'],
    [725_000, '12:05'],
    [3_600_000, '1:00:00'],
    [604_800_000, '168:00:00'],
  ])('of %d ms is %s', (ms, words) => {
    expect(timeLeft(new Date(NOW.getTime() + ms), NOW)).toBe(words);
  });
});

describe('Countdown', () => {
  it('is read as its moment, not as its seconds', () => {
    const markup = renderToStaticMarkup(
      <Countdown at="2026-01-01T00:00:42Z" now={NOW} spoken="at 00:00:42" />,
    );

    expect(markup).toMatch(/<span aria-hidden="true"[^>]*>0:42<\/span>/);
    expect(markup).toMatch(/<span class="sr-only">at 00:00:42<\/span>/);
  });
});
