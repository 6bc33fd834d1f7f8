import {
  certificatesOfHash,
  describeBundle,
  namesByHash,
  reachedNames,
  sha256Hex,
} from '@trustfleet/certificates';
import { clip, type BundleFile } from '@trustfleet/protocol';
import type { PythonListing } from '../ports.ts';
import type { Reader, Scan } from '../scan.ts';

const MAX_ENTRIES = 2000;
/** One certificate has some 2 KiB. */
const MAX_ENTRY_BYTES = 256 * 1024;
const MAX_ANCHORS = 5000;

type Certificates = ReturnType<typeof describeBundle>['certificates'];

/**
 * A directory as OpenSSL looks anchors up in it (python-tls.md §3): only entries named by subject hash count. Its digest is that of
 * what they hold, in order.
 */
export async function readHashNames(
  scan: Scan,
  { path, readers }: { readonly path: string; readonly readers: readonly Reader[] },
): Promise<{
  readonly bundle: BundleFile & { readonly form: 'directory' };
  readonly ders: ReadonlyMap<string, Uint8Array>;
}> {
  const { listing, reader } = await listFirst(scan, { path, readers });
  const realPath = (await scan.chain(path)).realPath;
  const empty = {
    path,
    realPath,
    form: 'directory' as const,
    size: null,
    sha256: null,
    anchors: [],
    problems: [],
  };
  if (listing.state !== 'listed') {
    const state = listing.state === 'notDirectory' ? 'notRegularFile' : listing.state;
    return {
      bundle: { ...empty, state, detail: clip(listing.detail, 512), opensslAccepts: false },
      ders: new Map(),
    };
  }
  const groups = namesByHash(listing.entries.map(({ name }) => name));
  const ders = new Map<string, Uint8Array>();
  const opened = new Map<string, Certificates | null>();
  for (const name of [...groups.values()].flat().slice(0, MAX_ENTRIES))
    opened.set(name, await entryOf(scan, { path: `${path}/${name}`, reader }));
  for (const [hash, names] of groups) {
    const reached = reachedNames(hash, names, (name) => (opened.get(name) ?? null) === null);
    for (const name of names.slice(0, reached))
      for (const { sha256, der, trust } of certificatesOfHash(hash, opened.get(name) ?? []))
        if (trust === 'servers') ders.set(sha256, der);
  }
  const anchors = [...ders.keys()].toSorted().slice(0, MAX_ANCHORS);
  return {
    bundle: {
      ...empty,
      ...(anchors.length === 0
        ? { state: 'noCertificates' as const, detail: detailOf(listing.entries.length) }
        : { state: 'read' as const, detail: null }),
      sha256: sha256Hex(Buffer.from(anchors.join('\n'))),
      anchors,
      opensslAccepts: anchors.length > 0,
    },
    ders,
  };
}

const detailOf = (entries: number): string =>
  entries === 0
    ? 'The directory is empty'
    : `None of its ${entries} entries is named by a subject hash and holds a certificate of it, so OpenSSL finds none: run openssl rehash`;

async function listFirst(
  scan: Scan,
  { path, readers }: { readonly path: string; readonly readers: readonly Reader[] },
): Promise<{ readonly listing: PythonListing; readonly reader: Reader }> {
  let last: PythonListing = { state: 'unreadable', detail: 'nobody to read it as' };
  for (const reader of readers) {
    last = await scan.list(path, reader);
    if (last.state === 'listed') return { listing: last, reader };
  }
  return { listing: last, reader: null };
}

/** Null for an entry that leads nowhere; it ends the look-up of its hash. */
async function entryOf(
  scan: Scan,
  { path, reader }: { readonly path: string; readonly reader: Reader },
): Promise<Certificates | null> {
  const read = await scan.read(path, { reader, maxBytes: MAX_ENTRY_BYTES });
  if (read.state === 'missing') return null;
  const { file, certificates } = describeBundle(path, read);
  return file.opensslAccepts ? certificates : [];
}
