import type { PythonPackageName } from '@trustfleet/protocol';
import type { Reader } from '../scan.ts';
import { MAX_FILE_BYTES, type SiteReader } from './site.ts';

export interface BundleAt {
  readonly path: string;
  readonly reader: Reader;
}

/**
 * CA files that a package brings for itself, below its directory, the one in force first (probe.py, PKGS). What it does where
 * another package or a variable tells it otherwise is python-tls.md §4, and libs/diagnosis.
 */
const OWN: Partial<Readonly<Record<PythonPackageName, readonly string[]>>> = {
  requests: ['cacert.pem'],
  httplib2: ['cacerts.txt', 'python3/cacerts.txt', 'python2/cacerts.txt'],
  botocore: ['cacert.pem', 'vendored/requests/cacert.pem'],
  shotgun_api3: [
    'lib/certifi/cacert.pem',
    'lib/httplib2/cacerts.txt',
    'lib/httplib2/python3/cacerts.txt',
    'lib/httplib2/python2/cacerts.txt',
  ],
};
/** Modules in which distributions write the path of their own bundle (Debian's patches). */
const PATCHED: Partial<Readonly<Record<PythonPackageName, readonly string[]>>> = {
  requests: ['certs.py'],
  httplib2: ['certs.py', '__init__.py'],
};

/** Null where it has none. */
export async function packageBundle(
  on: SiteReader,
  { name, location }: { readonly name: PythonPackageName; readonly location: string },
): Promise<BundleAt | null> {
  if (name === 'certifi') return await certifiBundle(on, location);
  if (name === 'pip') {
    const vendored = `${location}/_vendor/certifi`;
    return (await on.scan.chain(vendored)).state === 'resolved' ? await certifiBundle(on, vendored) : null;
  }
  const reader = await on.readerFor(location);
  for (const file of PATCHED[name] ?? []) {
    const path = await patchedPath(on, { path: `${location}/${file}`, reader });
    if (path !== null) return { path, reader };
  }
  for (const file of OWN[name] ?? []) {
    const path = `${location}/${file}`;
    if ((await on.scan.chain(path)).state === 'resolved') return { path, reader };
  }
  return null;
}

/**
 * The bundle that a copy of certifi gives out. Distributions patch `where()` to return their own bundle and ship none
 * (Debian's python3-certifi).
 */
export async function certifiBundle(on: SiteReader, location: string): Promise<BundleAt> {
  const reader = await on.readerFor(location);
  const own = `${location}/cacert.pem`;
  const listing = await on.scan.list(location, reader);
  if (listing.state !== 'listed' || listing.entries.some((entry) => entry.name === 'cacert.pem'))
    return { path: own, reader };
  return { path: (await patchedPath(on, { path: `${location}/core.py`, reader })) ?? own, reader };
}

/** `return "/etc/ssl/certs/ca-certificates.crt"`, or the constant that httplib2 has. */
async function patchedPath(
  on: SiteReader,
  at: { readonly path: string; readonly reader: Reader },
): Promise<string | null> {
  const read = await on.scan.read(at.path, { reader: at.reader, maxBytes: MAX_FILE_BYTES });
  if (read.state !== 'read') return null;
  const literal = /^(?:\s+return|\s*[A-Z_]*CA_CERTS\s*=)\s+['"](\/[^'"\n]{1,1000}\.(?:crt|pem))['"]/m;
  return literal.exec(Buffer.from(read.bytes).toString('utf8'))?.[1] ?? null;
}
