import { bundlesSection, trustStoresSection } from '@trustfleet/protocol';
import type { SectionBody } from '../model/sections.ts';

/** Fingerprints, each once. */
export interface SectionAnchors {
  readonly all: readonly string[];
  /** Those in the operating system's own store. */
  readonly operatingSystem: readonly string[];
}

/** Sections that name anchors; no other does. */
export const SECTIONS_WITH_ANCHORS: readonly string[] = ['trustStores', 'bundles'];

const NONE: SectionAnchors = { all: [], operatingSystem: [] };

function ofTrustStores(projection: object): SectionAnchors {
  const stores = trustStoresSection.safeParse(projection).data?.stores ?? [];
  const local = stores.flatMap((store) => store.localAnchors.flatMap(({ anchor }) => anchor ?? []));
  // What a store rejects is in no bundle, and people want to see what it is.
  const told = stores.flatMap((store) => (store.entries ?? []).map(({ anchor }) => anchor));
  return {
    all: [...new Set([...stores.flatMap((store) => store.bundle.anchors), ...local, ...told])],
    operatingSystem: [
      ...new Set(stores.filter((store) => store.operatingSystem).flatMap((store) => store.bundle.anchors)),
    ],
  };
}

function ofBundles(projection: object): SectionAnchors {
  const bundles = bundlesSection.safeParse(projection).data?.bundles ?? [];
  return { all: [...new Set(bundles.flatMap((bundle) => bundle.anchors))], operatingSystem: [] };
}

/** The anchors that a section body names; none for a section that names none or is not understood. */
export function sectionAnchors({ name, projection }: SectionBody): SectionAnchors {
  if (projection === null) return NONE;
  if (name === 'trustStores') return ofTrustStores(projection);
  return name === 'bundles' ? ofBundles(projection) : NONE;
}
