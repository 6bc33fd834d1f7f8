import { isAtLeast, isBefore, versionNumber, type VersionNumber } from '@trustfleet/diagnosis';
import type { HostFacts } from '@trustfleet/policy';
import type { PythonEnvironment, PythonPackage } from '@trustfleet/protocol';
import { comparePackageVersions, packageVersionOf } from '../package-releases/package-version.ts';
import { allowsPython } from '../package-releases/requires-python.ts';
import { whyNoApiTarget } from '../package-releases/shotgun-api-target.ts';
import type { PackageContext, PackageHostLook } from './context.ts';
import type { PythonUpgradePackageParameters } from './schema.ts';

/** One package of one Python, and what is asked of it. */
export interface Upgrade {
  readonly facts: HostFacts;
  readonly python: PythonEnvironment;
  readonly installed: PythonPackage;
  readonly parameters: PythonUpgradePackageParameters;
  readonly context: PackageContext;
}

/** The first reason why nothing may or can be changed; null for none. From who owns it, over who manages it, to what is asked for. */
export function whyNotUpgraded(upgrade: Upgrade): string | null {
  return ofOwner(upgrade) ?? ofPlace(upgrade) ?? ofManager(upgrade) ?? ofHost(upgrade) ?? ofVersion(upgrade);
}

function ofOwner({ python, context }: Upgrade): string | null {
  if (python.shared != null && !context.keeper)
    return `${python.path} lies on a share (${python.shared.export || python.shared.type}) that other hosts use too: only a host that its allow-list names keeper of that path changes it.`;
  if (python.facts === 'static')
    return `The agent does not run ${python.path} (${python.notRunBecause ?? 'it was read from its files alone'}), and pip is run by the interpreter itself. Upgrade it by hand as its owner.`;
  return null;
}

/** Parts of paths below which packages lie that another one brought along (shotgrid.md §1.1, `tank_vendor`; pip's `_vendor`). */
const VENDORED = /[\\/](tank_vendor|_vendor|vendor|pkgs\.zip|bundle_cache)([\\/]|$)/;
const SITE = /[\\/](site-packages|dist-packages)$/;

function ofPlace({ installed, parameters }: Upgrade): string | null {
  const { package: name } = parameters;
  if (VENDORED.test(installed.location))
    return `${installed.location} is a copy that another package brought along: an upgrade of that package replaces it (for Toolkit's, toolkit.upgradeCore).`;
  const site = installed.location.replace(/[\\/][^\\/]*$/, '');
  if (SITE.test(site)) return null;
  const advice =
    name === 'shotgun_api3' ? 'Use shotgunApi.replace for it.' : 'Whoever put it there has to replace it.';
  return `${installed.location} is a loose copy outside site-packages, which pip does not know. ${advice}`;
}

function ofManager({ python, installed }: Upgrade): string | null {
  if (python.kind === 'conda')
    return `${python.path} is managed by conda: what pip changes there breaks conda's own records. Upgrade it with conda.`;
  if (/^\/usr\/lib(64)?\//.test(installed.location))
    return `${installed.location} belongs to the system's package manager: upgrade it there (apt-get, dnf, zypper).`;
  if (python.packages.some(({ name }) => name === 'pip')) return null;
  const product = python.product ?? (python.kind === 'dcc' ? 'a product' : null);
  return product === null
    ? `${python.path} has no pip.`
    : `${python.path} is the Python of ${product} and has no pip: its vendor's update, or a bundle that a variable names, is the way.`;
}

function ofHost({ python, parameters, context }: Upgrade): string | null {
  const { host } = context;
  if (host === undefined) return null;
  const { externallyManaged, manager } = host;
  if (externallyManaged !== null)
    return `${python.path} is externally managed (PEP 668): ${externallyManaged}`;
  if (manager !== null)
    return `${parameters.package} in ${python.path} is managed by ${manager}: upgrade it there.`;
  if (host.pip === null) return `${python.path} cannot run its pip.`;
  return host.notWritable ?? FORMS[host.form](python.path);
}

const FORMS: Record<PackageHostLook['form'], (python: string) => string | null> = {
  recorded: () => null,
  'egg-info': () => null,
  distutils: (python) =>
    `It was installed into ${python} by distutils, which kept no list of its files: pip does not replace it.`,
  egg: (python) =>
    `It was installed into ${python} by easy_install as an egg: remove that, and install it with pip.`,
  editable: (python) =>
    `It is an editable installation in ${python}: its code is somebody's working tree, which is changed there.`,
  bare: (python) => `It lies in ${python} without any metadata: whoever copied it there has to replace it.`,
};

/** shotgrid.md and python-tls.md: versions that would help nobody, or harm. */
interface Row {
  /** The oldest that may be put there. */
  readonly least: VersionNumber;
  readonly why: string;
  /** Older Pythons cannot have it, so that it is not asked of them. */
  readonly fromPython: VersionNumber;
  readonly bad?: { readonly from: VersionNumber; readonly before: VersionNumber; readonly why: string };
}
const ROWS: Partial<Record<PythonUpgradePackageParameters['package'], Row>> = {
  // python-tls.md §5, row 2017.01.23.
  certifi: { least: [2017, 1, 23], why: 'older ones hold no Amazon Root CA 1–4', fromPython: [2, 7] },
  // python-tls.md §4, "Version notes"; 2.27.1 is the last for Python below 3.7.
  requests: {
    least: [2, 28, 0],
    why: 'an empty CURL_CA_BUNDLE switches verification off in older ones',
    fromPython: [3, 7],
    bad: {
      from: [2, 32, 0],
      before: [2, 32, 5],
      why: 'it keeps one TLS context for the whole process, which 2.32.5 took back',
    },
  },
  // python-tls.md §4, row httplib2.
  httplib2: { least: [0, 12, 0], why: 'older ones know no HTTPLIB2_CA_CERTS', fromPython: [2, 7] },
  // python-tls.md §4, "Patching packages".
  truststore: { least: [0, 6], why: 'older ones cannot be injected', fromPython: [3, 10] },
};

function ofVersion(upgrade: Upgrade): string | null {
  return ofOrder(upgrade) ?? ofPython(upgrade) ?? ofTarget(upgrade);
}

function ofOrder({ python, installed, parameters }: Upgrade): string | null {
  const { package: name, version } = parameters;
  const [before, after] = [packageVersionOf(installed.version), packageVersionOf(version)];
  const stated = installed.version ?? 'none';
  if (before === null)
    return `${installed.location} states no version (${stated}), so nobody can say whether ${version} is newer.`;
  return after === null || comparePackageVersions(after, before) < 0
    ? `${name} ${stated} is installed in ${python.path}, and ${version} is older: nothing is downgraded.`
    : null;
}

function ofPython({ python, parameters, context }: Upgrade): string | null {
  const requires = context.release?.requiresPython ?? null;
  return allowsPython(requires, python.version) === false
    ? `${parameters.package} ${parameters.version} requires Python ${requires ?? ''}, and ${python.path} is ${python.version ?? 'of an unknown version'}.`
    : null;
}

function ofTarget({ facts, python, installed, parameters }: Upgrade): string | null {
  const { package: name, version } = parameters;
  if (name === 'shotgun_api3') return whyNoApiTarget(version, usersOf(facts, installed, python));
  const row = ROWS[name];
  return row === undefined ? null : ofRow(row, { name, version, python });
}

/** Versions of the Pythons that import this very copy. */
function usersOf(facts: HostFacts, installed: PythonPackage, python: PythonEnvironment): string[] {
  const pythons = [python, ...(facts.pythons?.pythons ?? [])];
  const users = pythons.filter(({ packages }) =>
    packages.some(({ name, location }) => name === installed.name && location === installed.location),
  );
  return [...new Set(users.flatMap((one) => one.version ?? []))];
}

function ofRow(
  { least, why, fromPython, bad }: Row,
  { name, version, python }: { name: string; version: string; python: PythonEnvironment },
): string | null {
  const [wanted, runs] = [versionNumber(version), versionNumber(python.version)];
  if (bad !== undefined && isAtLeast(wanted, bad.from) && isBefore(wanted, bad.before))
    return `${name} ${version} is a release to leave out: ${bad.why}.`;
  if (name === 'truststore' && isBefore(runs, fromPython))
    return `truststore needs Python ${fromPython.join('.')}, and ${python.path} is ${python.version ?? 'older'}.`;
  if (isBefore(wanted, least) && !isBefore(runs, fromPython))
    return `${name} ${version} would not help: ${why}. Take ${least.join('.')} or later.`;
  return null;
}
