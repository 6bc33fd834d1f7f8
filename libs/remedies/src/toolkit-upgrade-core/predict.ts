import type { HostFacts } from '@trustfleet/policy';
import type { ShotgridSection, ShotgunApi, ToolkitConfiguration, ToolkitCore } from '@trustfleet/protocol';
import { pathBelow } from '../package-releases/predict.ts';
import { apiOfCore, certificatesOfCore, zipsOfCore } from './core-releases.ts';

const byPath = (a: { readonly path: string }, b: { readonly path: string }): number =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : 0;

const join = (base: string, ...parts: readonly string[]): string =>
  [base, ...parts].join(base.includes('\\') ? '\\' : '/');

/** The copies of shotgun_api3 that a core of that version brings (shotgrid.md §1.1, §2.4). Of its CA files nobody has read the bytes yet. */
function apisIn(core: Pick<ToolkitCore, 'location' | 'path' | 'shared'>, version: string): ShotgunApi[] {
  const api = apiOfCore(version);
  if (api === null) return [];
  const common = {
    ...{ version: api, metadataVersion: null, sha256: null, core: core.path, inUse: true },
    shared: core.shared,
  };
  const certificates = certificatesOfCore(version);
  const zips = zipsOfCore(version);
  if (zips === null) {
    const location = join(core.location, 'python', 'tank_vendor', 'shotgun_api3');
    const bundles = [{ path: join(location, 'lib', 'certifi', 'cacert.pem'), sha256: null, certificates }];
    return [
      { ...common, location, path: join(location, 'shotgun.py'), form: 'vendored', zipPython: null, bundles },
    ];
  }
  return zips.map((python): ShotgunApi => {
    const directory = join(core.location, 'requirements', python);
    const location = `${join(directory, 'pkgs.zip')}!shotgun_api3`;
    const extracted = join(directory, 'certs', 'shotgun_api3', 'lib', 'certifi', 'cacert.pem');
    return {
      ...common,
      ...{ location, path: `${location}/shotgun.py`, form: 'zip', zipPython: python },
      bundles: [{ path: extracted, sha256: null, certificates }],
    };
  });
}

function withSection(facts: HostFacts, change: (section: ShotgridSection) => ShotgridSection): HostFacts {
  return facts.shotgrid === undefined ? facts : { ...facts, shotgrid: change(facts.shotgrid) };
}

/** A core that is replaced where it lies, for everybody who runs it. */
export function withCoreReplaced(facts: HostFacts, core: ToolkitCore, version: string): HostFacts {
  const apis = apisIn(core, version);
  const replaced = withSection(facts, (section) => ({
    ...section,
    apis: [...section.apis.filter((api) => api.core !== core.path), ...apis].sort(byPath),
    cores: section.cores.map((one) =>
      one.path === core.path ? { ...one, version, apis: apis.map(({ path }) => path).sort() } : one,
    ),
    configurations: section.configurations.map((one) =>
      one.corePath === core.path && one.kind === 'localized' ? withDescriptor(one, version, true) : one,
    ),
  }));
  return withoutBundles(replaced, core.location);
}

/** The CA files of code that gives way: of those in its place nothing is known, which is neither good nor bad. */
function withoutBundles(facts: HostFacts, location: string): HostFacts {
  if (facts.bundles === undefined) return facts;
  const bundles = facts.bundles.bundles.filter(({ path }) => pathBelow(path, location) === null);
  return { ...facts, bundles: { ...facts.bundles, bundles } };
}

/** Another core for one configuration: the one that lies beside the present one in the bundle cache, or will. */
export function withCoreChosen(
  facts: HostFacts,
  configuration: ToolkitConfiguration,
  version: string,
): HostFacts {
  return withSection(facts, (section) => {
    const old = section.cores.find(({ path }) => path === configuration.corePath) ?? null;
    const next = old === null ? null : nextTo(section, old, version);
    const cores = section.cores
      .filter(({ path }) => path !== next?.path)
      .map((core) => (core.path === old?.path ? withoutUser(core, configuration.path) : core));
    const known = section.apis.some((api) => api.core === next?.path);
    const present = next === null ? cores : [...cores, withUser(next, configuration.path)];
    const apis = [...section.apis, ...(next === null || known ? [] : apisIn(next, version))];
    const used = new Set(present.filter(({ inUse }) => inUse).map(({ path }) => path));
    return {
      ...section,
      cores: present.sort(byPath),
      apis: apis.map((api) => (api.core === null ? api : { ...api, inUse: used.has(api.core) })).sort(byPath),
      configurations: section.configurations.map((one) =>
        one.path === configuration.path
          ? { ...withDescriptor(one, version), corePath: next?.path ?? null }
          : one,
      ),
    };
  });
}

function withoutUser(core: ToolkitCore, user: string): ToolkitCore {
  const usedBy = core.usedBy.filter((one) => one !== user);
  return { ...core, usedBy, inUse: usedBy.length > 0 };
}

const withUser = (core: ToolkitCore, user: string): ToolkitCore => ({
  ...core,
  ...{ usedBy: [...new Set([...core.usedBy, user])].sort(), inUse: true },
});

/** Where the cache keeps that version: the folder beside the present one. Null for a core that lies in no cache. */
function nextTo(section: ShotgridSection, old: ToolkitCore, version: string): ToolkitCore | null {
  const end = /[/\\][^/\\]+$/;
  if (old.kind !== 'bundleCache' || !end.test(old.location)) return null;
  const location = join(old.location.replace(end, ''), version);
  const path = join(location, 'info.yml');
  const known = section.cores.find((core) => core.path === path);
  if (known !== undefined) return known;
  const made = { ...old, location, path, version, usedBy: [] };
  return {
    ...made,
    apis: apisIn(made, version)
      .map((api) => api.path)
      .sort(),
  };
}

/** `released`: as `tank core` writes it anew, from the app store. */
function withDescriptor(
  configuration: ToolkitConfiguration,
  version: string,
  released = false,
): ToolkitConfiguration {
  const { core } = configuration;
  if (released) {
    const text = `sgtk:descriptor:app_store?name=tk-core&version=${version}`;
    return { ...configuration, core: { type: 'app_store', name: 'tk-core', version, text } };
  }
  if (core === null) return configuration;
  const text = core.text.replace(/([?&]version=)[^&]*/, (_, key: string) => `${key}${version}`);
  return { ...configuration, core: { ...core, version, text } };
}
