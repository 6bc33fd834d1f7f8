import { PYTHON_PACKAGES, type PythonPackage, type PythonPackageName } from '@trustfleet/protocol';
import { compare, type Reader } from '../scan.ts';
import { packageBundle } from './package-bundle.ts';
import { MAX_FILE_BYTES, MAX_SITES, openSite, type Site, type SiteReader } from './site.ts';

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
/** Distributions of another name than the module. */
const DISTRIBUTIONS: Partial<Readonly<Record<PythonPackageName, string>>> = {
  certifi_win32: 'python_certifi_win32',
};
const VERSION = /^__version__\s*(?::[^=\n]*)?=\s*(?:version\s*=\s*)?['"]([^'"\n]{1,100})['"]/m;

/** The first copy of each package in import order; versions are read as text, nothing is imported. */
export async function findPackages(on: SiteReader, sites: readonly string[]): Promise<PythonPackage[]> {
  const found = new Map<PythonPackageName, PythonPackage>();
  for (const directory of sites.slice(0, MAX_SITES)) {
    const site = await openSite(on, directory);
    if (site === null) continue;
    for (const name of PYTHON_PACKAGES) {
      if (found.has(name)) continue;
      const read = await readPackage(on, { site, name });
      if (read !== null) found.set(name, read);
    }
  }
  return [...found.values()].toSorted((a, b) => compare(a.name, b.name));
}

interface At {
  readonly site: Site;
  readonly name: PythonPackageName;
}

/** A directory goes before a module of the same name (importlib's FileFinder). */
async function readPackage(on: SiteReader, at: At): Promise<PythonPackage | null> {
  const { site, name } = at;
  if (site.names.has(name)) {
    const found = await readDirectory(on, at);
    if (found !== null) return found;
  }
  if (!site.names.has(`${name}.py`)) return null;
  const location = `${site.directory}/${name}.py`;
  const { version } = await versionIn(on, { path: location, reader: site.reader });
  return { name, version: version ?? metadataVersion(site.names, name), location, bundle: null };
}

async function readDirectory(on: SiteReader, { site, name }: At): Promise<PythonPackage | null> {
  const location = `${site.directory}/${name}`;
  const metadata = metadataVersion(site.names, name);
  let present = false;
  let stated: string | undefined;
  for (const file of VERSION_FILES[name]) {
    const found = await versionIn(on, { path: `${location}/${file}`, reader: site.reader });
    if (!found.missing) present = true;
    stated = found.version;
    if (stated !== undefined) break;
  }
  // A directory that merely has the name, such as one that pip left empty, is no package.
  if (!present && metadata === null) return null;
  const bundle = await packageBundle(on, { name, location });
  return { name, version: stated ?? metadata, location, bundle: bundle?.path ?? null };
}

async function versionIn(
  on: SiteReader,
  at: { readonly path: string; readonly reader: Reader },
): Promise<{ readonly missing: boolean; readonly version: string | undefined }> {
  const read = await on.scan.read(at.path, { reader: at.reader, maxBytes: MAX_FILE_BYTES });
  const version =
    read.state === 'read' ? VERSION.exec(Buffer.from(read.bytes).toString('utf8'))?.[1] : undefined;
  return { missing: read.state === 'missing', version };
}

/** `requests-2.31.0.dist-info`, `requests-2.31.0-py3.11.egg-info` (PEP 376, PEP 491: `-` and `.` become `_`). */
export function metadataVersion(names: ReadonlySet<string>, name: PythonPackageName): string | null {
  const versions = [...names].flatMap((entry) => {
    const match = /^([A-Za-z0-9_.]+)-([0-9][^-]*)(?:-py[^-]*)?\.(?:dist-info|egg-info)$/.exec(entry);
    const distribution = match?.[1]?.toLowerCase().replaceAll('.', '_');
    return (distribution === name || distribution === DISTRIBUTIONS[name]) && match?.[2] !== undefined
      ? [match[2]]
      : [];
  });
  return versions.toSorted(compare).at(-1) ?? null;
}
