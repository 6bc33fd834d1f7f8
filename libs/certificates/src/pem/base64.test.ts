import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64 } from './base64.ts';

describe('decodeBase64', () => {
  const spaced = fc
    .tuple(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.tuple(fc.nat(300), fc.constantFrom(' ', '\t', '\r', '\n'))),
    )
    .map(([bytes, spaces]) => {
      let text = Buffer.from(bytes).toString('base64');
      for (const [at, space] of spaces) text = `${text.slice(0, at)}${space}${text.slice(at)}`;
      return { bytes, text };
    });

  it('reads what was encoded, with any white space in it', () => {
    fc.assert(
      fc.property(spaced, ({ bytes, text }) => {
        expect(decodeBase64(text)).toEqual({ bytes: new Uint8Array(bytes) });
      }),
    );
  });

  it('points at the first character that does not belong', () => {
    fc.assert(
      fc.property(
        spaced,
        fc.nat(300),
        fc.constantFrom('*', '-', '_', '.', '\u00a0', '\u0000', '\u00ff', '\\'),
        ({ text }, place, foreign) => {
          const at = Math.min(place, text.length);

          expect(decodeBase64(`${text.slice(0, at)}${foreign}${text.slice(at)}`)).toEqual({
            badCharacterAt: at,
          });
        },
      ),
    );
  });

  it.each([
    ['', { bytes: new Uint8Array() }],
    ['A', { cutShort: true }],
    ['AAA', { cutShort: true }],
    ['AA=A', { badCharacterAt: 2 }],
    ['A===', { badCharacterAt: 1 }],
    ['====', { badCharacterAt: 0 }],
    ['AA==AAAA', { badCharacterAt: 2 }],
  ])('%j', (text, result) => {
    expect(decodeBase64(text)).toEqual(result);
  });
});
