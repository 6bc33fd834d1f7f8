import type { SectionDifference } from '@trustfleet/api';
import type { LocalAnchor, TrustStore, TrustStoresSection } from '@trustfleet/protocol';
import { diffBundleFile } from './diff-bundle-file.ts';
import { appeared, changedFact, compare, left } from './difference.ts';

export function diffTrustStores(before: TrustStoresSection, after: TrustStoresSection): SectionDifference[] {
  const stores = compare(before.stores, after.stores, ({ id }) => id);
  const what = ({ name, bundle }: TrustStore) => ({ kind: 'store' as const, name, where: bundle.path });
  return [
    ...stores.appeared.map((store) => appeared(what(store))),
    ...stores.left.map((store) => left(what(store))),
    ...stores.both.flatMap(([was, is]) => [
      ...diffBundleFile(was.bundle, is.bundle),
      ...diffLocalAnchors(was.localAnchors, is.localAnchors),
      ...changedFact(what(is), was.name, is.name),
      ...changedFact(what(is), was.bundle.path, is.bundle.path),
      ...changedFact(what(is), was.anchorDirectory, is.anchorDirectory),
      ...changedFact(what(is), was.cannotChange, is.cannotChange),
    ]),
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
