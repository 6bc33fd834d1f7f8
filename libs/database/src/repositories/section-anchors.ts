import { bundlesSection, trustStoresSection } from '@trustfleet/protocol';
import type { SectionBody } from '../model/sections.ts';

export interface SectionAnchor {
  readonly sha256: string;
  /** In the operating system's own store. */
  readonly operatingSystem: boolean;
}

function ofTrustStores(projection: object): Map<string, boolean> {
  const anchors = new Map<string, boolean>();
  const parsed = trustStoresSection.safeParse(projection);
  for (const store of parsed.data?.stores ?? []) {
    for (const sha256 of store.bundle.anchors)
      anchors.set(sha256, store.operatingSystem || anchors.get(sha256) === true);
    for (const { anchor } of store.localAnchors)
      if (anchor !== null && !anchors.has(anchor)) anchors.set(anchor, false);
  }
  return anchors;
}

function ofBundles(projection: object): Map<string, boolean> {
  const parsed = bundlesSection.safeParse(projection);
  return new Map(
    (parsed.data?.bundles ?? []).flatMap((bundle) => bundle.anchors.map((sha256) => [sha256, false])),
  );
}

/** The anchors that a section body names, each once; none for a section that names none or is not understood. */
export function sectionAnchors({ name, projection }: SectionBody): readonly SectionAnchor[] {
  if (projection === null || (name !== 'trustStores' && name !== 'bundles')) return [];
  const anchors = name === 'trustStores' ? ofTrustStores(projection) : ofBundles(projection);
  return [...anchors].map(([sha256, operatingSystem]) => ({ sha256, operatingSystem }));
}
