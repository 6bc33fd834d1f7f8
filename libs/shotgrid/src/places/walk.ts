import type { ShotgridEntry } from '../ports.ts';
import type { Scan } from '../access/scan.ts';
import { viewOf } from '../access/view.ts';
import type { Findings } from '../findings.ts';
import { BUNDLE_FOLDERS, isBundleCache } from './bundle-cache.ts';
import { visitBundleCache, visitConfiguration, visitCore, visitPackages } from './visit.ts';

export interface Walk {
  readonly directory: string;
  /** Levels below `directory` that are entered. */
  readonly depth: number;
  readonly mostDirectories: number;
  /** Only names that it matches are entered; without it all. */
  readonly follow?: RegExp;
}

/** Never hold a copy that anything imports, and are large. */
const PRUNED = new Set([
  ...['.git', '.hg', '.svn', 'node_modules', '__pycache__', '.cache', '.npm', '.cargo', '.rustup', '.tox'],
  ...['proc', 'sys', 'dev', 'EGG-INFO', 'lost+found'],
]);
/** Packages are looked for by their names here, and nothing is entered: gigabytes may lie below. */
const PACKAGES = new Set(['site-packages', 'dist-packages']);
const AT_ONCE = 8;

/** Everything of ShotGrid below a directory, without following links to other directories. What was not reached becomes a problem line. */
export async function walk(scan: Scan, of: Walk & { readonly findings: Findings }): Promise<void> {
  let level = [of.directory];
  let visited = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > of.depth) {
      scan.note(of.directory, `Searched ${of.depth} levels deep: what lies deeper was not looked at`);
      return;
    }
    const next: string[] = [];
    for (let at = 0; at < level.length; at += AT_ONCE) {
      const batch = level.slice(at, at + AT_ONCE);
      visited += batch.length;
      if (scan.late() || visited > of.mostDirectories) {
        scan.note(of.directory, unfinished(scan, of));
        return;
      }
      for (const deeper of await Promise.all(batch.map((directory) => visit(scan, { ...of, directory }))))
        next.push(...deeper);
    }
    level = next;
  }
}

function unfinished(scan: Scan, of: Walk): string {
  const limit = scan.late()
    ? 'the time for it was used up'
    : `it holds more than ${of.mostDirectories} directories`;
  return `Not all of it was searched: ${limit}`;
}

/** The directories to enter next. */
async function visit(scan: Scan, of: Walk & { readonly findings: Findings }): Promise<string[]> {
  const { directory, findings } = of;
  const view = viewOf(scan, directory);
  if (view === null) {
    scan.note(
      directory,
      "It lies in a person's home, which this agent cannot open with that person's rights",
    );
    return [];
  }
  const entries = await view.list(directory);
  if (entries === null) return [];
  const at = { view, directory, entries };
  await visitPackages(findings, at);
  if (PACKAGES.has(scan.paths.name(directory))) return [];
  if (await visitCore(findings, at)) return [];
  await visitConfiguration(findings, at);
  const cache = isBundleCache(entries);
  if (cache) await visitBundleCache(findings, { view, root: directory, met: true });
  return entries
    .filter((entry) => isEntered(entry, of.follow) && !(cache && BUNDLE_FOLDERS.has(entry.name)))
    .map(({ name }) => scan.paths.join(directory, name))
    .filter((path) => !findings.apis.has(scan.paths.join(path, 'shotgun.py')));
}

function isEntered({ name, kind }: ShotgridEntry, follow: RegExp | undefined): boolean {
  if (kind !== 'directory' || PRUNED.has(name) || /\.(dist-info|egg-info|egg)$/.test(name)) return false;
  return follow === undefined || follow.test(name);
}
