import { createView, type View } from './access/view.ts';
import type { FoundConfiguration } from './configurations/found-configuration.ts';
import { cacheFolders } from './cores/descriptor.ts';
import type { FoundCore } from './cores/found-core.ts';
import { readCore } from './cores/read-core.ts';
import type { Findings } from './findings.ts';
import { compare, compareVersions } from './paths.ts';
import type { Scan } from './access/scan.ts';

/** Who runs which core (shotgrid.md §2.1, "only those named by a core_api.yml, a plugin or Desktop start-up are used"). */
export interface Usage {
  /** By the core's info.yml: configurations, plugins and start-up frameworks, sorted. */
  readonly usedBy: ReadonlyMap<string, readonly string[]>;
  /** By the configuration's path: info.yml of the core that it runs. */
  readonly corePath: ReadonlyMap<string, string>;
  /** Cores that configurations elsewhere name as their studio's. */
  readonly shared: ReadonlySet<string>;
}

export async function findUsage(scan: Scan, findings: Findings): Promise<Usage> {
  const users = new Map<string, Set<string>>();
  const corePath = new Map<string, string>();
  const shared = new Set<string>();
  const use = (core: FoundCore, user: string): void => {
    users.set(core.path, (users.get(core.path) ?? new Set()).add(user));
  };
  const sorted = [...findings.configurations.values()].sort((a, b) => compare(a.path, b.path));
  for (const configuration of sorted) {
    const own = await coreInPlace(scan, { findings, configuration });
    const cached = await cachedCores(scan, { findings, configuration });
    // A studio's core decides alone, whatever a core_api.yml beside it says.
    const used = configuration.kind === 'sharedCore' ? own : [...own, ...cached];
    for (const core of used) use(core, configuration.path);
    const [runs] = used;
    if (runs !== undefined) corePath.set(configuration.path, runs.path);
    if (configuration.kind === 'sharedCore') own.forEach((core) => shared.add(core.path));
  }
  for (const { core, framework } of await runningStartups(scan, findings)) use(core, framework);
  for (const core of findings.cores.values())
    for (const plugin of findings.plugins)
      if (scan.paths.isInside(core.location, scan.paths.join(plugin, 'bundle_cache'))) use(core, plugin);
  const usedBy = [...users].map(([path, by]) => [path, [...by].sort(compare)] as const);
  return { usedBy: new Map(usedBy), corePath, shared };
}

/** Its own core, the studio's, or the one that a descriptor of the types `path` and `dev` names. */
async function coreInPlace(
  scan: Scan,
  of: { readonly findings: Findings; readonly configuration: FoundConfiguration },
): Promise<FoundCore[]> {
  const { coreLocation, coreView, path } = of.configuration;
  if (coreLocation === null) return [];
  const core = await coreAt(of.findings, { view: coreView, location: coreLocation });
  if (core === null) scan.note(path, `The core that it names could not be read: ${coreLocation}`);
  return core === null ? [] : [core];
}

async function coreAt(
  findings: Findings,
  at: { readonly view: View; readonly location: string },
): Promise<FoundCore | null> {
  const known = findings.cores.get(at.view.scan.paths.join(at.location, 'info.yml'));
  if (known !== undefined) return known;
  const core = await readCore(at.view, at.location);
  if (core !== null) findings.addCore(core);
  return core;
}

/** In every cache: each person who opens the configuration runs the copy of the own one. The first is the one Toolkit would find first. */
async function cachedCores(
  scan: Scan,
  of: { readonly findings: Findings; readonly configuration: FoundConfiguration },
): Promise<FoundCore[]> {
  const { descriptor, fallbackRoots, coreView, site, view } = of.configuration;
  const wanted = descriptor === null ? null : cacheFolders(descriptor, site);
  if (wanted === null) return [];
  // What was met is met in any order, since directories are entered side by side.
  const met = [...of.findings.otherBundleCaches].sort(([a], [b]) => compare(a, b));
  const theirs = [...of.findings.bundleCaches, ...met].filter(
    ([, cache]) => view.fixed === null || cache.fixed === null || cache.fixed.uid === view.fixed.uid,
  );
  const roots = new Map<string, View>([...fallbackRoots.map((root) => [root, coreView] as const), ...theirs]);
  const cores: FoundCore[] = [];
  for (const [root, cache] of roots) {
    const folder = scan.paths.join(root, ...wanted.folders);
    const version = isExact(wanted.version)
      ? wanted.version
      : await newest(cache, { folder, pattern: wanted.version });
    if (version === null) continue;
    const core = await coreAt(of.findings, { view: cache, location: scan.paths.join(folder, version) });
    if (core !== null) cores.push(core);
  }
  return cores;
}

/** `v1.x.x` and no version at all mean the newest, which is known at run time only: the newest one here is the best guess. */
function isExact(version: string | null): version is string {
  return version !== null && !/^v(\d+\.)*x(\.x)*$/.test(version);
}

async function newest(
  view: View,
  of: { readonly folder: string; readonly pattern: string | null },
): Promise<string | null> {
  const prefix = (of.pattern ?? 'vx').replace(/x.*$/, '');
  const versions = ((await view.list(of.folder)) ?? [])
    .map(({ name }) => name)
    .filter((name) => /^v\d/.test(name) && name.startsWith(prefix));
  return versions.toSorted(compareVersions).at(-1) ?? null;
}

/** Of the versions of the framework that lie side by side, the newest that Desktop has started (`resources/location.yml`, shotgrid.md §2.6). */
async function runningStartups(
  scan: Scan,
  findings: Findings,
): Promise<{ readonly core: FoundCore; readonly framework: string }[]> {
  const { parent, name, join } = scan.paths;
  const groups = new Map<string, { core: FoundCore; framework: string }[]>();
  for (const core of findings.cores.values()) {
    if (core.kind !== 'desktopStartup') continue;
    const framework = parent(parent(core.location));
    const group = groups.get(parent(framework)) ?? [];
    group.push({ core, framework });
    groups.set(parent(framework), group);
  }
  const running: { core: FoundCore; framework: string }[] = [];
  for (const group of groups.values()) {
    const sorted = group.toSorted((a, b) => compareVersions(name(a.framework), name(b.framework)));
    const started: typeof sorted = [];
    for (const one of sorted) {
      const view = createView(scan, one.core.view.fixed);
      if (await view.has(join(one.framework, 'resources', 'location.yml'))) started.push(one);
    }
    const last = started.at(-1) ?? sorted.at(-1);
    if (last !== undefined) running.push(last);
  }
  return running;
}
