import type { ShotgridEntry } from '../ports.ts';
import { createView, type View } from '../access/view.ts';
import type { FoundApi } from './found-api.ts';
import { metadataVersionOf } from './zip-facts.ts';
import { readPackage, readSingleFile, readZipped } from './read-copy.ts';

/** `shotgun_api3-3.8.2.dist-info`, `shotgun_api3-3.0.36-py2.7.egg-info`, `shotgun_api3.egg-info` (PEP 376, PEP 491: `-` and `.` become `_`). */
const METADATA = /^(shotgun_api3|sgtk)(?:-([^-]+)(?:-py[^-]*)?)?\.(dist-info|egg-info)$/;
const EGG = /^shotgun[_-]api3-([^-]+).*\.egg$/i;
const ZIPPED = /^(pkgs|shotgun[_-]?api3[\w.-]*)\.zip$/i;
const EGG_LINK = /^shotgun[_-]api3\.egg-link$/i;
/** Names in one directory of one import path that lead to a copy; nobody has more eggs of one package. */
const MOST = 50;

/** The copies that `directory` would give to a Python with it on its import path; only these names are looked at, never what lies below others. */
export async function copiesIn(
  view: View,
  at: { readonly directory: string; readonly entries: readonly ShotgridEntry[] },
): Promise<FoundApi[]> {
  const copies: (FoundApi | null)[] = [];
  for (const entry of at.entries.filter(({ name }) => leadsToCopy(name)).slice(0, MOST))
    copies.push(await copyBy(view, { ...at, name: entry.name }));
  return copies.filter((copy) => copy !== null);
}

const UNKNOWN = { metadataVersion: null, core: null } as const;

async function copyBy(
  view: View,
  of: { readonly directory: string; readonly entries: readonly ShotgridEntry[]; readonly name: string },
): Promise<FoundApi | null> {
  const { join } = view.scan.paths;
  const path = join(of.directory, of.name);
  if (of.name === 'shotgun_api3') return await packageIn(view, of);
  if (of.name === 'tank_vendor')
    return await readPackage(view, { directory: join(path, 'shotgun_api3'), form: 'vendored', ...UNKNOWN });
  if (of.name === 'shotgun_api3.py')
    return await readSingleFile(view, { path, form: 'singleFile', ...UNKNOWN });
  if (EGG_LINK.test(of.name)) return await linkedCopy(view, path);
  return ZIPPED.test(of.name) ? await zippedCopy(view, path) : await eggCopy(view, path);
}

async function packageIn(
  view: View,
  at: { readonly directory: string; readonly entries: readonly ShotgridEntry[] },
): Promise<FoundApi | null> {
  const { join, name } = view.scan.paths;
  const believed = await versionFromMetadata(view, { ...at, distribution: 'shotgun_api3' });
  const installed = believed === undefined ? 'loose' : 'pip';
  return await readPackage(view, {
    directory: join(at.directory, 'shotgun_api3'),
    form: name(at.directory) === 'tank_vendor' ? 'vendored' : installed,
    metadataVersion: believed ?? null,
    core: null,
  });
}

function leadsToCopy(name: string): boolean {
  return (
    name === 'shotgun_api3' ||
    name === 'shotgun_api3.py' ||
    name === 'tank_vendor' ||
    [EGG, EGG_LINK, ZIPPED].some((pattern) => pattern.test(name))
  );
}

/** Names in a directory of packages that a scan of it is about; all others stay unread. */
export function isOfInterest(name: string): boolean {
  return leadsToCopy(name) || METADATA.test(name);
}

/** An egg as a directory or as a zip (setuptools, "The Internal Structure of Python Eggs"). */
export async function eggCopy(view: View, path: string): Promise<FoundApi | null> {
  const { join, name } = view.scan.paths;
  const metadataVersion = EGG.exec(name(path))?.[1] ?? null;
  const inside = await view.list(path);
  if (inside === null)
    return await readZipped(view, {
      ...{ zip: path, zipPython: null, extracted: [] },
      ...{ form: 'egg', metadataVersion, core: null },
    });
  const stated = await statedVersion(view, join(path, 'EGG-INFO', 'PKG-INFO'));
  return await readPackage(view, {
    directory: join(path, 'shotgun_api3'),
    ...{ form: 'egg', metadataVersion: stated ?? metadataVersion, core: null },
  });
}

/** A zip on the import path; a core's pkgs.zip without its core. */
export async function zippedCopy(view: View, zip: string): Promise<FoundApi | null> {
  const { join, parent, name } = view.scan.paths;
  const directory = parent(zip);
  const zipPython = /^\d+\.\d+$/.exec(name(directory))?.[0] ?? null;
  const extracted = name(zip) === 'pkgs.zip' ? extractedCaFiles(join, directory) : [];
  return await readZipped(view, {
    ...{ zip, zipPython, extracted, form: 'zip', metadataVersion: null, core: null },
  });
}

/** `requirements/<py>/certs/…`: what tank_vendor hands to the API in place of the member (shotgrid.md §2.5). */
export function extractedCaFiles(join: (...parts: string[]) => string, directory: string): string[] {
  return [join(directory, 'certs', 'shotgun_api3', 'lib', 'certifi', 'cacert.pem')];
}

/** `pip install -e`, `setup.py develop`: the first line names the directory that goes on the import path. */
async function linkedCopy(view: View, path: string): Promise<FoundApi | null> {
  const { join, isAbsolute } = view.scan.paths;
  const link = await view.facts(path, {
    kind: 'eggLink',
    maxBytes: 64 * 1024,
    derive: (bytes) => Buffer.from(bytes).toString('utf8').split(/\r?\n/, 1)[0]?.trim() ?? '',
  });
  if (link.state !== 'read' || !isAbsolute(link.value)) return null;
  const target = createView(view.scan, link.reader);
  const directory = join(link.value);
  const entries = await target.list(directory);
  return entries === null ? null : await packageIn(target, { directory, entries });
}

export interface Distribution {
  readonly directory: string;
  readonly entries: readonly ShotgridEntry[];
  readonly distribution: 'shotgun_api3' | 'sgtk';
}

/** What pip believes to have installed; null where it does not say, undefined where it knows of nothing. */
export async function versionFromMetadata(view: View, at: Distribution): Promise<string | null | undefined> {
  const entry = metadataEntry(at);
  const path = metadataFile(view, at);
  if (entry === undefined || path === null) return undefined;
  return (await statedVersion(view, path)) ?? METADATA.exec(entry.name)?.[2] ?? null;
}

/** METADATA of a wheel, PKG-INFO of an egg; an egg-info may be that file itself. Null where there is none. */
export function metadataFile(view: View, at: Distribution): string | null {
  const { join } = view.scan.paths;
  const entry = metadataEntry(at);
  if (entry === undefined) return null;
  const path = join(at.directory, entry.name);
  if (entry.kind === 'file') return path;
  return join(path, entry.name.endsWith('.dist-info') ? 'METADATA' : 'PKG-INFO');
}

/** Where an old one was left behind, the last name is taken. */
function metadataEntry(at: Distribution): ShotgridEntry | undefined {
  return at.entries.filter(({ name }) => METADATA.exec(name)?.[1] === at.distribution).at(-1);
}

async function statedVersion(view: View, path: string): Promise<string | null> {
  const stated = await view.facts(path, {
    kind: 'metadata',
    maxBytes: 512 * 1024,
    derive: (bytes) => metadataVersionOf(Buffer.from(bytes).toString('utf8')),
  });
  return stated.state === 'read' ? stated.value : null;
}
