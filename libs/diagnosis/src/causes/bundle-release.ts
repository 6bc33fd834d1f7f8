import type { CatalogueRoot, ReleaseMark, RootCatalogue } from '@trustfleet/certificates';

/** Fewer public roots than this: a studio's own choice of roots, and no copy of the public list. */
const PUBLIC_LIST = 20;

/** Which release of the public list some anchors come from. */
export interface BundleRelease {
  /** The youngest of their roots came with it: at least as new as this. */
  readonly from: ReleaseMark;
  /** Of their public roots the first that is gone since left with it: older than this. Null where none is gone. */
  readonly before: ReleaseMark | null;
}

/** By marks: digests tell files, anchors tell lists, also those that somebody appended to. Null for what is no copy of the list. */
export function releaseOf(anchors: readonly string[], catalogue: RootCatalogue): BundleRelease | null {
  const held = anchors.flatMap((sha256) => catalogue.bySha256(sha256) ?? []);
  if (held.length < PUBLIC_LIST) return null;
  const entered = held.map((root) => root.entered).toSorted(byDate);
  const left = held.flatMap((root) => root.left ?? []).toSorted(byDate);
  const from = entered.at(-1);
  return from === undefined ? null : { from, before: left[0] ?? null };
}

/** The root came after that release: a newer list has it. */
export function cameLater(root: CatalogueRoot, release: BundleRelease): boolean {
  return root.entered.date > release.from.date;
}

function byDate(a: ReleaseMark, b: ReleaseMark): number {
  return a.date < b.date ? -1 : a.date > b.date ? 1 : 0;
}
