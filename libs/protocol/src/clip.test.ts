import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clip } from './clip.ts';

describe('clip', () => {
  it.each([
    ['short', 10, 'short'],
    ['12345', 3, '123'],
    ['ab😀', 3, 'ab\ufffd'],
    ['\ud800x', 5, '\ufffdx'],
  ])('%j to %i', (text, max, clipped) => {
    expect(clip(text, max)).toBe(clipped);
  });

  it('never leaves half a character and never grows', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(50), (text, max) => {
        const clipped = clip(text, max);

        expect(clipped).not.toMatch(/\p{Surrogate}/u);
        expect(clipped.length).toBeLessThanOrEqual(max);
      }),
    );
  });
});
