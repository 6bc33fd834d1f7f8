import { shotgridSection, type ShotgridSection } from '@trustfleet/protocol';
import type { Scan } from './access/scan.ts';
import type { FoundApi } from './apis/found-api.ts';
import type { FoundConfiguration } from './configurations/found-configuration.ts';
import { describeDescriptor } from './cores/descriptor.ts';
import type { FoundCore } from './cores/found-core.ts';
import type { Findings } from './findings.ts';
import { compare } from './paths.ts';
import type { ShotgridResult } from './types.ts';
import type { Usage } from './usage.ts';

type Api = ShotgridSection['apis'][number];
type Core = ShotgridSection['cores'][number];
type Configuration = ShotgridSection['configurations'][number];

/** What the section takes. */
const LIMITS = { apis: 1000, cores: 500, configurations: 500, apisOfCore: 16, usedBy: 200 } as const;
const MOST_WATCHED = 1000;

/** Everything in order of its path, so that the same machine gives the same section. */
export function buildResult(
  scan: Scan,
  found: { readonly findings: Findings; readonly usage: Usage },
): ShotgridResult {
  const { findings, usage } = found;
  const cores = [...findings.cores.values()].sort(byPath);
  const inUse = new Map(cores.map((core) => [core.path, isInUse(core, usage)]));
  const apis = [...findings.apis.values()].sort(byPath);
  const configurations = [...findings.configurations.values()].sort(byPath);
  const used = apis.filter((api) => api.core === null || inUse.get(api.core) === true);
  const shares = scan.shares.states();
  const section = {
    apis: cut(scan, 'apis', apis).map((api) => wireApi(api, inUse)),
    cores: cut(scan, 'cores', cores).map((core) => wireCore(core, { findings, usage, scan })),
    configurations: cut(scan, 'configurations', configurations).map((one) => wireConfiguration(one, usage)),
    problems: scan.problems(),
    ...(shares === undefined ? {} : { shares }),
  };
  return {
    section: shotgridSection.parse(section),
    bundles: used.flatMap(bundlesOf).sort(byPath),
    interpreters: [...new Set(configurations.flatMap(({ interpreter }) => interpreter ?? []))]
      .filter((path) => scan.paths.isAbsolute(path))
      .sort(compare),
    watch: watched(scan, { findings, apis: used, cores, configurations }),
  };
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return compare(a.path, b.path);
}

function cut<T>(scan: Scan, name: 'apis' | 'cores' | 'configurations', all: readonly T[]): readonly T[] {
  if (all.length > LIMITS[name])
    scan.note(scan.root, `Only the first ${LIMITS[name]} of ${all.length} ${name} are kept`);
  return all.slice(0, LIMITS[name]);
}

/** A copy in the cache is, when something names it; a backup never (shotgrid.md §2.1, "Traps"). */
function isInUse({ kind, path }: FoundCore, usage: Usage): boolean {
  if (kind === 'backup') return false;
  return kind !== 'bundleCache' && kind !== 'desktopStartup' ? true : usage.usedBy.has(path);
}

function wireApi(api: FoundApi, inUse: ReadonlyMap<string, boolean>): Api {
  const { path, location, form, version, metadataVersion, sha256, core, zipPython, shared } = api;
  return {
    ...{ path, location, form, version, metadataVersion, sha256, core, zipPython, shared },
    bundles: [...api.bundles].sort(byPath),
    inUse: api.core === null || inUse.get(api.core) === true,
  };
}

function wireCore(core: FoundCore, from: { findings: Findings; usage: Usage; scan: Scan }): Core {
  const { path, location, version, shared } = core;
  const kind = from.usage.shared.has(path) && core.kind !== 'backup' ? 'shared' : core.kind;
  return {
    ...{ path, location, version, shared, kind },
    apis: apisOf(core, from).slice(0, LIMITS.apisOfCore),
    inUse: isInUse(core, from.usage),
    usedBy: (from.usage.usedBy.get(path) ?? []).slice(0, LIMITS.usedBy),
  };
}

/** Toolkit from pip without a copy of its own uses the one beside it. */
function apisOf(core: FoundCore, from: { findings: Findings; scan: Scan }): string[] {
  const { join, parent } = from.scan.paths;
  const beside = join(parent(core.location), 'shotgun_api3', 'shotgun.py');
  if (core.kind === 'pip' && core.apis.length === 0 && from.findings.apis.has(beside)) return [beside];
  return core.apis.map(({ path }) => path).sort(compare);
}

function wireConfiguration(configuration: FoundConfiguration, usage: Usage): Configuration {
  const { path, kind, descriptor, site, keys, interpreter, shared } = configuration;
  return {
    ...{ path, kind, site, interpreter, shared, keys: [...keys] },
    core: descriptor === null ? null : describeDescriptor(descriptor),
    corePath: usage.corePath.get(path) ?? null,
  };
}

function bundlesOf(api: FoundApi): ShotgridResult['bundles'][number][] {
  return api.onDisk.map(({ path, reader }) => ({
    path,
    api: api.path,
    version: api.version,
    readAs: reader,
  }));
}

/** What lies on a share is not watched: each look may take seconds. */
function watched(
  scan: Scan,
  of: {
    readonly findings: Findings;
    readonly apis: readonly FoundApi[];
    readonly cores: readonly FoundCore[];
    readonly configurations: readonly FoundConfiguration[];
  },
): string[] {
  const { join } = scan.paths;
  const local = <T extends { readonly shared: unknown }>(all: readonly T[]): readonly T[] =>
    all.filter(({ shared }) => shared === null);
  const files = [
    ...local(of.apis).flatMap((api) => [api.path.replace(/!.*$/, ''), ...api.onDisk.map(({ path }) => path)]),
    ...local(of.cores).map(({ path }) => path),
    ...local(of.configurations).flatMap(({ path }) =>
      ['core_api.yml', 'shotgun.yml'].map((name) => join(path, 'config', 'core', name)),
    ),
  ];
  return [...new Set([...files, ...of.findings.watched])].sort(compare).slice(0, MOST_WATCHED);
}
