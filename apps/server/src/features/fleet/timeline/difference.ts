import type { SectionDifference } from '@trustfleet/api';
import { clip } from '@trustfleet/protocol';

/** Longest text of a host in a difference: a page holds thousands of them. */
const TEXT_LIMIT = 300;

type What = Pick<SectionDifference, 'kind' | 'name'> &
  Partial<Pick<SectionDifference, 'where' | 'anchor' | 'before' | 'after'>>;

function difference(change: SectionDifference['change'], what: What): SectionDifference {
  const { kind, name, where = null, anchor = null, before = null, after = null } = what;
  const short = (text: string | null) => (text === null ? null : clip(text, TEXT_LIMIT));
  return {
    change,
    kind,
    name: clip(name, TEXT_LIMIT),
    where: short(where),
    anchor,
    before: short(before),
    after: short(after),
  };
}

export const appeared = (what: What): SectionDifference => difference('appeared', what);
export const left = (what: What): SectionDifference => difference('left', what);
export const changed = (what: What): SectionDifference => difference('changed', what);

/** One fact of something that is on both sides: a difference where its text is another one, else nothing. */
export function changedFact(
  what: Pick<What, 'kind' | 'name' | 'where'>,
  before: unknown,
  after: unknown,
): SectionDifference[] {
  const [was, is] = [textOf(before), textOf(after)];
  return was === is ? [] : [changed({ ...what, before: was, after: is })];
}

/** A fact as people read it. Null where there is none. */
export function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  return JSON.stringify(value);
}

/** Two lists of things with a key each, told apart. Of things with one key the last counts. */
export function compare<T>(before: readonly T[], after: readonly T[], keyOf: (item: T) => string) {
  const was = new Map(before.map((item) => [keyOf(item), item]));
  const is = new Map(after.map((item) => [keyOf(item), item]));
  return {
    left: [...was].filter(([key]) => !is.has(key)).map(([, item]) => item),
    appeared: [...is].filter(([key]) => !was.has(key)).map(([, item]) => item),
    both: [...is].flatMap(([key, item]) => {
      const old = was.get(key);
      return old === undefined ? [] : [[old, item] as const];
    }),
  };
}

/** Anchors by fingerprint; their names are filled in by `nameAnchors`. `where`: the store's or bundle's path. */
export function anchorDifferences(
  before: readonly string[],
  after: readonly string[],
  where: string,
): SectionDifference[] {
  const sides = compare(before, after, (sha256) => sha256);
  const what = (sha256: string) => ({ kind: 'anchor' as const, name: sha256, where, anchor: sha256 });
  return [
    ...sides.appeared.map((sha256) => appeared(what(sha256))),
    ...sides.left.map((sha256) => left(what(sha256))),
  ];
}
