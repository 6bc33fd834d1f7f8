import type { SectionDifference } from '@trustfleet/api';
import type { LocalAnchor, StoreEntry, TrustStore, TrustStoresSection } from '@trustfleet/protocol';
import { diffBundleFile } from './diff-bundle-file.ts';
import { appeared, changed, changedFact, compare, left } from './difference.ts';

export function diffTrustStores(before: TrustStoresSection, after: TrustStoresSection): SectionDifference[] {
  const stores = compare(before.stores, after.stores, ({ id }) => id);
  const what = ({ name, bundle }: TrustStore) => ({ kind: 'store' as const, name, where: bundle.path });
  return [
    ...stores.appeared.map((store) => appeared(what(store))),
    ...stores.left.map((store) => left(what(store))),
    ...stores.both.flatMap(([was, is]) => [
      ...diffBundleFile(was.bundle, is.bundle),
      ...diffLocalAnchors(was.localAnchors, is.localAnchors),
      ...diffEntries(was, is),
      ...changedFact(what(is), was.name, is.name),
      ...changedFact(what(is), was.bundle.path, is.bundle.path),
      ...changedFact(what(is), was.anchorDirectory, is.anchorDirectory),
      ...changedFact(what(is), was.cannotChange, is.cannotChange),
    ]),
  ];
}

/**
 * What a store says of an anchor, where it says another thing than before: distrusted, limited, left out. Anchors that it trusts are told by
 * its bundle.
 */
function diffEntries(before: TrustStore, after: TrustStore): SectionDifference[] {
  const entries = compare(before.entries ?? [], after.entries ?? [], ({ anchor }) => anchor);
  const what = ({ anchor, location }: StoreEntry) => ({
    kind: 'anchor' as const,
    name: anchor,
    where: location ?? after.bundle.path,
    anchor,
  });
  const rejected = ({ trust }: StoreEntry): boolean => trust !== 'servers';
  return [
    ...entries.appeared.filter(rejected).map((entry) => changed({ ...what(entry), after: entry.trust })),
    ...entries.left.filter(rejected).map((entry) => changed({ ...what(entry), before: entry.trust })),
    ...entries.both
      .filter(([was, is]) => was.trust !== is.trust)
      .map(([was, is]) => changed({ ...what(is), before: was.trust, after: is.trust })),
  ];
}

/** Files that people put into the store's directory: what stands in one is trusted only once the store's own tool has run. */
function diffLocalAnchors(before: readonly LocalAnchor[], after: readonly LocalAnchor[]) {
  const files = compare(before, after, (file) => JSON.stringify([file.path, file.anchor, file.problem]));
  const what = (file: LocalAnchor, side: 'before' | 'after') => ({
    kind: 'anchor' as const,
    name: file.anchor ?? file.path,
    where: file.path,
    anchor: file.anchor,
    [side]: file.problem,
  });
  return [
    ...files.appeared.map((file) => appeared(what(file, 'after'))),
    ...files.left.map((file) => left(what(file, 'before'))),
  ];
}
