import { sha256Hex } from '@trustfleet/certificates';
import { clip, type BundleFile, type StoreEntry } from '@trustfleet/protocol';
import type { WindowsStorePort, WindowsStoreReading } from '../../ports.ts';
import type { StoreReading } from '../../types.ts';
import { locationOf, type WindowsPlace } from './layout.ts';
import { byCertificate, originOf, trustIn, type Copies } from './standing.ts';

const MAX_ENTRIES = 5000;
const MAX_PURPOSES = 32;

/** What this process may change of a place; null where it may, else why not. */
export async function whyNotChangeable(
  windows: WindowsStorePort,
  { onlyRead, store }: WindowsPlace,
): Promise<string | null> {
  return onlyRead ?? (await windows.whyNotWritable(store));
}

export async function readStore(windows: WindowsStorePort, place: WindowsPlace): Promise<StoreReading> {
  const reading = await windows.read(place.location, place.store);
  const rejected = await readRejected(windows, place);
  // Without Disallowed nobody can say what is trusted.
  const seen = 'state' in rejected && reading.state === 'read' ? rejected : reading;
  const all = seen.state === 'read' ? byCertificate(seen.certificates) : [];
  const kept = all.slice(0, MAX_ENTRIES);
  const entries = kept.map((copies) => entryOf(place, copies, 'state' in rejected ? new Set() : rejected));
  const anchors = entries.filter(({ trust }) => trust === 'servers').map(({ anchor }) => anchor);
  const cannotChange = await whyNotChangeable(windows, place);
  return {
    store: {
      id: place.id,
      driver: 'windows',
      operatingSystem: place.operatingSystem,
      name: place.name,
      bundle: viewOf(place, { reading: seen, anchors }),
      anchorDirectory: null,
      localAnchors: [],
      cannotChange: cannotChange === null ? null : clip(cannotChange, 512),
      user: place.location === 'currentUser' ? clip(windows.account, 512) : null,
      entries,
      problems:
        all.length > MAX_ENTRIES
          ? [`It holds ${all.length} certificates, of which the first ${MAX_ENTRIES} are shown`]
          : [],
    },
    certificates: new Map(kept.map(({ sha256, copies }) => [sha256, copies[0].der])),
    watch: [],
  };
}

type Unread = Exclude<WindowsStoreReading, { state: 'read' }>;

/** SHA-256 of what the machine or the account rejects, for a store that does not reject itself. */
async function readRejected(
  windows: WindowsStorePort,
  { store }: WindowsPlace,
): Promise<ReadonlySet<string> | Unread> {
  if (store === 'Disallowed') return new Set();
  const rejected = new Set<string>();
  for (const location of ['localMachine', 'currentUser'] as const) {
    const reading = await windows.read(location, 'Disallowed');
    if (reading.state === 'unreadable')
      return { ...reading, detail: `What Windows rejects could not be read: ${reading.detail}` };
    if (reading.state === 'read') for (const { der } of reading.certificates) rejected.add(sha256Hex(der));
  }
  return rejected;
}

function entryOf(place: WindowsPlace, { sha256, copies }: Copies, rejected: ReadonlySet<string>): StoreEntry {
  const { friendlyName, enhancedKeyUsage } = copies[0];
  const places = copies.map(({ physical }) => locationOf(place, physical));
  return {
    anchor: sha256,
    trust: rejected.has(sha256) ? 'distrusted' : trustIn(place, copies),
    origin: originOf(place, copies),
    name: friendlyName === null || friendlyName === '' ? null : clip(friendlyName, 512),
    location: places.join(', '),
    purposes: enhancedKeyUsage === null ? null : enhancedKeyUsage.slice(0, MAX_PURPOSES),
  };
}

function viewOf(
  { path }: WindowsPlace,
  { reading, anchors }: { readonly reading: WindowsStoreReading; readonly anchors: readonly string[] },
): BundleFile {
  const read = reading.state === 'read';
  return {
    path,
    realPath: null,
    state: reading.state,
    detail: read ? null : clip(reading.detail, 512),
    sha256: read ? sha256Hex(Buffer.from(anchors.join('\n'))) : null,
    size: null,
    anchors: [...anchors],
    problems: [],
    opensslAccepts: true,
  };
}
