import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { RelativeTime, relativeTime } from './relative-time.tsx';

const NOW = new Date('2026-11-22T12:00:00Z');
const after = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);

describe('relativeTime', () => {
  it.each([
    [0, 'now'],
    [-20, '20 seconds ago'],
    [-59, '59 seconds ago'],
    [-60, '1 minute ago'],
    [-3_599, '59 minutes ago'],
    [-3_600, '1 hour ago'],
    [-86_400, 'yesterday'],
    [-5 * 86_400, '5 days ago'],
    [30, 'now'],
    [120, 'in 2 minutes'],
  ])('%i s: %s', (seconds, words) => {
    expect(relativeTime(after(seconds), NOW, 'en')).toBe(words);
  });

  it('speaks the reader’s language', () => {
    expect(relativeTime(after(-180), NOW, 'ko')).toBe('3분 전');
  });
});

describe('RelativeTime', () => {
  it('keeps the exact time in the title, in the reader’s time zone', () => {
    const markup = renderToStaticMarkup(
      <RelativeTime at="2026-11-22T11:57:00Z" now={NOW} locale="en" timeZone="Asia/Seoul" />,
    );

    expect(markup).toContain('dateTime="2026-11-22T11:57:00Z"');
    expect(markup).toContain('8:57:00');
    expect(markup).toContain('>3 minutes ago<');
  });
});
