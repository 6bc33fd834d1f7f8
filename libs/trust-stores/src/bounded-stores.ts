import type { TrustStore } from '@trustfleet/protocol';

/** libs/protocol: so many stores fit a section, and a body of 900 KiB a frame; the rest of that is for what frames it. */
const MAX_STORES = 64;
const MAX_BYTES = 800 * 1024;

/** The operating system's first, then by id. */
const byImportance = (a: TrustStore, b: TrustStore): number =>
  Number(b.operatingSystem) - Number(a.operatingSystem) || (a.id < b.id ? -1 : 1);

export interface BoundedStores {
  /** Sorted by id. */
  readonly stores: readonly TrustStore[];
  /** A sentence where some were left out. */
  readonly problems: readonly string[];
}

/** As many stores as a report can carry: a workstation with a hundred Javas still tells of its own store. */
export function boundedStores(all: readonly TrustStore[]): BoundedStores {
  let bytes = 0;
  const kept: TrustStore[] = [];
  for (const store of all.toSorted(byImportance)) {
    const size = Buffer.byteLength(JSON.stringify(store));
    if (kept.length === MAX_STORES || bytes + size > MAX_BYTES) continue;
    bytes += size;
    kept.push(store);
  }
  const left = all.length - kept.length;
  return {
    stores: kept.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    problems:
      left === 0
        ? []
        : [
            `${left} of ${all.length} trust stores are not reported: a report holds ${MAX_STORES} stores and ${MAX_BYTES / 1024} KiB. See all of them on the host: trustfleet-agent stores`,
          ],
  };
}
