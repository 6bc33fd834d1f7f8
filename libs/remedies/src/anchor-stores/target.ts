import { anchorStatus, type HostFacts } from '@trustfleet/policy';
import type { BundleFile, LocalAnchor, StoreEntry, TrustStore } from '@trustfleet/protocol';
import type { RemedyEffect } from '../types.ts';
import { ANCHOR_WAYS, BUNDLE_DRIVER, roleOf, type AnchorWay, type FileWay } from './drivers.ts';
import { bundlePathOf, bundleStoreId } from './schema.ts';

export type NotApplicable = Extract<RemedyEffect, { kind: 'notApplicable' }>;

/** A store that can be changed, and how. */
export interface Target {
  readonly store: TrustStore;
  readonly way: AnchorWay;
}

export function notApplicable(reason: string): NotApplicable {
  return { kind: 'notApplicable', reason };
}

/** The store that a job is about: the operating system's where it names none. Null where the facts do not hold it. */
export function storeIn(facts: HostFacts, reference: string | undefined): TrustStore | null {
  const stores = facts.trustStores?.stores ?? [];
  if (reference === undefined) return stores.find((store) => store.operatingSystem) ?? null;
  const found = stores.find((store) => store.id === reference);
  if (found !== undefined) return found;
  const path = bundlePathOf(reference);
  const file = path === null ? undefined : facts.bundles?.bundles.find((bundle) => bundle.path === path);
  return file === undefined ? null : asStore(file);
}

/** A file that a host reports among its bundles, as the store that it is to whoever names it. */
function asStore(file: BundleFile): TrustStore {
  return {
    id: bundleStoreId(file.path),
    driver: BUNDLE_DRIVER,
    operatingSystem: false,
    name: file.path,
    bundle: file,
    anchorDirectory: null,
    localAnchors: [],
    cannotChange: null,
  };
}

/** Why the facts hold no such store. */
export function whyNoStore(reference: string | undefined): string {
  return reference === undefined
    ? "The agent has not reported an operating system's trust store."
    : `There is no store ${reference} on this host.`;
}

/** How the store can be changed, or the reason why it cannot. */
export function wayOf(store: TrustStore): AnchorWay | NotApplicable {
  const { cannotChange, driver, name, user } = store;
  const way = ANCHOR_WAYS.get(driver);
  if (user != null && !(way?.kind === 'entry' && way.ofUsers))
    return notApplicable(
      `${name} is the store of the account ${user}. Only that account changes it; order the change for the machine's store.`,
    );
  if (cannotChange !== null) return notApplicable(`${name} cannot be changed: ${cannotChange}`);
  return way ?? notApplicable(`${name}: stores of the kind "${driver}" cannot be changed by this release.`);
}

/** What the store says of one anchor by itself; more than one where it holds copies from several hands. */
export const entriesOf = ({ entries = [] }: Pick<TrustStore, 'entries'>, anchor: string): StoreEntry[] =>
  entries.filter((entry) => entry.anchor === anchor);

/** Does the store do with the anchor what it is there for? For a store of rejected certificates that is to reject it. */
export function isIn(store: TrustStore, anchor: string): boolean {
  const role = roleOf(store);
  if (role === 'rejected') return entriesOf(store, anchor).some(({ trust }) => trust === 'distrusted');
  if (role === 'intermediates')
    return (
      store.bundle.anchors.includes(anchor) ||
      entriesOf(store, anchor).some(({ trust }) => trust !== 'distrusted')
    );
  return anchorStatus(alone(store), anchor) === 'met';
}

/** Facts in which this store is the one that programs go by, for the rules, which ask the operating system's. */
export const alone = (store: TrustStore): HostFacts => ({
  trustStores: { stores: [{ ...store, operatingSystem: true }] },
});

/**
 * Do programs of this store trust what NSS carries in itself, beside what the store says? Not of a certificate of which the store itself
 * says something: that overrides.
 */
export const shipsBeside = (store: TrustStore, anchor: string): boolean => {
  const way = ANCHOR_WAYS.get(store.driver);
  return way?.kind === 'entry' && way.vendor === 'distrust' && entriesOf(store, anchor).length === 0;
};

/** Files of the anchor directory that the store's tool reads and that bring the anchor. */
export function holdersOf(
  store: Pick<TrustStore, 'driver' | 'localAnchors'>,
  anchor: string,
): readonly LocalAnchor[] {
  const way = ANCHOR_WAYS.get(store.driver);
  return way?.kind === 'file'
    ? store.localAnchors.filter((local) => local.anchor === anchor && isRead(way, local.path))
    : [];
}

export const isRead = (way: FileWay, path: string): boolean => way.reads === null || path.endsWith(way.reads);

/** States of the bundle that a rebuild does not mend: the tool cannot replace, or nobody could read the result back. */
const BEYOND_REBUILD: ReadonlySet<BundleFile['state']> = new Set([
  'notRegularFile',
  'unreadable',
  'tooLarge',
]);

/** Why the bundle must not, or cannot, be made anew; `own` are files that the plan writes or removes. Null when it can. */
export function rebuildObstacle(
  { name, bundle, localAnchors }: TrustStore,
  way: FileWay,
  own: readonly string[],
): string | null {
  if (BEYOND_REBUILD.has(bundle.state)) {
    return `${name}: its bundle ${bundle.path} is ${bundle.state} (${bundle.detail ?? 'no detail'}); mend that first.`;
  }
  if (!way.copies) return null;
  const damaged = localAnchors.find(
    (local) => !own.includes(local.path) && isRead(way, local.path) && couldSpoil(local, bundle),
  );
  if (damaged === undefined) return null;
  return `${damaged.path} has a problem (${damaged.problem ?? 'no certificate can be read in it'}), and rebuilding ${bundle.path} would copy it in as it is, so that programs could refuse the whole bundle. Mend or remove that file first.`;
}

/**
 * A file with a problem is let through only where its certificate stands in a bundle that works: then the last rebuilding took it in
 * without harm (two certificates in one file, say). What a damaged block would do: python-tls.md §3, one truncated block loses all.
 */
function couldSpoil({ anchor, problem }: LocalAnchor, bundle: BundleFile): boolean {
  if (anchor !== null && problem === null) return false;
  return anchor === null || !bundle.opensslAccepts || !bundle.anchors.includes(anchor);
}

/** Path of a file of ours for this anchor in a directory of the store. */
export const inDirectory = (directory: string, name: string): string =>
  `${directory.replace(/\/+$/, '')}/${name}`;

/**
 * A place of the system's own on the machine that the store was read on: hosts that are looked at from outside (an image, a test's tree)
 * have their root below another directory, which the anchor directory tells.
 */
export function onHost(store: TrustStore, way: FileWay, path: string): string {
  const directory = store.anchorDirectory?.replace(/\/+$/, '') ?? '';
  const root = directory.endsWith(way.anchorDirectory) ? directory.slice(0, -way.anchorDirectory.length) : '';
  return `${root}${path}`;
}
