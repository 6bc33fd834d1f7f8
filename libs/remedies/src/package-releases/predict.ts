import type { HostFacts } from '@trustfleet/policy';
import type { InventoryBundle, ShotgunApi } from '@trustfleet/protocol';
import type { ReleaseBundle, ReleaseFacts } from './release.ts';

/** Code of one directory (or a single file) that gives way to a release. */
export interface Replaced {
  /** Where it lies now; where the release will lie, if that is elsewhere. */
  readonly location: string;
  readonly newLocation?: string;
  readonly version: string;
  /** Null where nobody has read it yet. */
  readonly release: ReleaseFacts | null;
  /** Anchors of its only CA file, where `release` is null and a catalogue knows them. */
  readonly anchors?: readonly string[] | null;
}

/** What follows the directory in a path below it, parts divided by `/`; null for what is not below it. */
export function pathBelow(path: string, location: string): string | null {
  const slashed = (text: string): string => text.replaceAll('\\', '/');
  const [whole, start] = [slashed(path), `${slashed(location)}/`];
  return whole.startsWith(start) ? whole.slice(start.length) : null;
}

/**
 * The bundles as the next scan should find them. Of a CA file whose content is not known yet nothing is said: it is left out, which is
 * neither good nor bad.
 */
export function withReleaseBundles(facts: HostFacts, replaced: Replaced): HostFacts {
  if (facts.bundles === undefined) return facts;
  const bundles = facts.bundles.bundles.flatMap((bundle) => remade(bundle, replaced));
  return { ...facts, bundles: { ...facts.bundles, bundles } };
}

function remade(bundle: InventoryBundle, replaced: Replaced): InventoryBundle[] {
  const { location, release, version, anchors } = replaced;
  const path = pathBelow(bundle.path, location) ?? pathBelow(bundle.realPath ?? '', location);
  if (path === null) return [bundle];
  const provenance = bundle.provenance.map((one) => ('version' in one ? { ...one, version } : one));
  const content = release?.bundles.find((one) => one.path === path);
  if (content !== undefined) return [{ ...bundle, ...contentOf(content), detail: null, provenance }];
  if (release !== null || anchors == null) return [];
  const known = { ...READ, anchors: [...anchors].sort() };
  return [{ ...bundle, ...known, provenance }];
}

const READ = {
  ...{ state: 'read', detail: null, sha256: null, size: null },
  ...{ problems: [], opensslAccepts: true },
} as const satisfies Partial<InventoryBundle>;

function contentOf(bundle: ReleaseBundle): Omit<ReleaseBundle, 'path'> {
  const { state, sha256, size, anchors, problems, opensslAccepts } = bundle;
  return { state, sha256, size, anchors, problems, opensslAccepts };
}

/** The copy of shotgun_api3 as the next scan should find it. */
export function withReleaseApi(facts: HostFacts, replaced: Replaced): HostFacts {
  if (facts.shotgrid === undefined) return facts;
  const { location, version, release } = replaced;
  const made: ShotgunApi[] = [];
  const apis = facts.shotgrid.apis.map((api) => {
    if (api.location !== location) return api;
    made.push(remadeApi(api, replaced, version));
    return made.at(-1) ?? api;
  });
  const after = { ...facts, shotgrid: { ...facts.shotgrid, apis } };
  return release === null
    ? after
    : made.reduce<HostFacts>((all, api) => withNewBundles(all, api, release), after);
}

/** CA files of the release where no such file lay before, as certifi from 3.2.6 on (shotgrid.md §1.2): the next scan finds them too. */
function withNewBundles(facts: HostFacts, api: ShotgunApi, release: ReleaseFacts): HostFacts {
  if (facts.bundles === undefined) return facts;
  const { bundles } = facts.bundles;
  const known = new Set(
    bundles.flatMap(({ path, realPath, otherPaths = [] }) => [path, realPath, ...otherPaths]),
  );
  const added = release.bundles.flatMap((content): InventoryBundle[] => {
    const path = bundlePath(api.location, content.path);
    if (known.has(path)) return [];
    const provenance: InventoryBundle['provenance'] = [
      { kind: 'shotgunApi', api: api.path, version: api.version },
    ];
    return [{ path, realPath: path, ...contentOf(content), detail: null, provenance }];
  });
  if (added.length === 0) return facts;
  const all = [...bundles, ...added].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { ...facts, bundles: { ...facts.bundles, bundles: all } };
}

const bundlePath = (location: string, below: string): string => {
  const separator = location.includes('\\') ? '\\' : '/';
  return [location, ...below.split('/')].join(separator);
};

function remadeApi(api: ShotgunApi, { release, newLocation }: Replaced, version: string): ShotgunApi {
  const location = newLocation ?? api.location;
  const at = (path: string): string => bundlePath(location, path);
  return {
    ...api,
    version,
    location,
    path: api.form === 'singleFile' ? at('shotgun.py') : api.path,
    form: api.form === 'singleFile' ? 'loose' : api.form,
    metadataVersion: api.form === 'pip' ? version : null,
    sha256: release?.codeSha256 ?? null,
    bundles: (release?.bundles ?? []).map(({ path, sha256, anchors }) => ({
      ...{ path: at(path), sha256, certificates: anchors.length },
    })),
  };
}

/** Every Python that imports it from there, as the next scan should find it. */
export function withReleasePackage(
  facts: HostFacts,
  replaced: Replaced & { readonly name: string },
): HostFacts {
  if (facts.pythons === undefined) return facts;
  const { location, name, newLocation, version } = replaced;
  const pythons = facts.pythons.pythons.map((python) => ({
    ...python,
    packages: python.packages.map((one) =>
      one.name === name && one.location === location
        ? { ...one, version, location: newLocation ?? location }
        : one,
    ),
  }));
  return { ...facts, pythons: { ...facts.pythons, pythons } };
}
