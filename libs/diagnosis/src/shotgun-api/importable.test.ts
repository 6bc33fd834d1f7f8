import { describe, expect, it } from 'vitest';
import { importable, serverName, type ApiPath } from '../index.ts';

const SIX = "ModuleNotFoundError: No module named 'shotgun_api3.lib.six.moves'";
const OLD_7 = 'RuntimeError: This module requires Python version 3.7 or higher.';
const OLD_9 = 'RuntimeError: This module requires Python version 3.9 or higher.';

type Row = readonly [
  api: string,
  python: string,
  allowOld: boolean,
  ok: boolean | null,
  error: string | null,
];

/** shotgrid.md §1.1, last paragraph, and the published packages imported by the Pythons named. */
const ROWS: readonly Row[] = [
  ['3.0.41', '2.7.18', false, true, null],
  ['3.0.41', '3.7.16', false, false, "ModuleNotFoundError: No module named 'shotgun'"],
  ['3.1.0', '2.7.18', false, true, null],
  ['3.2.4', '3.11.7', false, true, null],
  ['3.2.4', '3.12.1', false, false, SIX],
  ['3.6.1', '2.7.18', false, true, null],
  ['3.6.2', '2.7.18', false, false, 'SyntaxError: invalid syntax'],
  ['3.8.5', '2.7.18', false, false, 'SyntaxError: invalid syntax'],
  ['3.8.5', '3.6.15', false, true, null],
  ['3.8.5', '3.11.7', false, true, null],
  ['3.8.5', '3.13.0', false, false, SIX],
  ['3.9.0', '3.6.15', false, true, null],
  ['3.9.0', '3.13.0', false, true, null],
  ['3.9.0', '2.7.18', false, false, 'SyntaxError: invalid syntax'],
  ['3.9.0', '3.14.0', false, null, null],
  ['3.10.0', '3.6.15', false, false, OLD_7],
  ['3.10.0', '3.6.15', true, false, 'SyntaxError: invalid syntax'],
  ['3.10.0', '3.7.16', false, true, null],
  ['3.10.3', '3.8.18', false, false, OLD_9],
  ['3.10.3', '3.8.18', true, true, null],
  ['3.10.3', '3.13.0', false, true, null],
  ['3.8.5', '3.4.0', false, null, null],
];
const numbers = (text: string): number[] => text.split('.').map(Number);

describe('importable', () => {
  it.each(ROWS)('%s by Python %s (old allowed: %s): %s', (api, python, ...[allowOld, ok, error]) => {
    expect(importable(numbers(api), numbers(python), allowOld)).toEqual({ ok, error });
  });
});

describe('serverName', () => {
  /** shotgrid.md §1.4: uploads with a CA file in 3.0.36 – 3.8.1 neither send nor check the name. */
  const NAMES: readonly (readonly [string, ApiPath, ownFile: boolean, sends: boolean, checks: boolean])[] = [
    ['3.0.35', 'form', true, true, true],
    ['3.0.36', 'form', true, false, false],
    ['3.8.1', 's3', true, false, false],
    ['3.8.1', 's3', false, true, true],
    ['3.8.2', 'form', false, true, true],
    ['3.9.0', 's3', true, true, true],
    ['3.0.37', 'crud', true, false, true],
    ['3.0.38', 'crud', true, true, true],
    ['3.8.1', 'crud', true, true, true],
  ];
  it.each(NAMES)('%s %s, own file %s', (...[api, path, ownFile, sendsName, checksName]) => {
    expect(serverName(numbers(api), path, ownFile)).toEqual({ sendsName, checksName });
  });
});
