import { isAtLeast, isBefore, type VersionNumber } from '../version-number.ts';
import type { Importable } from './types.ts';

export interface ImportRow {
  /** Version of the API, from and up to but not with. */
  readonly from: VersionNumber;
  readonly before: VersionNumber;
  /** Versions of Python that can import it, as above; several ranges. */
  readonly pythons: readonly { readonly from: VersionNumber; readonly before: VersionNumber }[];
  /** What every other Python raises: by a version below which the second stands. */
  readonly older: string;
  readonly newer: string;
}

const PYTHON_2 = { from: [2, 6], before: [3] } as const;
const SYNTAX = 'SyntaxError: invalid syntax';
/** What a Python 3 says of the relative imports of Python 2. */
const PYTHON_2_IMPORT = "ModuleNotFoundError: No module named 'shotgun'";
/** `six` of that age finds no loader in Python 3.12. */
const SIX = "ModuleNotFoundError: No module named 'shotgun_api3.lib.six.moves'";

/**
 * shotgrid.md §1.1, last paragraph; 3.6.1 on 2.7, 3.6.2 and later on 2.7 and what 3.10.3 asks for were measured with the published packages.
 * 3.6.1 is the last that Python 2.7 can read, though 3.6.0 already says that it does not support it.
 */
export const IMPORT_TABLE: readonly ImportRow[] = [
  { from: [0], before: [3, 0, 8], pythons: [PYTHON_2], older: SYNTAX, newer: SYNTAX },
  { from: [3, 0, 8], before: [3, 1, 0], pythons: [PYTHON_2], older: SYNTAX, newer: PYTHON_2_IMPORT },
  {
    from: [3, 1, 0],
    before: [3, 6, 2],
    pythons: [
      { from: [2, 7], before: [3] },
      { from: [3, 6], before: [3, 12] },
    ],
    older: SYNTAX,
    newer: SIX,
  },
  {
    from: [3, 6, 2],
    before: [3, 9, 0],
    pythons: [{ from: [3, 6], before: [3, 12] }],
    older: SYNTAX,
    newer: SIX,
  },
  {
    from: [3, 9, 0],
    before: [3, 10, 0],
    pythons: [{ from: [3, 6], before: [3, 14] }],
    older: SYNTAX,
    newer: '',
  },
  {
    from: [3, 10, 0],
    before: [3, 10, 3],
    pythons: [{ from: [3, 7], before: [4] }],
    older: 'RuntimeError: This module requires Python version 3.7 or higher.',
    newer: '',
  },
  {
    from: [3, 10, 3],
    before: [1000],
    pythons: [{ from: [3, 9], before: [4] }],
    older: 'RuntimeError: This module requires Python version 3.9 or higher.',
    newer: '',
  },
];

const UNKNOWN: Importable = { ok: null, error: null };
const WORKS: Importable = { ok: true, error: null };

/** `allowOld`: SHOTGUN_ALLOW_OLD_PYTHON is "1"; it takes the check of 3.10 away, not what an older Python cannot read. */
export function importable(api: VersionNumber, python: VersionNumber, allowOld: boolean): Importable {
  const row = IMPORT_TABLE.find(({ from, before }) => isAtLeast(api, from) && isBefore(api, before));
  if (row === undefined || python.length < 2) return UNKNOWN;
  if (row.pythons.some(({ from, before }) => isAtLeast(python, from) && isBefore(python, before)))
    return WORKS;
  const oldest = row.pythons.at(-1)?.from ?? [];
  if (isBefore(python, oldest)) return onOlder(row, python, allowOld);
  return row.newer === '' ? UNKNOWN : { ok: false, error: row.newer };
}

function onOlder({ older }: ImportRow, python: VersionNumber, allowOld: boolean): Importable {
  const checks = older.startsWith('RuntimeError');
  // What Python 3.0 – 3.5 make of a version without that check, nobody tried.
  if (!checks && isAtLeast(python, [3])) return UNKNOWN;
  if (!checks || !allowOld) return { ok: false, error: older };
  return isAtLeast(python, [3, 7]) ? WORKS : { ok: false, error: SYNTAX };
}
