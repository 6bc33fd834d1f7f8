import { compareVersions, versionNumber, type VersionNumber } from '@trustfleet/diagnosis';

/** PEP 440, "Version specifiers": one clause. */
const CLAUSE = /^(~=|==|!=|<=|>=|<|>)\s*(\d{1,6}(?:\.\d{1,6}){0,4})(\.\*)?$/;

/**
 * Whether a Python of that version may take a release with this `Requires-Python`; null where a clause is not understood. pip decides in
 * the end: this says it before anything is changed.
 */
export function allowsPython(requires: string | null, python: string | null): boolean | null {
  const version = versionNumber(python);
  if (requires === null || requires.trim() === '' || version.length < 2) return null;
  const answers = requires.split(',').map((clause) => allows(clause.trim(), version));
  if (answers.includes(false)) return false;
  return answers.includes(null) ? null : true;
}

interface Compared {
  /** Below 0 where the Python is older than the version of the clause. */
  readonly order: number;
  readonly same: boolean;
  /** It has all but the last number of the clause. */
  readonly compatible: boolean;
}
const OPERATORS: Readonly<Record<string, (compared: Compared) => boolean>> = {
  '>=': ({ order }) => order >= 0,
  '<=': ({ order }) => order <= 0,
  '>': ({ order }) => order > 0,
  '<': ({ order }) => order < 0,
  '==': ({ same }) => same,
  '!=': ({ same }) => !same,
  '~=': ({ order, compatible }) => order >= 0 && compatible,
};

function allows(clause: string, python: VersionNumber): boolean | null {
  if (clause === '') return true;
  const [, operator = '', text = '', wildcard] = CLAUSE.exec(clause) ?? [];
  const wanted = versionNumber(text);
  // A Python that is known by its line alone (3.9) is taken for the newest of that line.
  const at = python.length === 2 ? [...python, 99] : python;
  const order = compareVersions(at, wanted);
  const same = wildcard === undefined ? order === 0 : hasPrefix(at, wanted);
  return OPERATORS[operator]?.({ order, same, compatible: hasPrefix(at, wanted.slice(0, -1)) }) ?? null;
}

const hasPrefix = (version: VersionNumber, prefix: VersionNumber): boolean =>
  prefix.every((number, index) => (version[index] ?? 0) === number);
