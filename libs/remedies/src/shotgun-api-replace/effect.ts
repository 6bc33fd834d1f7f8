import type { HostFacts } from '@trustfleet/policy';
import type { ShotgunApi } from '@trustfleet/protocol';
import {
  comparePackageVersions,
  isSameVersion,
  packageVersionOf,
} from '../package-releases/package-version.ts';
import { withReleaseApi, withReleaseBundles, withReleasePackage } from '../package-releases/predict.ts';
import { allowsPython } from '../package-releases/requires-python.ts';
import { whyNoApiTarget } from '../package-releases/shotgun-api-target.ts';
import type { RemedyEffect } from '../types.ts';
import type { ApiContext } from './context.ts';
import type { ShotgunApiReplaceParameters } from './schema.ts';

interface Replacement {
  readonly facts: HostFacts;
  readonly api: ShotgunApi;
  readonly parameters: ShotgunApiReplaceParameters;
  readonly context: ApiContext;
}

/** The copy that a path names: by its directory, or by the file that states its version; of a single file also the package that took its place. */
export function apiAt(facts: HostFacts, path: string): ShotgunApi | null {
  const apis = facts.shotgrid?.apis ?? [];
  const named = apis.find((api) => api.location === path || api.path === path);
  return named ?? apis.find(({ location }) => `${location}.py` === path) ?? null;
}

/** Where the release will lie: a package takes the place of the single file of 3.0.2–3.0.7 beside it (shotgrid.md §1.1). */
export const newLocationOf = ({ form, location }: Pick<ShotgunApi, 'form' | 'location'>): string =>
  form === 'singleFile' ? location.replace(/\.py$/, '') : location;

/** A loose copy of shotgun_api3 gives way to another release as a whole (shotgrid.md §1.1, §1.5, §11.6). */
export function replaceApiEffect(
  facts: HostFacts,
  parameters: ShotgunApiReplaceParameters,
  context: ApiContext,
): RemedyEffect {
  const { path, version } = parameters;
  const api = apiAt(facts, path);
  if (api === null) return notApplicable(`There is no copy of shotgun_api3 in ${path} on this host.`);
  if (isSameVersion(api.version, version)) return { kind: 'none' };
  const replacement = { facts, api, parameters, context };
  const reason = ofForm(api) ?? ofOwner(replacement) ?? ofRelease(replacement) ?? ofVersion(replacement);
  return reason === null ? change(replacement) : notApplicable(reason);
}

const notApplicable = (reason: string): RemedyEffect => ({ kind: 'notApplicable', reason });

function ofForm({ form, location, core }: ShotgunApi): string | null {
  if (form === 'pip' || form === 'egg')
    return `${location} was installed as a package: python.upgradePackage replaces it.`;
  if (form === 'vendored' || form === 'zip')
    return `${location} belongs to a Toolkit core (${core ?? 'its folder'}), which is tested with that copy: toolkit.upgradeCore replaces both.`;
  return null;
}

function ofOwner({ api, context, parameters }: Replacement): string | null {
  const { host, keeper } = context;
  if (api.shared !== null && !keeper)
    return `${api.location} lies on a share (${api.shared.export || api.shared.type}) that other hosts use too: only a host that its allow-list names keeper of that path changes it.`;
  if (host === undefined) return null;
  if (host.checkout !== null)
    return `${api.location} is part of the git checkout ${host.checkout}: whoever works in it takes the release there (git fetch --tags, git checkout v${parameters.version}).`;
  if (host.inTheWay !== null)
    return `${host.inTheWay} is in the way of the new release. Look whose it is, and remove it if nobody needs it.`;
  return host.notWritable;
}

/** The bytes of the order have to be what it says they are. */
function ofRelease({ context, parameters }: Replacement): string | null {
  const { release, releaseVersion } = context;
  if (release === null || isSameVersion(releaseVersion, parameters.version)) return null;
  return `The archive of the order holds shotgun_api3 ${releaseVersion ?? 'without a version'}, and the order names ${parameters.version}.`;
}

function ofVersion({ facts, api, parameters, context }: Replacement): string | null {
  const [before, after] = [packageVersionOf(api.version), packageVersionOf(parameters.version)];
  if (before === null)
    return `${api.path} states no version (${api.version ?? 'none'}), so nobody can say whether ${parameters.version} is newer.`;
  if (after === null || comparePackageVersions(after, before) < 0)
    return `${api.location} is ${api.version ?? ''}, and ${parameters.version} is older: nothing is downgraded.`;
  const pythons = usersOf(facts, api).map(({ version }) => version);
  const requires = context.release?.requiresPython ?? null;
  const tooOld = pythons.find((python) => allowsPython(requires, python) === false);
  if (tooOld !== undefined)
    return `shotgun_api3 ${parameters.version} requires Python ${requires ?? ''}, and ${tooOld} uses this copy.`;
  return whyNoApiTarget(parameters.version, pythons);
}

/** Pythons that import this very copy, with their versions. */
function usersOf({ pythons }: HostFacts, { location }: ShotgunApi): { path: string; version: string }[] {
  return (pythons?.pythons ?? []).flatMap(({ path, version, packages }) =>
    version !== null && packages.some((one) => one.name === 'shotgun_api3' && one.location === location)
      ? [{ path, version }]
      : [],
  );
}

function change({ facts, api, parameters, context }: Replacement): RemedyEffect {
  const { version } = parameters;
  const replaced = {
    ...{ name: 'shotgun_api3', location: api.location, newLocation: newLocationOf(api) },
    ...{ version, release: context.release },
  };
  const users = usersOf(facts, api);
  return {
    kind: 'change',
    facts: withReleaseApi(withReleasePackage(withReleaseBundles(facts, replaced), replaced), replaced),
    changes: [{ kind: 'replaceCode', path: api.location, from: api.version, to: version }],
    remark:
      users.length > 0
        ? null
        : `No Python is known to import ${api.location} by itself: who names it in PYTHONPATH was not compared with what ${version} needs.`,
  };
}
