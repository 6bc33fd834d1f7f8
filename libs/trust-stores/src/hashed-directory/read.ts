import { certificatesOfHash, namesByHash, reachedNames, type BundleTrust } from '@trustfleet/certificates';
import { readBundle } from '../bundle-file.ts';
import type { TrustStorePorts } from '../ports.ts';

/** A directory of links (or files) named by subject hash, as OpenSSL's CApath looks anchors up (X509_LOOKUP_hash_dir(3)). */
export interface HashedDirectory {
  readonly state: 'listed' | 'missing' | 'unreadable' | 'notDirectory';
  readonly detail: string | null;
  /** What a look-up finds: DER by SHA-256. */
  readonly found: ReadonlyMap<string, Uint8Array>;
  /** Real paths of the files that were opened for it, by SHA-256 of what they hold. */
  readonly files: ReadonlyMap<string, string>;
  /** Entries that lead nowhere; each ends the look-up of its hash. */
  readonly dangling: readonly string[];
  /** Entries that hold no certificate of their hash. */
  readonly wrong: readonly string[];
  /** Entries behind a gap in the numbers, or behind a dangling one: never reached. */
  readonly hidden: readonly string[];
  /** There were more entries than are looked at. */
  readonly truncated: boolean;
  /** The directory and its entries by hash: what this was made of. */
  readonly paths: readonly string[];
}

type Certificates = readonly {
  readonly sha256: string;
  readonly der: Uint8Array;
  /** What a TRUSTED CERTIFICATE says of it; for servers without it. */
  readonly trust?: BundleTrust['trust'];
}[];
/** What files hold that were read already, by their identity as `identify` gives it. */
export type KnownFiles = ReadonlyMap<string, Certificates>;

const MAX_ENTRIES = 10_000;

/** Reads what a look-up reaches; a failure is a state. Files that are known are not opened again. */
export async function readHashedDirectory(
  ports: TrustStorePorts,
  path: string,
  known: KnownFiles = new Map(),
): Promise<HashedDirectory> {
  const lists = { dangling: [] as string[], wrong: [] as string[], hidden: [] as string[] };
  const found = new Map<string, Uint8Array>();
  const files = new Map<string, string>();
  const listing = await ports.listDirectory(path, { limit: MAX_ENTRIES });
  if (listing.state !== 'listed') {
    const { state, detail } = listing;
    return { state, detail, found, files, ...lists, truncated: false, paths: [path] };
  }
  const groups = namesByHash(listing.entries.map(({ name }) => name));
  const names = [...groups.values()].flat();
  const opened = await openEntries(ports, { path, names, known, files });
  for (const [hash, group] of groups) {
    const reached = reachedOf(hash, group, opened);
    lists.dangling.push(...reached.dangling);
    lists.hidden.push(...reached.hidden);
    for (const name of reached.names) if (!take(found, hash, opened.get(name) ?? [])) lists.wrong.push(name);
  }
  const paths = [path, ...names.map((name) => `${path}/${name}`)];
  return { state: 'listed', detail: null, found, files, ...lists, truncated: listing.truncated, paths };
}

/** OpenSSL counts up from 0 and ends at the first name that leads nowhere. */
function reachedOf(
  hash: string,
  names: readonly string[],
  opened: ReadonlyMap<string, Certificates | null>,
): {
  readonly names: readonly string[];
  readonly dangling: readonly string[];
  readonly hidden: readonly string[];
} {
  const reached = names.slice(
    0,
    reachedNames(hash, names, (name) => opened.get(name) === null),
  );
  const rest = names.slice(reached.length);
  const dangling = rest.filter((name) => opened.get(name) === null);
  return { names: reached, dangling, hidden: rest.filter((name) => opened.get(name) !== null) };
}

interface Entries {
  readonly path: string;
  readonly names: readonly string[];
  readonly known: KnownFiles;
  /** Filled with the files that had to be opened. */
  readonly files: Map<string, string>;
}

/** What each entry holds; null for one that leads nowhere. */
async function openEntries(
  ports: TrustStorePorts,
  { path, names, known, files }: Entries,
): Promise<ReadonlyMap<string, Certificates | null>> {
  const identities = await ports.identify(names.map((name) => `${path}/${name}`));
  const opened = new Map<string, Certificates | null>();
  for (const [index, name] of names.entries()) {
    const held = known.get(identities[index]?.identity ?? '');
    opened.set(name, held ?? (await certificatesOf(ports, `${path}/${name}`, files)));
  }
  return opened;
}

async function certificatesOf(
  ports: TrustStorePorts,
  path: string,
  files: Map<string, string>,
): Promise<Certificates | null> {
  const { file, certificates } = await readBundle(ports, path);
  if (file.state === 'missing') return null;
  for (const { sha256 } of certificates) files.set(sha256, file.realPath ?? path);
  return file.opensslAccepts ? certificates : [];
}

function take(found: Map<string, Uint8Array>, hash: string, certificates: Certificates): boolean {
  const fitting = certificatesOfHash(hash, certificates);
  for (const { sha256, der, trust = 'servers' } of fitting) if (trust === 'servers') found.set(sha256, der);
  return fitting.length > 0;
}
