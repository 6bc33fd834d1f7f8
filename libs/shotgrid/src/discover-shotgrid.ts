import { createMemory, type Memory } from './access/memory.ts';
import { createScan, type Scan } from './access/scan.ts';
import { viewOf, type View } from './access/view.ts';
import type { FoundApi } from './apis/found-api.ts';
import { eggCopy, isOfInterest, zippedCopy } from './apis/site-copies.ts';
import { readPackage } from './apis/read-copy.ts';
import { buildResult } from './build-result.ts';
import { createFindings, type Findings } from './findings.ts';
import { cacheRoots, type CacheRoots } from './places/cache-roots.ts';
import { desktopRoots } from './places/desktop-roots.ts';
import { visitBundleCache, visitInstalled, visitPackages } from './places/visit.ts';
import { walk } from './places/walk.ts';
import { compare } from './paths.ts';
import type { ShotgridPorts } from './ports.ts';
import type { DiscoverShotgridOptions, ShotgridDiscovery, ShotgridMemory, ShotgridResult } from './types.ts';
import { findUsage } from './usage.ts';

/** `memory`: what an earlier one remembered; a file that has not changed since is not read again. */
export function createShotgridDiscovery(ports: ShotgridPorts, memory?: ShotgridMemory): ShotgridDiscovery {
  const kept = createMemory(memory);
  return {
    discover: (options) => discover(ports, { options, memory: kept }),
    memory: () => kept.export(),
  };
}

/** Every copy of shotgun_api3, Toolkit core and configuration that can be found in the given places. Never throws for what it finds. */
export async function discoverShotgrid(
  ports: ShotgridPorts,
  options: DiscoverShotgridOptions,
): Promise<ShotgridResult> {
  return await createShotgridDiscovery(ports).discover(options);
}

async function discover(
  ports: ShotgridPorts,
  given: { readonly options: DiscoverShotgridOptions; readonly memory: Memory },
): Promise<ShotgridResult> {
  const scan = await createScan(ports, given);
  const findings = createFindings();
  for (const site of new Set(given.options.sites.map(({ directory }) => directory))) {
    findings.watch(site);
    await lookAtSite(scan, { findings, site });
  }
  if (given.options.onlyThese !== true) await lookAtMachine(scan, findings);
  for (const directory of new Set(given.options.search.toSorted(compare)))
    await search(scan, { findings, directory });
  const usage = await findUsage(scan, findings);
  given.memory.settle();
  return buildResult(scan, { findings, usage });
}

/** Where Toolkit and Desktop keep what they install. */
async function lookAtMachine(scan: Scan, findings: Findings): Promise<void> {
  for (const roots of cacheRoots(scan)) await lookAtCaches(findings, roots);
  for (const directory of await desktopRoots(scan))
    await walk(scan, { findings, directory, ...DESKTOP_WALK });
}

/** Where the start-up framework and its cache lie in an app; its Python and its Qt are not entered. */
const DESKTOP_WALK = {
  depth: 10,
  mostDirectories: 2000,
  follow:
    /^(Contents|Resources|Desktop|Python|python|bundle_cache|install|frameworks|app_store|startup|tk-framework-desktopstartup|tk-core|v\d.*)$/,
} as const;
const SEARCH_WALK = { depth: 16, mostDirectories: 20_000 } as const;

async function lookAtSite(
  scan: Scan,
  at: { readonly findings: Findings; readonly site: string },
): Promise<void> {
  const { findings, site: directory } = at;
  const view = viewOf(scan, directory);
  if (view === null || scan.late()) {
    scan.note(
      directory,
      view === null ? 'It cannot be opened with the rights of whose home it is' : TOO_LATE,
    );
    return;
  }
  const all = directory.endsWith('.egg') ? null : await view.list(directory);
  if (all !== null) {
    const entries = all.filter(({ name }) => isOfInterest(name));
    await visitPackages(findings, { view, directory, entries });
    return;
  }
  const copy = await copyOnPath(view, directory);
  if (copy !== null) findings.addApi(copy);
}

/** Eggs and zips are on the import path themselves. */
async function copyOnPath(view: View, path: string): Promise<FoundApi | null> {
  if (path.endsWith('.egg')) return await eggCopy(view, path);
  return /\.(zip|whl)$/.test(path) ? await zippedCopy(view, path) : null;
}

const TOO_LATE = 'The time for the search was used up before it was looked at';

/** shotgrid.md §2.1: `<cache>/<site>/p<project>c<pc>.<plugin>/cfg`, Desktop's legacy `<cache>/<site>/site`, and what it has installed. */
async function lookAtCaches(
  findings: Findings,
  { view, roots, bundleCaches, current }: CacheRoots,
): Promise<void> {
  const { join } = view.scan.paths;
  if (current !== null) await visitInstalled(findings, { view, directory: current });
  for (const root of bundleCaches) {
    if (await view.has(root)) await visitBundleCache(findings, { view, root });
  }
  for (const root of roots) {
    const sites = ((await view.list(root)) ?? []).filter(
      ({ kind, name }) => kind !== 'file' && !OWN.has(name),
    );
    if (sites.length > 0) findings.watch(root);
    await visitBundleCache(findings, { view, root: join(root, 'install') });
    for (const site of sites.slice(0, MOST_SITES))
      await lookAtSiteCache(findings, { view, root: join(root, site.name) });
  }
}

const OWN = new Set([
  'bundle_cache',
  'install',
  'data',
  'preferences',
  'logs',
  'Data',
  'Preferences',
  'Logs',
]);
const MOST_SITES = 50;
const MOST_CONFIGURATIONS = 500;

async function lookAtSiteCache(
  findings: Findings,
  at: { readonly view: CacheRoots['view']; readonly root: string },
): Promise<void> {
  const { view, root } = at;
  const { join } = view.scan.paths;
  const inside = ((await view.list(root)) ?? [])
    .filter(({ kind }) => kind !== 'file')
    .slice(0, MOST_CONFIGURATIONS);
  for (const { name } of inside) {
    if (view.scan.late()) return;
    if (name === 'install') await visitBundleCache(findings, { view, root: join(root, name) });
    else if (name === 'site') await visitInstalled(findings, { view, directory: join(root, name) });
    else if (/^p\w*c\w*\./.test(name))
      await visitInstalled(findings, { view, directory: join(root, name, 'cfg') });
  }
}

async function search(
  scan: Scan,
  at: { readonly findings: Findings; readonly directory: string },
): Promise<void> {
  const { findings, directory } = at;
  const view = viewOf(scan, directory);
  const look = await view?.look(directory);
  if (view === null || look === undefined || look.state !== 'there') {
    if (look?.state !== 'leftAlone') scan.note(directory, 'It was to be searched and is not there');
    return;
  }
  // The package itself was named rather than what holds it.
  const itself =
    scan.paths.name(directory) === 'shotgun_api3'
      ? await readPackage(view, { directory, form: 'loose', metadataVersion: null, core: null })
      : null;
  if (itself !== null) findings.addApi(itself);
  await walk(scan, { findings, directory, ...SEARCH_WALK });
}
