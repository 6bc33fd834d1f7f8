import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columns, count, duration, plain, someOf } from './index.ts';

describe('plain', () => {
  it.each([
    ['\u001b[2J', '\\u{1b}[2J'],
    ['a\nb\r', 'a\\u{a}b\\u{d}'],
    ['\u202egpj.exe', '\\u{202e}gpj.exe'],
    ['zero\u200bwidth', 'zero\\u{200b}width'],
    ['\u009b31m', '\\u{9b}31m'],
    ['한국어 ok', '한국어 ok'],
  ])('writes out what would steer a terminal: %j', (text, shown) => {
    expect(plain(text)).toBe(shown);
  });

  it('leaves nothing that steers, whatever came', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(plain(text)).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
      }),
    );
  });
});

describe('columns', () => {
  it('aligns every column but the last', () => {
    expect(
      columns(
        [
          ['a', 'bb', 'c'],
          ['long', 'b', 'cc'],
        ],
        '',
      ),
    ).toEqual(['a     bb  c', 'long  b   cc']);
  });

  it('does not pad an empty last cell', () => {
    expect(columns([['a', '']])).toEqual(['  a']);
  });
});

it('counts and names the first of many', () => {
  expect([count(1, 'host'), count(0, 'host'), count(2, 'entry', 'entries')]).toEqual([
    '1 host',
    '0 hosts',
    '2 entries',
  ]);
  expect(someOf(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
});

it.each([
  [0, 'less than a second'],
  [999, '1 second'],
  [61_000, '1 minute 1 second'],
  [10_920_000, '3 hours 2 minutes'],
  [90_061_000, '1 day 1 hour'],
])('says how long %i ms are, by the two largest units', (ms, words) => {
  expect(duration(ms)).toBe(words);
});
