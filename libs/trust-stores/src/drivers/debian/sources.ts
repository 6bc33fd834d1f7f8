import {
  decodeBase64,
  describeBundle,
  pemBlocks,
  sha256Hex,
  type BundleRead,
} from '@trustfleet/certificates';
import { mapAtOnce } from '../../at-once.ts';
import type { KeptDirectory } from '../../file-way/layout.ts';
import { walkPlace } from '../../file-way/places.ts';
import type { KnownFiles } from '../../hashed-directory/read.ts';
import type { TrustStorePorts } from '../../ports.ts';
import { readConf } from './conf.ts';
import type { DebianLayout } from './layout.ts';

/** A certificate that the system ships, and what the configuration says of it. */
export interface VendorSource {
  /** Below the system's directory of certificates, as the configuration names it. */
  readonly name: string;
  readonly path: string;
  readonly choice: 'selected' | 'deselected' | 'unlisted';
  readonly sha256: string;
  readonly der: Uint8Array;
}

export interface VendorSources {
  /** There is a directory of certificates; without one nothing can be said of where the bundle's anchors come from. */
  readonly present: boolean;
  readonly sources: readonly VendorSource[];
  /** What the files hold, by their identity. */
  readonly known: KnownFiles;
  readonly directories: readonly string[];
  /** The configuration, directories and files: what this was made of. */
  readonly paths: readonly string[];
}

const MAX_SOURCES = 5000;
const MAX_DEPTH = 4;
/** Node's pool has four threads. */
const AT_ONCE = 16;

/** The system's certificates, each with the configuration's word on it. `inBundle` spares a second look at what the bundle holds. */
export async function readVendorSources(
  ports: TrustStorePorts,
  layout: DebianLayout,
  inBundle: ReadonlyMap<string, Uint8Array>,
): Promise<VendorSources> {
  const conf = await ports.readFile(layout.conf);
  const { selected, deselected } = readConf(conf.state === 'read' ? conf.bytes : null);
  const place: KeptDirectory = {
    ...{ kind: 'directory', id: 'vendor', path: layout.vendorDirectory, depth: MAX_DEPTH },
    reads: (name) => name.endsWith('.crt'),
  };
  const { files, directories } = await walkPlace(ports, place, MAX_SOURCES);
  const paths = files.map(({ path }) => path);
  const identities = await ports.identify(paths);
  const reads = await mapAtOnce(paths, AT_ONCE, (path) => ports.readFile(path));
  const known = new Map<string, ReturnType<typeof certificatesOf>>();
  const sources: VendorSource[] = [];
  const choices = { selected: new Set(selected), deselected: new Set(deselected) };
  for (const [index, { name, path }] of files.entries()) {
    const read = reads[index];
    if (read?.state !== 'read') continue;
    const certificates = certificatesOf(path, read, inBundle);
    const identity = identities[index]?.identity;
    if (identity !== undefined) known.set(identity, certificates);
    const choice = choiceOf(name, choices);
    sources.push(...certificates.map((certificate) => ({ name, path, choice, ...certificate })));
  }
  const present = directories.length > 0 && files.length > 0;
  return {
    present,
    sources,
    known,
    directories,
    paths: [layout.conf, layout.vendorDirectory, ...directories, ...paths],
  };
}

/**
 * The tool writes no bundle when it has nothing to put into it, and leaves the old one. The configuration alone decides: a directory of
 * certificates that cannot be seen for a moment is no reason to take a machine's trust away.
 */
export async function hasNoSources(
  ports: TrustStorePorts,
  { conf, anchors }: Pick<DebianLayout, 'conf' | 'anchors'>,
): Promise<boolean> {
  const read = await ports.readFile(conf);
  if (read.state !== 'read' && read.state !== 'missing') return false;
  if (readConf(read.state === 'read' ? read.bytes : null).selected.length > 0) return false;
  const { files, directories, directoryLinks, gaps } = await walkPlace(ports, anchors, 1);
  return directories.length > 0 && [...files, ...directoryLinks, ...gaps].length === 0;
}

function choiceOf(
  name: string,
  { selected, deselected }: { selected: ReadonlySet<string>; deselected: ReadonlySet<string> },
): VendorSource['choice'] {
  // The tool takes what is selected after it has taken out what is deselected.
  if (selected.has(name)) return 'selected';
  return deselected.has(name) ? 'deselected' : 'unlisted';
}

type Certificates = readonly { readonly sha256: string; readonly der: Uint8Array }[];

/** One block whose bytes the bundle has too was parsed there; everything else is read with care. */
function certificatesOf(
  path: string,
  read: Extract<BundleRead, { state: 'read' }>,
  inBundle: ReadonlyMap<string, Uint8Array>,
): Certificates {
  const [block, ...others] = pemBlocks(Buffer.from(read.bytes).toString('latin1'));
  if (block?.label === 'CERTIFICATE' && block.problem === null && others.length === 0) {
    const decoded = decodeBase64(block.body ?? '');
    const sha256 = 'bytes' in decoded ? sha256Hex(decoded.bytes) : '';
    const der = inBundle.get(sha256);
    if (der !== undefined) return [{ sha256, der }];
  }
  const { file, certificates } = describeBundle(path, read);
  return file.opensslAccepts ? certificates : [];
}
