import { sha256Hex, type DescribedBundle } from '@trustfleet/certificates';
import { clip, type BundleFile, type StoreEntry } from '@trustfleet/protocol';
import { readBundle } from '../../bundle-file.ts';
import { readHashedDirectory, type HashedDirectory } from '../../hashed-directory/read.ts';
import { hashedProblems } from '../../hashed-directory/problems.ts';
import type { TrustStorePorts } from '../../ports.ts';
import type { Made } from '../../reading-cache.ts';
import type { StoreReading } from '../../types.ts';
import { documentOf } from './change.ts';
import { whyNotDirectory } from './directory.ts';
import { bundleId } from './layout.ts';
import { openPlace, whyNotWritable, type Place } from './place.ts';
import { provenanceName } from './provenance.ts';

export async function readStore(ports: TrustStorePorts, path: string): Promise<StoreReading> {
  const place = await openPlace(ports, path);
  const contents =
    place.kind === 'directory' ? await readDirectory(ports, path) : await readFile(ports, place);
  const { bundle, certificates, entries, problems } = contents;
  return {
    store: {
      ...{ id: bundleId(path), driver: 'pem-bundle', operatingSystem: false },
      name: clip(provenanceName(place.provenance), 512),
      ...{ bundle, anchorDirectory: null, localAnchors: [] },
      cannotChange: await whyNotChangeable(ports, place),
      ...(entries.length === 0 ? {} : { entries: [...entries] }),
      ...(problems.length === 0 ? {} : { problems: [...problems] }),
    },
    certificates,
    watch: contents.watch,
  };
}

async function whyNotChangeable(ports: TrustStorePorts, place: Place): Promise<string | null> {
  const directory = place.kind === 'directory';
  const refusal = await (directory ? whyNotDirectory(ports, place) : whyNotWritable(ports, place));
  if (refusal === null && directory) return null;
  if (refusal !== null) return clip(refusal, 512);
  const look = (): Promise<Made<string | null>> => Promise.resolve(whyNotEditable(place));
  // It parses all of the file: as long as that is the same, so is the answer.
  return ports.readings === undefined
    ? (await look()).value
    : await ports.readings.derived(ports, `editable ${place.path}`, look);
}

function whyNotEditable(place: Place): Made<string | null> {
  const document = documentOf(place);
  const value = 'refusal' in document ? clip(document.refusal, 512) : null;
  return { value, paths: [place.path, place.target] };
}

interface Contents {
  readonly bundle: BundleFile;
  readonly certificates: ReadonlyMap<string, Uint8Array>;
  readonly entries: readonly StoreEntry[];
  readonly problems: readonly string[];
  readonly watch: readonly string[];
}

async function readFile(ports: TrustStorePorts, { path, target }: Place): Promise<Contents> {
  const { file, certificates, duplicates } = await readBundle(ports, path);
  return {
    bundle: file,
    certificates: new Map(certificates.map(({ sha256, der }) => [sha256, der])),
    entries: limited(certificates),
    problems: repeats(duplicates),
    watch: [...new Set([path, target])],
  };
}

/** What OpenSSL's own settings in TRUSTED CERTIFICATE blocks keep from vouching for servers. The first of equal ones counts. */
function limited(certificates: DescribedBundle['certificates']): StoreEntry[] {
  const first = new Map<string, DescribedBundle['certificates'][number]>();
  for (const certificate of certificates)
    if (!first.has(certificate.sha256)) first.set(certificate.sha256, certificate);
  return [...first.values()]
    .filter(({ trust }) => trust !== 'servers')
    .toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1))
    .slice(0, 5000)
    .map(({ sha256, line, trust, purposes, alias }) => ({
      ...{ anchor: sha256, trust, origin: 'unknown', location: `line ${line}` },
      name: alias === null ? null : clip(alias, 512),
      purposes: purposes === null ? null : purposes.slice(0, 32).map((purpose) => clip(purpose, 512)),
    }));
}

/** OpenSSL loads one of them; who reads the file should know that there are fewer anchors than blocks. */
function repeats(duplicates: DescribedBundle['duplicates']): string[] {
  const [first] = duplicates;
  if (first === undefined) return [];
  const more = duplicates.length === 1 ? '' : `, and ${duplicates.length - 1} more such`;
  return [
    `The certificate of line ${first.firstLine} stands in it again in line ${first.line}${more}: harmless, one of them can go`,
  ];
}

/** A directory has no bytes of its own: its digest is that of its anchors' digests in order (decision 0008). */
async function readDirectory(ports: TrustStorePorts, path: string): Promise<Contents> {
  const directory = await readHashedDirectory(ports, path);
  const anchors = [...directory.found.keys()].toSorted();
  const listed = directory.state === 'listed';
  const bundle: BundleFile = {
    ...{ path, realPath: null, size: null, problems: [] },
    state: stateOf(directory),
    detail: directory.detail === null ? null : clip(directory.detail, 512),
    sha256: listed ? sha256Hex(Buffer.from(anchors.join('\n'))) : null,
    anchors: anchors.slice(0, 5000),
    opensslAccepts: listed,
  };
  const problems = hashedProblems(path, directory);
  return { bundle, certificates: directory.found, entries: [], problems, watch: [path] };
}

function stateOf({ state, found }: HashedDirectory): BundleFile['state'] {
  if (state === 'missing') return 'missing';
  if (state !== 'listed') return 'unreadable';
  return found.size === 0 ? 'noCertificates' : 'read';
}
