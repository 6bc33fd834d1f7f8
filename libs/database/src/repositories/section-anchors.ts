import { bundlesSection, endpointsSection, trustStoresSection } from '@trustfleet/protocol';
import type { SectionBody } from '../model/sections.ts';

/** Fingerprints, each once. */
export interface SectionAnchors {
  readonly all: readonly string[];
  /** Those in the operating system's own store. */
  readonly operatingSystem: readonly string[];
}

/** Sections that name certificates: anchors, and what endpoints present. No other does. */
export const SECTIONS_WITH_ANCHORS: readonly string[] = ['trustStores', 'bundles', 'endpoints'];

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

/** What endpoints present is trusted by nobody for that: but why a client rejects it is read from it. */
function ofEndpoints(projection: object): SectionAnchors {
  const endpoints = endpointsSection.safeParse(projection).data?.endpoints ?? [];
  const shown = endpoints.flatMap(({ chain, chainWithoutName, interception }) => [
    ...chain,
    ...(chainWithoutName ?? []),
    ...(interception === null || interception.certificate === null ? [] : [interception.certificate]),
  ]);
  return { all: [...new Set(shown)], operatingSystem: [] };
}

const BY_SECTION = new Map([
  ['trustStores', ofTrustStores],
  ['bundles', ofBundles],
  ['endpoints', ofEndpoints],
]);

/** The certificates that a section body names; none for a section that names none or is not understood. */
export function sectionAnchors({ name, projection }: SectionBody): SectionAnchors {
  if (projection === null) return NONE;
  return BY_SECTION.get(name)?.(projection) ?? NONE;
}
