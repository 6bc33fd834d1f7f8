import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogueText, spansOf } from './history.mjs';
import { pipVersion } from './packages.mjs';

const releases = (...lists) => lists.map((list) => new Set(list));
const read = (file) => JSON.parse(readFileSync(path.join(import.meta.dirname, file), 'utf8'));

describe('spansOf', () => {
  it.each([
    ['one that stays', [['a'], ['a']], { a: [[0, null]] }],
    ['one that comes later', [[], ['a']], { a: [[1, null]] }],
    ['one that leaves', [['a'], ['a'], []], { a: [[0, 2]] }],
    [
      'one that comes back',
      [['a'], [], ['a']],
      {
        a: [
          [0, 1],
          [2, null],
        ],
      },
    ],
    [
      'one that comes back and leaves',
      [['a'], [], ['a'], []],
      {
        a: [
          [0, 1],
          [2, 3],
        ],
      },
    ],
    ['two', [['a', 'b'], ['b']], { a: [[0, 1]], b: [[0, null]] }],
    ['none', [[], []], {}],
  ])('%s', (_what, lists, expected) => {
    expect(Object.fromEntries(spansOf(releases(...lists)))).toEqual(expected);
  });
});

it('writes JSON with one root a line', () => {
  const data = { source: 's', releases: [['1', '2016-01-01']], roots: [{ sha256: 'a' }, { sha256: 'b' }] };
  const text = catalogueText(data);

  expect(JSON.parse(text)).toEqual(data);
  expect(text.split('\n').filter((line) => line.includes('sha256'))).toHaveLength(2);
});

it.each([
  ['2024.07.04', '2024.7.4'],
  ['2022.06.15.2', '2022.6.15.2'],
  ['14.05.14', '14.5.14'],
  ['1.0.0', '1.0.0'],
])('%s is %s to pip', (version, pip) => {
  expect(pipVersion(version)).toBe(pip);
});

it('the committed catalogue is of the committed releases, in order', () => {
  const listed = read('../releases.json');
  const catalogue = read('../../../libs/certificates/src/catalogue/roots.json');

  expect(catalogue.releases).toEqual(listed.map(([version, date]) => [version, date]));
  expect(listed.map(([, date]) => date)).toEqual(listed.map(([, date]) => date).toSorted());
  for (const [version, , sha256] of listed)
    expect([version, sha256]).toEqual([version, expect.stringMatching(/^[0-9a-f]{64}$/)]);
});
