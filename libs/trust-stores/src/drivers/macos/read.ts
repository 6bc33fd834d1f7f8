import { sha256Hex } from '@trustfleet/certificates';
import { clip, type BundleFile } from '@trustfleet/protocol';
import type { TrustStorePorts } from '../../ports.ts';
import type { StoreReading } from '../../types.ts';
import type { MacosLayout } from './layout.ts';
import { readKeychain, readPolicyCertificates, readTrustSettings, type Reading } from './tools.ts';
import { readVersion } from './version.ts';
import { viewOf, type MacosAnchor } from './view.ts';
import { whyNotChangeable } from './changeable.ts';

export const STORE_ID = 'macos.system';
const MAX_ENTRIES = 5000;

export interface MacosReading {
  /** Null where the maker's roots cannot be read: without them there is no view. */
  readonly anchors: readonly MacosAnchor[] | null;
  /** What of the rest could not be read. */
  readonly problems: readonly string[];
}

/** Both keychains with the trust settings of the machine and of the maker. */
export async function readAnchors(ports: TrustStorePorts, layout: MacosLayout): Promise<MacosReading> {
  const roots = await readKeychain(ports, layout.rootKeychain);
  if ('problem' in roots) return { anchors: null, problems: [roots.problem] };
  const problems: string[] = [];
  const or = <T>(reading: Reading<T>, without: T): T => {
    if ('value' in reading) return reading.value;
    problems.push(clip(reading.problem, 512));
    return without;
  };
  const facts = {
    roots: roots.value,
    system: or(await readKeychain(ports, layout.systemKeychain), []),
    admin: or(await readTrustSettings(ports, layout, '-d'), new Map()),
    maker: or(await readTrustSettings(ports, layout, '-s'), new Map()),
    policy: await readPolicyCertificates(ports),
  };
  return { anchors: viewOf(facts, layout), problems };
}

/** Entries: whatever is not the maker's, and what of the maker's does not vouch for TLS servers. */
export async function readStore(ports: TrustStorePorts, layout: MacosLayout): Promise<StoreReading> {
  const version = await readVersion(ports, layout);
  const { anchors, problems } = await readAnchors(ports, layout);
  const all = anchors ?? [];
  const trusted = all.filter(({ entry }) => entry.trust === 'servers').map(({ entry }) => entry.anchor);
  const entries = all
    .map(({ entry }) => entry)
    .filter(({ origin, trust }) => origin !== 'vendor' || trust !== 'servers')
    .slice(0, MAX_ENTRIES);
  return {
    store: {
      id: STORE_ID,
      driver: 'macos',
      operatingSystem: true,
      name: version === null ? 'macOS' : `macOS ${version}`,
      bundle: bundleOf(layout, { read: anchors !== null, trusted, problems }),
      anchorDirectory: null,
      localAnchors: [],
      cannotChange: await whyNotChangeable({ ports, layout, version }),
      entries,
      problems: anchors === null ? [] : [...problems],
    },
    certificates: new Map(all.map(({ entry, der }) => [entry.anchor, der])),
    watch: [layout.rootKeychain, layout.systemKeychain, layout.adminSettings],
  };
}

function bundleOf(
  layout: MacosLayout,
  view: { read: boolean; trusted: readonly string[]; problems: readonly string[] },
): BundleFile {
  const anchors = view.trusted.slice(0, MAX_ENTRIES);
  return {
    path: layout.systemKeychain,
    realPath: null,
    state: view.read ? 'read' : 'unreadable',
    detail: view.read ? null : clip(view.problems[0] ?? '', 512),
    sha256: view.read ? sha256Hex(Buffer.from(anchors.join('\n'))) : null,
    size: null,
    anchors,
    problems: [],
    opensslAccepts: view.read,
  };
}
