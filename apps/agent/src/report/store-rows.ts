import {
  type AnchorClass,
  type CertificateFacts,
  classifyAnchor,
  type FactsCache,
  type RootCatalogue,
} from '@trustfleet/certificates';
import { count, plain } from '@trustfleet/terminal';
import type { AnchorOrigin, AnchorTrust, StoreEntry, TrustStore } from '@trustfleet/protocol';

/** One anchor as one store has it. */
export interface StoreRow {
  readonly sha256: string;
  /** Null where its bytes are not there or cannot be read. */
  readonly facts: CertificateFacts | null;
  readonly notAfter: Date | null;
  readonly trust: AnchorTrust;
  readonly origin: AnchorOrigin;
  /** As the store calls it; its own words. */
  readonly name: string | null;
  readonly location: string | null;
  readonly purposes: readonly string[] | null;
  readonly class: AnchorClass | null;
}

/** What a store's reading gives (libs/trust-stores `StoreReading`). */
export interface ReadStore {
  readonly store: TrustStore;
  readonly certificates: ReadonlyMap<string, Uint8Array>;
}

/** What anchors are judged by: one for all stores of a run, which have most anchors in common. */
export interface Knowledge {
  readonly catalogue: RootCatalogue;
  readonly cache: FactsCache;
}

/** Every anchor of a store: as it says of single ones, and those of its bundle that it says nothing about (protocol, `trustStore.entries`). */
export function storeRows({ store, certificates }: ReadStore, knowledge: Knowledge): StoreRow[] {
  const entries = store.entries ?? [];
  const told = new Set(entries.map(({ anchor }) => anchor));
  const untold = store.bundle.anchors.filter((anchor) => !told.has(anchor));
  return [...entries, ...untold.map((anchor) => bundleEntry(store, anchor))].map((entry) => {
    const der = certificates.get(entry.anchor);
    const facts = der === undefined ? null : knowledge.cache.factsOf(entry.anchor, der);
    const { trust, origin, name, location, purposes } = entry;
    const known = facts && classifyAnchor(facts, { ...knowledge, approved: new Set(), origin });
    const notAfter = facts?.notAfter ?? null;
    return { sha256: entry.anchor, facts, notAfter, trust, origin, name, location, purposes, class: known };
  });
}

/** "An anchor of the bundle without an entry is trusted for servers and came with the system, or with its file in `localAnchors`." */
function bundleEntry(store: TrustStore, anchor: string): StoreEntry {
  const local = store.localAnchors.find((one) => one.anchor === anchor);
  const bare = { anchor, trust: 'servers', name: null, purposes: null } as const;
  if (local !== undefined) return { ...bare, origin: 'local', location: local.path };
  // A file that anybody may have made tells nothing of where its anchors come from.
  return { ...bare, origin: store.driver === 'pem-bundle' ? 'unknown' : 'vendor', location: null };
}

/** What is wrong with a store, one sentence each. */
export function storeProblems(store: TrustStore): string[] {
  const present = new Set([...store.bundle.anchors, ...(store.entries ?? []).map(({ anchor }) => anchor)]);
  const { problems } = store.bundle;
  return [
    ...(store.problems ?? []),
    ...(store.bundle.detail === null ? [] : [store.bundle.detail]),
    ...problems.map(({ line, reason }) => `${store.bundle.path}, line ${line}: ${reason}`),
    ...store.localAnchors.flatMap(({ path, anchor, problem }) => {
      if (problem !== null) return [`${path}: ${problem}`];
      return anchor === null || present.has(anchor)
        ? []
        : [`${path}: is not in the store that programs read yet`];
    }),
  ];
}

const MOST_PROBLEMS = 20;

/** The first of them, safe to print, and how many more there are. */
export function someProblems(problems: readonly string[]): string[] {
  const shown = problems.slice(0, MOST_PROBLEMS).map(plain);
  const left = problems.length - shown.length;
  return left > 0 ? [...shown, `and ${count(left, 'more problem')}`] : shown;
}
