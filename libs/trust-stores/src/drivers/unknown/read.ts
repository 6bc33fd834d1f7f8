import type { DescribedBundle } from '@trustfleet/certificates';
import { clip } from '@trustfleet/protocol';
import { readBundle } from '../../bundle-file.ts';
import { below } from '../../paths.ts';
import type { TrustStorePorts } from '../../ports.ts';
import type { HostDescription, StoreReading } from '../../types.ts';
import { BUNDLE_PATHS } from './layout.ts';

/** Systems that are built whole from a declaration: a file that is put there is gone after the next build (mkcert#623). */
const DECLARED: ReadonlyMap<string, string> = new Map([
  ['nixos', 'security.pki.certificateFiles of its configuration'],
  ['guix', 'the packages of its operating-system declaration'],
]);

export function whyNotChangeable(host: HostDescription): string {
  for (const id of host.families) {
    const place = DECLARED.get(id);
    if (place !== undefined)
      return clip(
        `${host.prettyName ?? id} is built from a declaration and read-only: add the anchor to ${place} and build it anew`,
        512,
      );
  }
  return `This release does not know how ${host.prettyName ?? 'this system'} adds an anchor: add it with the system's own tool`.slice(
    0,
    512,
  );
}

/** The first bundle that is there, so that what this host trusts can be seen even where it cannot be changed. */
export async function readStore(ports: TrustStorePorts, host: HostDescription): Promise<StoreReading> {
  const bundle = await firstBundle(ports, host.root);
  return {
    store: {
      id: 'unknown',
      driver: 'unknown',
      operatingSystem: true,
      name: host.prettyName ?? 'Unknown system',
      bundle: bundle.file,
      anchorDirectory: null,
      localAnchors: [],
      cannotChange: whyNotChangeable(host),
    },
    certificates: new Map(bundle.certificates.map(({ sha256, der }) => [sha256, der])),
    watch: BUNDLE_PATHS.map((path) => below(host.root, path)),
  };
}

async function firstBundle(ports: TrustStorePorts, root: string): Promise<DescribedBundle> {
  let first: DescribedBundle | null = null;
  for (const path of BUNDLE_PATHS) {
    const bundle = await readBundle(ports, below(root, path));
    if (bundle.file.state !== 'missing') return bundle;
    first ??= bundle;
  }
  return first ?? (await readBundle(ports, below(root, BUNDLE_PATHS[0])));
}
