import type { HostFacts } from '@trustfleet/policy';
import type { PythonEnvironment, PythonPackage } from '@trustfleet/protocol';
import { isSameVersion } from '../package-releases/package-version.ts';
import {
  withReleaseApi,
  withReleaseBundles,
  withReleasePackage,
  type Replaced,
} from '../package-releases/predict.ts';
import type { RemedyEffect } from '../types.ts';
import type { PackageContext } from './context.ts';
import { whyNotUpgraded, type Upgrade } from './refusals.ts';
import type { PythonUpgradePackageParameters } from './schema.ts';

/** The environment and the package in it that the parameters name; null where the facts do not have it. */
export function installedIn(
  facts: HostFacts,
  { python: path, package: name }: Pick<PythonUpgradePackageParameters, 'python' | 'package'>,
): { readonly python: PythonEnvironment; readonly installed: PythonPackage | null } | null {
  const python = facts.pythons?.pythons.find((one) => one.path === path);
  if (python === undefined) return null;
  return { python, installed: python.packages.find((one) => one.name === name) ?? null };
}

/**
 * One package of one Python environment gives way to a newer release. Refuses what pip would refuse, what somebody else manages or
 * shares, and versions that would not help (shotgrid.md §1.1, §1.5, §11.6; python-tls.md §4, §5).
 */
export function upgradePackageEffect(
  facts: HostFacts,
  parameters: PythonUpgradePackageParameters,
  context: PackageContext,
): RemedyEffect {
  const { package: name, version } = parameters;
  const found = installedIn(facts, parameters);
  if (found === null) return notApplicable(`There is no Python ${parameters.python} on this host.`);
  const { python, installed } = found;
  if (installed === null)
    return notApplicable(`${name} is not installed in ${python.path}, so there is nothing to upgrade.`);
  if (isSameVersion(installed.version, version)) return { kind: 'none' };
  const upgrade = { facts, python, installed, parameters, context };
  const reason = whyNotUpgraded(upgrade);
  return reason === null ? change(upgrade) : notApplicable(reason);
}

const notApplicable = (reason: string): RemedyEffect => ({ kind: 'notApplicable', reason });

function change({ facts, python, installed, parameters, context }: Upgrade): RemedyEffect {
  const { package: name, version } = parameters;
  const anchors = name === 'certifi' ? context.certifiRoots(version) : null;
  const replaced: Replaced & { name: string } = {
    ...{ name, version, location: installed.location, anchors },
    release: context.release,
  };
  const after = withReleasePackage(withReleaseBundles(facts, replaced), replaced);
  return {
    kind: 'change',
    facts: name === 'shotgun_api3' ? withReleaseApi(after, replaced) : after,
    changes: [{ kind: 'changePackage', python: python.path, name, from: installed.version, to: version }],
    remark: remarkOn({ facts, python, installed, parameters, context }, anchors),
  };
}

function remarkOn(
  { facts, installed, parameters, context }: Upgrade,
  anchors: readonly string[] | null,
): string | null {
  const { bundle, location } = installed;
  const said: string[] = [];
  if (bundle != null && context.release === null && anchors === null)
    said.push(
      `Which roots ${parameters.package} ${parameters.version} brings is known only once it is there: nothing is foretold of what loads ${bundle}.`,
    );
  const others = (facts.pythons?.pythons ?? []).filter(
    ({ path, packages }) => path !== parameters.python && packages.some((one) => one.location === location),
  );
  if (others.length > 0)
    said.push(
      `It is also imported by ${others
        .map(({ path }) => path)
        .slice(0, 10)
        .join(', ')}.`,
    );
  return said.length === 0 ? null : said.join(' ');
}
