import type { HostFacts } from '@trustfleet/policy';
import type { BundleFile, LocalAnchor, StoreEntry, TrustStore } from '@trustfleet/protocol';

/** A store as the next scan should find it. */
export type ChangedStore = Pick<TrustStore, 'localAnchors' | 'entries'> & {
  /** Digests, in any order. */
  readonly anchors: readonly string[];
};

/** The facts with one store changed, and with it every path by which its bundle is named. */
export function withStore(facts: HostFacts, store: TrustStore, changed: ChangedStore): HostFacts {
  const { anchors, localAnchors, entries } = changed;
  const remade = <T extends BundleFile>(bundle: T): T => remadeBundle(bundle, anchors);
  const after: TrustStore = {
    ...store,
    localAnchors,
    bundle: remade(store.bundle),
    ...(entries === undefined ? {} : { entries }),
  };
  const stores = facts.trustStores?.stores.map((other) => (other.id === store.id ? after : other));
  const bundles = facts.bundles?.bundles.map((bundle) =>
    isSameFile(bundle, store.bundle) ? remade(bundle) : bundle,
  );
  return {
    ...facts,
    ...(stores === undefined ? {} : { trustStores: { ...facts.trustStores, stores } }),
    ...(bundles === undefined ? {} : { bundles: { ...facts.bundles, bundles } }),
  };
}

/** Digest and size are known only once it is written. Of a bundle that could not be read, the vendor's roots come back too: not predicted here. */
function remadeBundle<T extends BundleFile>(bundle: T, anchors: readonly string[]): T {
  return {
    ...bundle,
    state: 'read',
    detail: null,
    sha256: null,
    size: null,
    anchors: [...new Set(anchors)].sort(),
    problems: [],
    opensslAccepts: true,
  };
}

function isSameFile(bundle: BundleFile, other: BundleFile): boolean {
  return (bundle.realPath ?? bundle.path) === (other.realPath ?? other.path);
}

/** With one file more, or the same one anew. */
export function withFile(before: readonly LocalAnchor[], path: string, anchor: string): LocalAnchor[] {
  const others = before.filter((local) => local.path !== path);
  return [...others, { path, anchor, problem: null }].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** With what the store now says of one anchor in place of all that it said. */
export function withEntry(
  before: readonly StoreEntry[] | undefined,
  anchor: string,
  entry: Pick<StoreEntry, 'trust' | 'origin' | 'location'> | null,
): StoreEntry[] {
  const others = (before ?? []).filter((other) => other.anchor !== anchor);
  if (entry === null) return others;
  return [...others, { anchor, name: null, purposes: null, ...entry }].sort((a, b) =>
    a.anchor < b.anchor ? -1 : 1,
  );
}
