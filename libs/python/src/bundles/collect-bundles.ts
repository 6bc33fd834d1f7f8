import { describeBundle, sha256Hex, type BundleRead, type DescribedBundle } from '@trustfleet/certificates';
import type { InventoryBundle } from '@trustfleet/protocol';
import type { PythonPorts } from '../ports.ts';
import { compare, createScan, type Reader, type Scan } from '../scan.ts';
import { sharedFrom } from '../shares.ts';
import type { BundlesResult } from '../types.ts';
import { readHashNames } from './hash-names.ts';
import { orderOf, wantedBundles, type FoundBundles, type Wanted } from './wanted-bundles.ts';

const MAX_BUNDLES = 500;
const MAX_PROVENANCE = 200;
const MAX_READERS = 20;

/**
 * PEM files and directories of hashed names that variables name, Pythons load by default and packages bring; one entry an object,
 * however many ways lead to it. Never throws for what it finds.
 */
export async function collectBundles(ports: PythonPorts, found: FoundBundles): Promise<BundlesResult> {
  const scan = await createScan(ports, { processEnv: {}, readNetwork: found.readNetwork ?? [] });
  const parsed = new Map<string, DescribedBundle>();
  const bundles = new Map<string, Found>();
  for (const wanted of wantedBundles(found).slice(0, MAX_BUNDLES)) {
    const one = await sharedOf(scan, await readWanted(scan, { wanted, parsed }));
    // What one account may read and another may not are two facts.
    const key = `${one.bundle.form ?? ''} ${one.bundle.state} ${one.bundle.realPath ?? one.bundle.path}`;
    const known = bundles.get(key);
    bundles.set(key, known === undefined ? one : merge(known, one));
  }
  const certificates = new Map<string, Uint8Array>();
  const all = [...bundles.values()].toSorted((a, b) => compare(a.bundle.path, b.bundle.path));
  for (const { ders } of all) for (const [sha256, der] of ders) certificates.set(sha256, der);
  return {
    section: { bundles: all.map(inOrder) },
    certificates,
    watch: [...new Set(all.flatMap(({ paths }) => paths))]
      .filter((path) => /^(\/|[a-z]:[\\/])/i.test(path))
      .toSorted(compare),
  };
}

/** A file that was read is known to be the same on every host that reads it there. */
async function sharedOf(scan: Scan, found: Found): Promise<Found> {
  if (found.bundle.state !== 'read' || found.bundle.form === 'directory') return found;
  const share = await scan.shareOf(found.bundle.path);
  return share === null ? found : { ...found, bundle: { ...found.bundle, shared: sharedFrom(share) } };
}

interface Found {
  readonly bundle: InventoryBundle;
  readonly ders: ReadonlyMap<string, Uint8Array>;
  /** Every path that led to it. */
  readonly paths: readonly string[];
}

/** The path that sorts first stands for all. */
function merge(known: Found, other: Found): Found {
  const first = known.bundle.path <= other.bundle.path ? known : other;
  return {
    ...first,
    bundle: { ...first.bundle, provenance: [...known.bundle.provenance, ...other.bundle.provenance] },
    paths: [...known.paths, ...other.paths],
  };
}

function inOrder({ bundle, paths }: Found): InventoryBundle {
  const unique = new Map(bundle.provenance.map((one) => [orderOf(one), one]));
  const ordered = [...unique].toSorted(([a], [b]) => compare(a, b)).map(([, one]) => one);
  const otherPaths = [...new Set(paths)].filter((path) => path !== bundle.path).toSorted(compare);
  return {
    ...bundle,
    ...(otherPaths.length === 0 ? {} : { otherPaths: otherPaths.slice(0, MAX_PROVENANCE) }),
    provenance: ordered.slice(0, MAX_PROVENANCE),
  };
}

interface Work {
  readonly wanted: Wanted;
  /** By digest: the same bundle is in many environments. */
  readonly parsed: Map<string, DescribedBundle>;
}

async function readWanted(scan: Scan, { wanted, parsed }: Work): Promise<Found> {
  const { path, provenance } = wanted;
  const read = wanted.form === 'file' ? await readFirst(scan, wanted) : null;
  if (read === null || (read.state === 'notRegularFile' && takesDirectories(wanted))) {
    const { bundle, ders } = await readHashNames(scan, { path, readers: readersOf(wanted) });
    if (read === null || bundle.state !== 'notRegularFile')
      return { bundle: { ...bundle, provenance: [...provenance] }, ders, paths: [path] };
  }
  return fileOf({ wanted, read, parsed });
}

/** requests from 2.9.0 on, and pip with it, takes a directory of hashed names too (python-tls.md §4); `SSL_CERT_FILE` and the others do not. */
function takesDirectories({ provenance }: Wanted): boolean {
  return provenance.every(
    (one) =>
      one.kind === 'code' ||
      // requests takes one for its `verify`; curl and botocore do not.
      (one.kind === 'option' && ['pip', 'conda'].includes(one.client)) ||
      (one.kind === 'variable' && ['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'PIP_CERT'].includes(one.name)),
  );
}

function fileOf({ wanted, read, parsed }: Work & { readonly read: BundleRead }): Found {
  const { path, provenance } = wanted;
  const described = describeOnce(parsed, { path, read });
  const ders = new Map(described.certificates.map(({ sha256, der }) => [sha256, der]));
  return { bundle: { ...described.file, provenance: [...provenance] }, ders, paths: [path] };
}

function describeOnce(
  parsed: Map<string, DescribedBundle>,
  { path, read }: { readonly path: string; readonly read: BundleRead },
): DescribedBundle {
  if (read.state !== 'read') return describeBundle(path, read);
  const digest = sha256Hex(read.bytes);
  const known = parsed.get(digest) ?? describeBundle(path, read);
  parsed.set(digest, known);
  return { ...known, file: { ...known.file, path, realPath: read.realPath } };
}

/**
 * With the rights of one who names the file: of a user for a user's variable (security.md, "a local user"), the agent's own
 * only when nobody but the machine's or a service's settings name it. The first account, by uid, that can read it decides.
 */
async function readFirst(scan: Scan, wanted: Wanted): Promise<BundleRead> {
  let last: BundleRead | null = null;
  for (const reader of readersOf(wanted)) {
    last = await scan.read(wanted.path, { reader });
    if (last.state === 'read') return last;
  }
  return last ?? { state: 'unreadable', detail: 'nobody to read it as', size: null, realPath: null };
}

function readersOf(wanted: Wanted): readonly Reader[] {
  if (wanted.readers.includes(null)) return [null];
  const users = new Map(
    wanted.readers.flatMap((reader) => (reader === null ? [] : [[reader.uid, reader] as const])),
  );
  return [...users.values()].toSorted((a, b) => a.uid - b.uid).slice(0, MAX_READERS);
}
