import type { LocalAnchor } from '@trustfleet/protocol';
import { strayCopies } from '../../bundle-copies.ts';
import { readBundle } from '../../bundle-file.ts';
import { whyNotChangeable } from '../../file-way/changeable.ts';
import { readLocalAnchors } from '../../file-way/local-anchors.ts';
import type { TrustStorePorts } from '../../ports.ts';
import type { HostDescription, StoreReading } from '../../types.ts';
import { readDeselected } from './deselected.ts';
import type { AlpineLayout } from './layout.ts';

export async function readStore(
  ports: TrustStorePorts,
  host: HostDescription,
  layout: AlpineLayout,
): Promise<StoreReading> {
  const bundle = await readBundle(ports, layout.bundle);
  const local = await readLocalAnchors(ports, layout);
  const deselected = await readDeselected(ports, layout, new Set(bundle.file.anchors));
  return {
    store: {
      id: 'alpine',
      driver: 'alpine',
      operatingSystem: true,
      name: host.prettyName ?? 'Alpine Linux',
      bundle: bundle.file,
      anchorDirectory: local.directories.length > 0 ? layout.anchors.path : null,
      localAnchors: await withLinks(ports, local.anchors),
      cannotChange: await whyNotChangeable(ports, layout),
      entries: [...deselected.entries],
      problems: await strayCopies(ports, layout.copies, bundle.file),
    },
    certificates: new Map([
      ...deselected.certificates,
      ...[...bundle.certificates, ...local.certificates].map(({ sha256, der }) => [sha256, der] as const),
    ]),
    watch: [
      layout.bundle,
      layout.anchors.path,
      layout.conf,
      ...layout.copies,
      ...local.anchors.map(({ path }) => path),
    ],
  };
}

/** The tool takes regular files alone. */
async function withLinks(ports: TrustStorePorts, anchors: readonly LocalAnchor[]): Promise<LocalAnchor[]> {
  const identities = await ports.identify(
    anchors.map(({ path }) => path),
    { followLinks: false },
  );
  return anchors.map((anchor, index) =>
    identities[index]?.kind === 'link'
      ? {
          ...anchor,
          problem:
            'is a symbolic link, which update-ca-certificates passes over here: put a copy in its place',
        }
      : anchor,
  );
}
