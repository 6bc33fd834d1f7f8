import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTooDeep, storableJson } from './storable.ts';

describe('storableJson', () => {
  it('is JSON for any value, and the value itself where nothing had to change', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(JSON.parse(storableJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('holds no escaped zero byte or lone surrogate, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('\0', '\ud800', '\udfff', '\\', 'u0000', '"', 'a', '😀') }),
        (text) => {
          expect(JSON.parse(storableJson({ text }))).toEqual({
            text: Buffer.from(text).toString().replaceAll('\0', '\uFFFD'),
          });
        },
      ),
    );
  });
});

describe('isTooDeep', () => {
  it.each([
    ['{"a":[1]}', false],
    [`${'['.repeat(64)}${']'.repeat(64)}`, false],
    [`${'['.repeat(65)}${']'.repeat(65)}`, true],
    [JSON.stringify('['.repeat(100)), false],
    [JSON.stringify({ '\\"[': '{\\'.repeat(100) }), false],
    ['[],'.repeat(1000), false],
    [`"${'['.repeat(100)}`, false],
  ])('%s', (json, expected) => {
    expect(isTooDeep(json)).toBe(expected);
  });

  it.each([
    ['one string', JSON.stringify('\\"'.repeat(300_000))],
    ['a string that never ends', `"${'\\"'.repeat(400_000)}`],
    ['nothing but backslashes', `"${'\\'.repeat(900_000)}`],
  ])('reads a frame full of %s once', (_, text) => {
    expect(isTooDeep(text)).toBe(false);
  });
});
