import type { HostFacts } from '@trustfleet/policy';
import type { TrustStore } from '@trustfleet/protocol';
import type { BundleContext } from './context.ts';
import { isSamePath, unionPath } from './place.ts';

/** An anchor that programs of the machine have today and would not have in the bundle. */
export interface Loss {
  readonly anchor: string;
  /** Where it stands now: a file of it, or the store. */
  readonly where: string;
  /** It was in the public list once, and has left it. */
  readonly wasPublic: boolean;
}

const placeOf = (store: TrustStore, anchor: string): string =>
  store.localAnchors.find((local) => local.anchor === anchor)?.path ??
  store.entries?.find((entry) => entry.anchor === anchor)?.location ??
  store.bundle.path;

/**
 * What the bundle lacks: of the file that stands in its place, and on Linux of the system's store, since SSL_CERT_FILE replaces the default
 * file for every OpenSSL program there (python-tls.md §3; it adds on Windows, and no OpenSSL program reads a keychain). Studio and local
 * anchors first.
 */
export function lossesOf(facts: HostFacts, context: BundleContext): Loss[] {
  const has = new Set(context.bundle.anchors);
  const path = unionPath(context);
  const found = new Map<string, string>();
  for (const file of facts.bundles?.bundles ?? [])
    if (isSamePath(context.platform, file.path, path))
      for (const anchor of file.anchors) found.set(anchor, file.path);
  const stores = context.platform === 'linux' ? (facts.trustStores?.stores ?? []) : [];
  for (const store of stores.filter(({ operatingSystem }) => operatingSystem))
    for (const anchor of store.bundle.anchors) found.set(anchor, placeOf(store, anchor));
  return [...found]
    .filter(([anchor]) => !has.has(anchor))
    .map(([anchor, where]) => ({ anchor, where, wasPublic: context.wasPublic(anchor) }))
    .sort((a, b) => Number(a.wasPublic) - Number(b.wasPublic) || (a.anchor < b.anchor ? -1 : 1));
}

const MAX_NAMED = 10;

/** For a person: each with its place, and how many more. */
export function named(losses: readonly Loss[]): string {
  const shown = losses.slice(0, MAX_NAMED).map(({ anchor, where }) => `${anchor} (${where.slice(0, 100)})`);
  const more = losses.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}
