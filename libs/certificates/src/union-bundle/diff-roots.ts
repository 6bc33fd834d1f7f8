import type { RootDiff } from './types.ts';

interface Named {
  readonly sha256: string;
  readonly subject: string;
}

const bySubject = (a: Named, b: Named): number =>
  a.subject === b.subject ? order(a.sha256, b.sha256) : order(a.subject, b.subject);
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function without<Root extends Named>(roots: readonly Root[], others: readonly Named[]): Root[] {
  const known = new Set(others.map(({ sha256 }) => sha256));
  return [...new Map(roots.map((root) => [root.sha256, root])).values()]
    .filter(({ sha256 }) => !known.has(sha256))
    .sort(bySubject);
}

/** What taking `after` in the place of `before` would bring and take away; a root is its DER's SHA-256. */
export function diffRoots<Root extends Named>(
  before: readonly Root[],
  after: readonly Root[],
): RootDiff<Root> {
  return { entering: without(after, before), leaving: without(before, after) };
}
