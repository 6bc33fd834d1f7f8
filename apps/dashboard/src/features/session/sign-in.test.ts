import { describe, expect, it } from 'vitest';
import { safeNext } from './sign-in.ts';

describe('safeNext', () => {
  it.each(['/', '/hosts?page=2&q=a', '/jobs/1#x'])('goes to %s', (next) => {
    expect(safeNext(next)).toBe(next);
  });

  it.each([
    undefined,
    '',
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/a\\b',
    '/a\nb',
    ' /x',
  ])('goes to / instead of %j', (next) => {
    expect(safeNext(next)).toBe('/');
  });
});
