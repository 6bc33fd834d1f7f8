import { clip, type CoreKind } from '@trustfleet/protocol';
import type { View } from '../access/view.ts';
import type { FoundApi } from '../apis/found-api.ts';
import { readPackage, readZipped } from '../apis/read-copy.ts';
import { extractedCaFiles } from '../apis/site-copies.ts';
import type { Paths } from '../paths.ts';
import { isRecord, yamlFacts } from '../yaml.ts';
import type { FoundCore } from './found-core.ts';

/** What app-store upload replaces (shotgrid.md §2.1). */
const UNRELEASED = 'HEAD';
/** Folders of `requirements`, one for each Python (shotgrid.md §1.1). */
const PYTHON = /^\d+\.\d+$/;
const MOST_PYTHONS = 12;

/** `version` of a manifest; null where it states none. */
export const INFO = yamlFacts('info', (document) => {
  const version = isRecord(document) ? document['version'] : null;
  return typeof version === 'string' || typeof version === 'number'
    ? clip(String(version).trim(), 512)
    : null;
});

/**
 * The core in `location`: its manifest, and the copies of the API that it vendors, in both layouts. Null where no info.yml is there:
 * that is what Toolkit itself would not load.
 */
export async function readCore(view: View, location: string): Promise<FoundCore | null> {
  const { join } = view.scan.paths;
  const path = join(location, 'info.yml');
  const manifest = await view.facts(path, INFO);
  if (manifest.state !== 'read') return null;
  const kind = kindOf(view.scan.paths, location);
  const apis = await vendoredApis(view, { location, core: path });
  return {
    ...{ path, location, kind, apis, view, shared: manifest.shared },
    version: await versionOf(view, { location, kind, stated: manifest.value }),
  };
}

/** Folders around a core that tell what it is, outermost first (shotgrid.md §2.1, §2.6). */
const LAYOUTS: readonly { readonly kind: CoreKind; readonly end: RegExp }[] = [
  { kind: 'backup', end: /(^|\n)install\ncore\.backup\n[^\n]+$/ },
  { kind: 'localized', end: /(^|\n)install\ncore$/ },
  { kind: 'desktopStartup', end: /(^|\n)python\ntk-core$/ },
];

/** By where it lies: nothing in a core itself tells. `shared` is told by the configurations that name it. */
export function kindOf(paths: Paths, location: string): CoreKind {
  const end = paths.parts(location).slice(-3).join('\n');
  const layout = LAYOUTS.find((one) => one.end.test(end));
  return layout?.kind ?? (inBundleCache(paths, location) ? 'bundleCache' : 'checkout');
}

const CACHE_FOLDERS: Readonly<Record<string, number>> = {
  ...{ app_store: 2, git: 2, gitbranch: 2, github: 3, sg: 2, manual: 2 },
};

/** `app_store/<name>/<version>` and its like, as deep as the table says; elsewhere only below a folder `bundle_cache`. */
function inBundleCache(paths: Paths, location: string): boolean {
  const parts = paths.parts(location);
  return parts.some((part, index) => {
    const depth = CACHE_FOLDERS[part];
    if (depth === undefined || parts.length - index - 1 !== depth) return false;
    return part === 'app_store' || parts.includes('bundle_cache');
  });
}

async function versionOf(
  view: View,
  core: { readonly location: string; readonly kind: CoreKind; readonly stated: string | null },
): Promise<string | null> {
  const { stated, location, kind } = core;
  if (stated !== null && stated !== '' && stated !== UNRELEASED) return stated;
  const folder = view.scan.paths.name(location);
  if (kind === 'bundleCache' && /^v\d+(\.\d+)+/.test(folder)) return clip(folder, 512);
  if (kind === 'desktopStartup') return (await pinned(view, location)) ?? stated;
  return stated === '' ? null : stated;
}

/** `commit_id` of the start-up's core: a tag, or a commit that tells nothing (shotgrid.md §1.1). */
async function pinned(view: View, location: string): Promise<string | null> {
  const commit = await view.facts(view.scan.paths.join(location, 'commit_id'), {
    kind: 'commitId',
    maxBytes: 64 * 1024,
    derive: (bytes) => /^\s*(v\d+(?:\.\d+)+\S{0,100})/.exec(Buffer.from(bytes).toString('utf8'))?.[1] ?? null,
  });
  return commit.state === 'read' ? commit.value : null;
}

async function vendoredApis(
  view: View,
  of: { readonly location: string; readonly core: string },
): Promise<FoundApi[]> {
  const { join } = view.scan.paths;
  const vendored = { form: 'vendored', metadataVersion: null, core: of.core } as const;
  // ≤ v0.12.4 have them one folder deeper (shotgrid.md §1.1).
  const directories = [
    join(of.location, 'python', 'tank_vendor', 'shotgun_api3'),
    join(of.location, 'core', 'python', 'tank_vendor', 'shotgun_api3'),
  ];
  const plain = await Promise.all(
    directories.map((directory) => readPackage(view, { ...vendored, directory })),
  );
  return [...plain, ...(await zippedApis(view, of))].filter((api) => api !== null);
}

/** One zip after the other: each is held in memory while it is read. */
async function zippedApis(
  view: View,
  of: { readonly location: string; readonly core: string },
): Promise<(FoundApi | null)[]> {
  const { join } = view.scan.paths;
  const requirements = join(of.location, 'requirements');
  const pythons = ((await view.list(requirements)) ?? []).filter(({ name }) => PYTHON.test(name));
  const apis: (FoundApi | null)[] = [];
  for (const { name } of pythons.slice(0, MOST_PYTHONS)) {
    const directory = join(requirements, name);
    apis.push(
      await readZipped(view, {
        ...{
          zip: join(directory, 'pkgs.zip'),
          zipPython: name,
          extracted: extractedCaFiles(join, directory),
        },
        ...{ form: 'zip', metadataVersion: null, core: of.core },
      }),
    );
  }
  return apis;
}
