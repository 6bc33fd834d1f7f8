import type { View } from '../access/view.ts';

/** Bundles below a cache are looked at by their names; 2000 versions are more than any cache holds. */
const MOST_VERSIONS = 2000;
const CORE = /core/i;
const STARTUP = 'tk-framework-desktopstartup';
/** Folders above the version, as deep as the table says (shotgrid.md §2.1). `sg` names attachments: any of them may be a core. */
const LAYOUT: readonly { readonly folder: string; readonly depth: number; readonly named: boolean }[] = [
  { folder: 'app_store', depth: 1, named: true },
  { folder: 'git', depth: 1, named: true },
  { folder: 'gitbranch', depth: 1, named: true },
  { folder: 'github', depth: 2, named: true },
  { folder: 'sg', depth: 1, named: false },
  { folder: 'manual', depth: 1, named: true },
];
/** Before 0.18 each kind of bundle had a tree of its own. */
const LEGACY = ['frameworks'];

export interface CachedBundles {
  /** Folders that may hold a core. */
  readonly cores: readonly string[];
  /** Folders that hold a version of Desktop's start-up framework. */
  readonly startups: readonly string[];
}

/** What a bundle cache holds of cores: by the names of its folders, without entering apps and engines. */
export async function bundlesIn(view: View, root: string): Promise<CachedBundles> {
  const cores: string[] = [];
  const startups: string[] = [];
  for (const path of await versionFolders(view, root)) {
    const { name, parent } = view.scan.paths;
    (name(parent(path)) === STARTUP ? startups : cores).push(path);
  }
  return { cores, startups };
}

/** Its names say that `entries` are those of a bundle cache. */
export function isBundleCache(entries: readonly { readonly name: string; readonly kind: string }[]): boolean {
  return entries.some(({ name, kind }) => name === 'app_store' && kind === 'directory');
}

export const BUNDLE_FOLDERS: ReadonlySet<string> = new Set(LAYOUT.map(({ folder }) => folder));

async function versionFolders(view: View, root: string): Promise<string[]> {
  const { join } = view.scan.paths;
  const found: string[] = [];
  for (const { folder, depth, named } of LAYOUT)
    found.push(...(await below(view, { directory: join(root, folder), depth, named })));
  for (const kind of LEGACY)
    found.push(...(await below(view, { directory: join(root, kind, 'app_store'), depth: 1, named: true })));
  if (found.length > MOST_VERSIONS)
    view.scan.note(root, `Only the first ${MOST_VERSIONS} versions of this bundle cache were looked at`);
  return found.slice(0, MOST_VERSIONS);
}

async function below(
  view: View,
  at: { readonly directory: string; readonly depth: number; readonly named: boolean },
): Promise<string[]> {
  if (view.scan.late()) return [];
  const entries = ((await view.list(at.directory)) ?? []).filter(
    ({ kind }) => kind !== 'file' && kind !== 'other',
  );
  const paths = entries
    .filter(({ name }) => at.depth !== 1 || !at.named || CORE.test(name) || name === STARTUP)
    .map(({ name }) => view.scan.paths.join(at.directory, name));
  if (at.depth === 0) return paths;
  const deeper: string[] = [];
  for (const directory of paths)
    deeper.push(...(await below(view, { ...at, directory, depth: at.depth - 1 })));
  return deeper;
}
