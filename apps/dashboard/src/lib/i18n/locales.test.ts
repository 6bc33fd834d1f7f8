import { describe, expect, it } from 'vitest';
import { localeFromHeader } from './locales.ts';

describe('localeFromHeader', () => {
  it.each([
    [null, 'en'],
    ['', 'en'],
    ['ko-KR,ko;q=0.9,en;q=0.8', 'ko'],
    ['en-GB,en;q=0.9,ko;q=0.8', 'en'],
    ['de-DE,de;q=0.9,ko;q=0.5,en;q=0.4', 'ko'],
    ['en;q=0.1, ko;q=0.7', 'ko'],
    ['ko;q=0, en', 'en'],
    ['fr', 'en'],
    [';;;q=x,,', 'en'],
  ])('%j: %s', (header, locale) => {
    expect(localeFromHeader(header)).toBe(locale);
  });
});
