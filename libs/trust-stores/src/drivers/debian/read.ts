import type { BundleFile, LocalAnchor } from '@trustfleet/protocol';
import { readBundle } from '../../bundle-file.ts';
import { whyNotChangeable } from '../../file-way/changeable.ts';
import { readLocalAnchors } from '../../file-way/local-anchors.ts';
import { readHashedDirectory } from '../../hashed-directory/read.ts';
import type { TrustStorePorts } from '../../ports.ts';
import type { Made } from '../../reading-cache.ts';
import type { HostDescription, StoreReading } from '../../types.ts';
import type { DebianLayout } from './layout.ts';
import { readVendorSources } from './sources.ts';
import { truthOf, type Truth } from './truth.ts';

export async function readStore(
  ports: TrustStorePorts,
  host: HostDescription,
  layout: DebianLayout,
): Promise<StoreReading> {
  const look = (): Promise<Made<Contents>> => readContents(ports, layout);
  const contents =
    ports.readings === undefined
      ? (await look()).value
      : await ports.readings.derived(ports, `debian ${layout.bundle}`, look);
  const { bundle, anchorDirectory, localAnchors, truth, certificates, watch } = contents;
  return {
    store: {
      id: 'debian',
      driver: 'debian',
      operatingSystem: true,
      name: host.prettyName ?? 'Debian',
      bundle,
      anchorDirectory,
      localAnchors: [...localAnchors],
      cannotChange: await whyNotChangeable(ports, layout),
      ...(truth.entries.length === 0 ? {} : { entries: truth.entries.slice(0, 5000) }),
      ...(truth.problems.length === 0 ? {} : { problems: truth.problems.slice(0, 64) }),
    },
    certificates,
    watch,
  };
}

interface Contents {
  readonly bundle: BundleFile;
  readonly anchorDirectory: string | null;
  readonly localAnchors: readonly LocalAnchor[];
  readonly truth: Truth;
  readonly certificates: ReadonlyMap<string, Uint8Array>;
  readonly watch: readonly string[];
}

async function readContents(ports: TrustStorePorts, layout: DebianLayout): Promise<Made<Contents>> {
  const { file: bundle, certificates: bundled } = await readBundle(ports, layout.bundle);
  const local = await readLocalAnchors(ports, layout);
  const certificates = new Map(
    [...bundled, ...local.certificates].map(({ sha256, der }) => [sha256, der] as const),
  );
  const vendor = await readVendorSources(ports, layout, certificates);
  const hashed = await readHashedDirectory(ports, layout.linkDirectory, vendor.known);
  const seen = { layout, bundle, vendor, localAnchors: local.anchors, hashed, certificates };
  const truth = truthOf(seen);
  for (const { anchor } of truth.entries) addDer(certificates, anchor, vendor.sources);
  const localFiles = local.anchors.map(({ path }) => path);
  const anchorDirectory = local.directories.length > 0 ? layout.anchors.path : null;
  const directories = [layout.anchors.path, ...local.directories, ...vendor.directories];
  return {
    value: {
      ...{ bundle, anchorDirectory, localAnchors: local.anchors, truth, certificates },
      watch: [layout.bundle, layout.conf, layout.linkDirectory, ...directories, ...localFiles],
    },
    paths: [layout.bundle, ...directories, ...localFiles, ...vendor.paths, ...hashed.paths],
  };
}

function addDer(
  certificates: Map<string, Uint8Array>,
  anchor: string,
  sources: readonly { readonly sha256: string; readonly der: Uint8Array }[],
): void {
  const source = sources.find(({ sha256 }) => sha256 === anchor);
  if (source !== undefined) certificates.set(anchor, source.der);
}
