import { trustStoresSection, type AnchorOrigin, type TrustStore } from '@trustfleet/protocol';
import type { Section } from '@trustfleet/database';

/** The host's trust stores; none where it has not reported them, or in words of another release. */
export function trustStoresOf(sections: readonly Section[]): readonly TrustStore[] {
  const section = sections.find(({ name }) => name === 'trustStores');
  return trustStoresSection.safeParse(section?.body).data?.stores ?? [];
}

/** Weakest word first, so that the last one of an anchor counts. */
function* origins(store: TrustStore): Generator<readonly [string, AnchorOrigin]> {
  if (store.operatingSystem) for (const anchor of store.bundle.anchors) yield [anchor, 'vendor'];
  for (const { anchor } of store.localAnchors) if (anchor !== null) yield [anchor, 'local'];
  for (const { anchor, origin } of store.entries ?? []) yield [anchor, origin];
}

/** From whom a host has each anchor, by what its stores say: the operating system's own counts before all others. */
export function anchorOrigins(stores: readonly TrustStore[]): ReadonlyMap<string, AnchorOrigin> {
  const ordered = stores.toSorted((a, b) => Number(a.operatingSystem) - Number(b.operatingSystem));
  return new Map(ordered.flatMap((store) => [...origins(store)]));
}
