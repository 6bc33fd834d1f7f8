import { expect, it } from 'vitest';
import { allowsPython } from './requires-python.ts';

it.each([
  ['>=3.6', '3.6.15', true],
  ['>=3.7', '3.6.15', false],
  ['>=2.7, !=3.0.*, !=3.1.*, !=3.2.*', '2.7.18', true],
  ['>=2.7, !=3.0.*, !=3.1.*', '3.1.5', false],
  ['>=3.7,<4', '3.13.0', true],
  ['>=3.7,<4', '4.0.1', false],
  ['==3.9.*', '3.9.18', true],
  ['==3.9.*', '3.10.1', false],
  ['~=3.8', '3.13.0', true],
  ['~=3.8.1', '3.9.0', false],
  ['>=3.9', '3.9', true],
  ['===3.9', '3.9.1', null],
  ['>=3.6; odd', '3.9.1', null],
  [null, '3.9.1', null],
  ['>=3.6', null, null],
])('%s on %s: %s', (requires, python, expected) => {
  expect(allowsPython(requires, python)).toBe(expected);
});
