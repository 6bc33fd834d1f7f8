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
  return [...inPlace(facts, context), ...inStores(facts, context)]
    .filter(([anchor]) => !has.has(anchor))
    .filter(([anchor], index, all) => all.findLastIndex(([other]) => other === anchor) === index)
    .map(([anchor, where]) => ({ anchor, where, wasPublic: context.wasPublic(anchor) }))
    .sort((a, b) => Number(a.wasPublic) - Number(b.wasPublic) || (a.anchor < b.anchor ? -1 : 1));
}

type Held = readonly [anchor: string, where: string];

function inPlace({ bundles }: HostFacts, context: BundleContext): Held[] {
  const path = unionPath(context);
  return (bundles?.bundles ?? [])
    .filter((file) => isSamePath(context.platform, file.path, path))
    .flatMap((file) => file.anchors.map((anchor): Held => [anchor, file.path]));
}

function inStores({ trustStores }: HostFacts, { platform }: BundleContext): Held[] {
  if (platform !== 'linux') return [];
  return (trustStores?.stores ?? [])
    .filter(({ operatingSystem }) => operatingSystem)
    .flatMap((store) => store.bundle.anchors.map((anchor): Held => [anchor, placeOf(store, anchor)]));
}

const MAX_NAMED = 10;

/** For a person: each with its place, and how many more. */
export function named(losses: readonly Loss[]): string {
  const shown = losses.slice(0, MAX_NAMED).map(({ anchor, where }) => `${anchor} (${where.slice(0, 100)})`);
  const more = losses.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}
