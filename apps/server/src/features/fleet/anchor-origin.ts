import { trustStoresSection, type AnchorOrigin, type TrustStore } from '@trustfleet/protocol';
import type { Section } from '@trustfleet/database';

/** The host's trust stores; none where it has not reported them, or in words of another release. */
export function trustStoresOf(sections: readonly Section[]): readonly TrustStore[] {
  const section = sections.find(({ name }) => name === 'trustStores');
  return trustStoresSection.safeParse(section?.body).data?.stores ?? [];
}

function originIn(store: TrustStore, sha256: string): AnchorOrigin | null {
  const entry = store.entries?.find(({ anchor }) => anchor === sha256);
  if (entry !== undefined) return entry.origin;
  if (store.localAnchors.some(({ anchor }) => anchor === sha256)) return 'local';
  return store.operatingSystem && store.bundle.anchors.includes(sha256) ? 'vendor' : null;
}

/** From whom a host has an anchor, by what its stores say: the operating system's own first. Null where none has it. */
export function anchorOrigin(stores: readonly TrustStore[], sha256: string): AnchorOrigin | null {
  const ordered = stores.toSorted((a, b) => Number(b.operatingSystem) - Number(a.operatingSystem));
  for (const store of ordered) {
    const origin = originIn(store, sha256);
    if (origin !== null) return origin;
  }
  return null;
}
