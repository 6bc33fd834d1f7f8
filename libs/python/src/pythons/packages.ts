import { clip, PYTHON_PACKAGES, type PythonPackage, type PythonPackageName } from '@trustfleet/protocol';
import { compare, type Reader, type Scan } from '../scan.ts';

/** Files that state the version, the truest first; `shotgun_api3` says it only in its main module (probe.py, PKGS). */
const VERSION_FILES: Readonly<Record<PythonPackageName, readonly string[]>> = {
  certifi: ['__init__.py'],
  requests: ['__version__.py', '__init__.py'],
  httplib2: ['__init__.py'],
  urllib3: ['_version.py', '__init__.py'],
  truststore: ['__init__.py'],
  shotgun_api3: ['shotgun.py'],
  pip: ['__init__.py'],
  conda: ['__init__.py', '_version.py'],
  botocore: ['__init__.py'],
  sgtk: ['__init__.py'],
  pip_system_certs: ['__init__.py'],
  certifi_win32: ['__init__.py'],
  ca_certs_locater: ['__init__.py'],
};
const VERSION = /^__version__\s*(?::[^=\n]*)?=\s*(?:version\s*=\s*)?['"]([^'"\n]{1,100})['"]/m;
const MAX_SITES = 60;
const MAX_FILE_BYTES = 1024 * 1024;

export interface SiteReader {
  readonly scan: Scan;
  /** Whose rights suffice for a directory of this Python. */
  readonly readerFor: (directory: string) => Promise<Reader>;
}

interface Site {
  readonly directory: string;
  readonly reader: Reader;
  readonly names: ReadonlySet<string>;
}

/** Directories that `.pth` files and eggs add to `sites` (site.py, addpackage), after the site that names them. */
export async function expandSites(on: SiteReader, sites: readonly string[]): Promise<string[]> {
  const all: string[] = [];
  for (const directory of sites) {
    if (all.length >= MAX_SITES) break;
    all.push(directory);
    const site = await openSite(on, directory);
    if (site !== null) all.push(...(await additions(on, site)));
  }
  return [...new Set(all)].slice(0, MAX_SITES);
}

async function additions(on: SiteReader, site: Site): Promise<string[]> {
  const found = [...site.names]
    .filter((name) => name.endsWith('.egg'))
    .map((name) => `${site.directory}/${name}`);
  for (const name of [...site.names].filter((one) => one.endsWith('.pth')).slice(0, 50)) {
    const read = await on.scan.read(`${site.directory}/${name}`, {
      reader: site.reader,
      maxBytes: 256 * 1024,
    });
    if (read.state !== 'read') continue;
    for (const line of Buffer.from(read.bytes).toString('utf8').split(/\r?\n/))
      found.push(...pathLine(site.directory, line.trimEnd()));
  }
  return [...new Set(found)].toSorted(compare);
}

function pathLine(directory: string, line: string): string[] {
  if (line === '' || line.startsWith('#') || /^import[ \t]/.test(line) || line.includes('\0')) return [];
  const path = line.startsWith('/') ? line : `${directory}/${line.replace(/^\.\//, '')}`;
  return [clip(path.replace(/(.)\/+$/, '$1'), 4096)];
}

/** The first copy of each package in import order; versions are read as text, nothing is imported. */
export async function findPackages(on: SiteReader, sites: readonly string[]): Promise<PythonPackage[]> {
  const found = new Map<PythonPackageName, PythonPackage>();
  for (const directory of sites.slice(0, MAX_SITES)) {
    const site = await openSite(on, directory);
    if (site === null) continue;
    for (const name of PYTHON_PACKAGES) {
      if (found.has(name) || !site.names.has(name)) continue;
      const read = await readPackage(on, { site, name });
      if (read !== null) found.set(name, read);
    }
  }
  return [...found.values()].toSorted((a, b) => compare(a.name, b.name));
}

async function openSite(on: SiteReader, directory: string): Promise<Site | null> {
  const reader = await on.readerFor(directory);
  const listing = await on.scan.list(directory, reader);
  if (listing.state !== 'listed') return null;
  return { directory, reader, names: new Set(listing.entries.map((entry) => entry.name)) };
}

async function readPackage(
  on: SiteReader,
  at: { site: Site; name: PythonPackageName },
): Promise<PythonPackage | null> {
  const { site, name } = at;
  const location = `${site.directory}/${name}`;
  let present = false;
  for (const file of VERSION_FILES[name]) {
    const read = await on.scan.read(`${location}/${file}`, { reader: site.reader, maxBytes: MAX_FILE_BYTES });
    if (read.state !== 'missing') present = true;
    const version =
      read.state === 'read' ? VERSION.exec(Buffer.from(read.bytes).toString('utf8'))?.[1] : undefined;
    if (version !== undefined) return { name, version, location };
  }
  // A directory that merely has the name, such as one that pip left empty, is no package.
  const metadata = metadataVersion(site.names, name);
  return present || metadata !== null ? { name, version: metadata, location } : null;
}

/** `requests-2.31.0.dist-info`, `requests-2.31.0-py3.11.egg-info` (PEP 376, PEP 491: `-` and `.` become `_`). */
export function metadataVersion(names: ReadonlySet<string>, name: PythonPackageName): string | null {
  const versions = [...names].flatMap((entry) => {
    const match = /^([A-Za-z0-9_.]+)-([0-9][^-]*)(?:-py[^-]*)?\.(?:dist-info|egg-info)$/.exec(entry);
    return match?.[1]?.toLowerCase().replaceAll('.', '_') === name && match[2] !== undefined
      ? [match[2]]
      : [];
  });
  return versions.toSorted(compare).at(-1) ?? null;
}

/**
 * The bundle that a copy of certifi gives out. Distributions patch `where()` to return their own bundle and ship none
 * (Debian's python3-certifi).
 */
export async function certifiBundle(
  on: SiteReader,
  location: string,
): Promise<{ path: string; reader: Reader }> {
  const reader = await on.readerFor(location);
  const own = `${location}/cacert.pem`;
  const listing = await on.scan.list(location, reader);
  if (listing.state !== 'listed' || listing.entries.some((entry) => entry.name === 'cacert.pem'))
    return { path: own, reader };
  const core = await on.scan.read(`${location}/core.py`, { reader, maxBytes: MAX_FILE_BYTES });
  const patched =
    core.state === 'read'
      ? /return\s+['"](\/[^'"\n]{1,1000}\.(?:crt|pem))['"]/.exec(
          Buffer.from(core.bytes).toString('utf8'),
        )?.[1]
      : undefined;
  return { path: patched ?? own, reader };
}
