import { readBundle } from '../../bundle-file.ts';
import { whyNotChangeable } from '../../file-way/changeable.ts';
import { readLocalAnchors } from '../../file-way/local-anchors.ts';
import type { TrustStorePorts } from '../../ports.ts';
import type { HostDescription, StoreReading } from '../../types.ts';
import type { DebianLayout } from './layout.ts';

export async function readStore(
  ports: TrustStorePorts,
  host: HostDescription,
  layout: DebianLayout,
): Promise<StoreReading> {
  const bundle = await readBundle(ports, layout.bundle);
  const local = await readLocalAnchors(ports, layout);
  const certificates = new Map<string, Uint8Array>();
  for (const { sha256, der } of [...bundle.certificates, ...local.certificates])
    certificates.set(sha256, der);
  return {
    store: {
      id: 'debian',
      driver: 'debian',
      operatingSystem: true,
      name: host.prettyName ?? 'Debian',
      bundle: bundle.file,
      anchorDirectory: local.directories.length > 0 ? layout.anchors.path : null,
      localAnchors: [...local.anchors],
      cannotChange: await whyNotChangeable(ports, layout),
    },
    certificates,
    watch: [
      layout.bundle,
      layout.anchors.path,
      ...local.directories,
      ...local.anchors.map((anchor) => anchor.path),
    ],
  };
}
