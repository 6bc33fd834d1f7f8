import { compareVersions, versionNumber } from '@trustfleet/diagnosis';
import type { HostFacts } from '@trustfleet/policy';
import type { PlanChange, ToolkitConfiguration, ToolkitCore } from '@trustfleet/protocol';
import type { RemedyEffect } from '../types.ts';
import type { CoreUpgradeContext } from './context.ts';
import { knownApiOfCore, whyBadCore, whyNotServed } from './core-releases.ts';
import { settingsPatch } from './patch.ts';
import { withCoreChosen, withCoreReplaced } from './predict.ts';
import type { ToolkitUpgradeCoreParameters } from './schema.ts';
import { configurationAt, coreOf, wayOf, type CoreWay } from './way.ts';

interface Upgrade {
  readonly facts: HostFacts;
  readonly configuration: ToolkitConfiguration;
  readonly version: string;
  readonly context: CoreUpgradeContext;
}

const notApplicable = (reason: string): RemedyEffect => ({ kind: 'notApplicable', reason });

/** Brings the core of one configuration to another release, in the one way that this configuration has (shotgrid.md §2.2, §2.3). */
export function upgradeCoreEffect(
  facts: HostFacts,
  { configuration: path, version }: ToolkitUpgradeCoreParameters,
  context: CoreUpgradeContext,
): RemedyEffect {
  const configuration = configurationAt(facts, path);
  if (configuration === null)
    return notApplicable(`There is no pipeline configuration ${path} on this host.`);
  const bad = whyBadCore(version);
  if (bad !== null) return notApplicable(`No host is brought to tk-core ${version}: ${bad}.`);
  const way = wayOf(facts, configuration);
  if (way.kind === 'none') return notApplicable(way.reason);
  return byWay({ facts, configuration, version, context }, way);
}

type KnownWay = Exclude<CoreWay, { kind: 'none' }>;

function byWay(upgrade: Upgrade, way: KnownWay): RemedyEffect {
  const present = way.kind === 'tank' ? way.core.version : (upgrade.configuration.core?.version ?? null);
  if (present === upgrade.version) return alreadyThere(upgrade, way);
  const reason = ofVersion(upgrade, way, present) ?? ofPython(upgrade);
  if (reason !== null) return notApplicable(reason);
  return way.kind === 'propose' ? propose(upgrade, way.source) : ownChange(upgrade, way, present);
}

type OwnWay = Extract<CoreWay, { kind: 'edit' | 'tank' }>;

function ownChange(upgrade: Upgrade, way: OwnWay, present: string | null): RemedyEffect {
  const foreign = ofOwner(upgrade);
  if (foreign !== null) return { kind: 'notApplicable', reason: foreign, state: 'incompatible' };
  const reason = way.kind === 'edit' ? ofSettings(upgrade) : ofTank(upgrade);
  if (reason !== null) return notApplicable(reason);
  return way.kind === 'edit' ? edit(upgrade) : runTank(upgrade, way.core, present);
}

/** A core whose parts are of two releases is none that is there already (shotgrid.md §2.1, "Traps for a scanner"). */
function alreadyThere({ facts, version }: Upgrade, way: CoreWay): RemedyEffect {
  const mixed = way.kind === 'tank' ? mixedTree(facts, way.core, version) : null;
  return mixed === null ? { kind: 'none' } : notApplicable(mixed);
}

/** Why the tree of a core cannot be what its info.yml says; null where nothing speaks against it. */
export function mixedTree(facts: HostFacts, core: ToolkitCore, version: string): string | null {
  const apis = facts.shotgrid?.apis.filter((api) => api.core === core.path) ?? [];
  const expected = knownApiOfCore(version);
  const other = apis.find((api) => api.version !== null && expected !== null && api.version !== expected);
  return other === undefined
    ? null
    : `${core.location} says that it is ${version}, and the shotgun_api3 in it is ${other.version ?? 'unknown'}, where ${expected ?? ''} belongs: an upgrade ended half-way. Close the programs that use it and run tank core there, or put a backup of install/core.backup back.`;
}

function ofVersion(
  { configuration: { path }, version }: Upgrade,
  way: CoreWay,
  present: string | null,
): string | null {
  if (way.kind === 'tank' && (present === null || present === 'HEAD'))
    return `The core of ${path} states no release (${present ?? 'nothing'}): tank core takes that for up to date, and changes nothing.`;
  if (present === null)
    return `${path} states no version of its core, so Toolkit takes the newest one whenever it starts. Name a version in core_api.yml first, if it is to be a certain one.`;
  if (/x/i.test(present))
    return `${path} asks for the newest core that fits ${present}, whenever Toolkit starts. Name a version in core_api.yml first, if it is to be a certain one.`;
  return compareVersions(versionNumber(present), versionNumber(version)) > 0
    ? `${path} has tk-core ${present}, which is newer than ${version}: a core is not taken back to an older one without anybody's saying so. Do that by hand, if it is wanted.`
    : null;
}

/** Where the Python that runs the configuration is known, it has to be served. */
function ofPython({ facts, configuration, version }: Upgrade): string | null {
  const { interpreter } = configuration;
  const python = facts.pythons?.pythons.find(
    ({ path, realPath }) => interpreter !== null && (path === interpreter || realPath === interpreter),
  );
  const reason = python?.version == null ? null : whyNotServed(version, python.version);
  return reason === null ? null : `${configuration.path} is run by ${interpreter ?? ''}. ${reason}.`;
}

function ofOwner({ facts, configuration, context }: Upgrade): string | null {
  const shared = configuration.shared ?? coreOf(facts, configuration)?.shared ?? null;
  if (shared === null || context.keeper) return null;
  return `${configuration.path} lies on a share (${shared.export || shared.type}) that other hosts use too: only a host that its allow-list names keeper of that path changes it.`;
}

function ofSettings({ configuration, context: { host } }: Upgrade): string | null {
  if (host === undefined) return null;
  if (host.notWritable !== null) return host.notWritable;
  if (host.settings === null) return `${configuration.path} has no core_api.yml any more.`;
  if (host.settings.kind === 'refused')
    return `${host.settings.path} is left as it is: ${host.settings.reason}. Change its version by hand.`;
  return null;
}

function ofTank({ configuration: { path }, context: { host, platform }, version }: Upgrade): string | null {
  if (platform === 'windows')
    return `On Windows the agent cannot take the rights of whoever owns ${path}, and runs nothing of it with its own. Its owner runs: tank core --version ${version}`;
  if (host === undefined) return null;
  if (host.notWritable !== null) return host.notWritable;
  return host.tank === null || host.tank.missing
    ? `${path} has no program tank by which its core could be upgraded.`
    : null;
}

/** One line of a file; Toolkit fetches the core itself when it starts. */
function edit({ facts, configuration, version, context: { host, platform } }: Upgrade): RemedyEffect {
  const path = host?.settings?.path ?? settingsPath(configuration.path, platform);
  const sha256 = host?.settings?.kind === 'edited' ? host.settings.sha256 : null;
  return {
    kind: 'change',
    facts: withCoreChosen(facts, configuration, version),
    changes: [{ kind: 'changeFile', path, sha256 }],
    remark: `One version in ${path} changes, from ${configuration.core?.version ?? 'none'} to ${version}. Toolkit fetches that core from its source into the bundle cache when it starts the next time: it has to reach that source then.`,
  };
}

const settingsPath = (path: string, platform: string): string =>
  [path, 'config', 'core', 'core_api.yml'].join(platform === 'windows' ? '\\' : '/');

function runTank(upgrade: Upgrade, core: ToolkitCore, present: string | null): RemedyEffect {
  const { facts, configuration, version, context } = upgrade;
  const root = core.location.replace(/[/\\]install[/\\]core$/, '');
  const users = (facts.shotgrid?.configurations ?? [])
    .filter(({ corePath }) => corePath === core.path)
    .map(({ path }) => path);
  const changes: PlanChange[] = [
    {
      kind: 'runTool',
      argv: [context.host?.tank?.program ?? `${root}/tank`, 'core', '--version', version],
    },
    { kind: 'replaceCode', path: core.location, from: present, to: version },
    { kind: 'changeFile', path: settingsPath(root, context.platform), sha256: null },
  ];
  const others = users.filter((path) => path !== configuration.path);
  const sharing =
    others.length > 0 || configuration.kind === 'sharedCore'
      ? ` Every project that shares this core changes with it: ${[configuration.path, ...others.slice(0, 19)].join(', ')}${others.length > 19 ? ` and ${others.length - 19} more` : ''}${core.shared === null ? '' : ', and those of other hosts'}.`
      : '';
  return {
    kind: 'change',
    facts: withCoreReplaced(facts, core, version),
    changes,
    remark: `tank asks the site and the app store, keeps the old core in install/core.backup, and writes core_api.yml anew.${sharing}`,
  };
}

/** An immutable copy: what is written there would be gone with the next start, and change nothing for anybody else. */
function propose({ facts, configuration, version, context }: Upgrade, source: string): RemedyEffect {
  const { host, platform } = context;
  const path = host?.settings?.path ?? settingsPath(configuration.path, platform);
  return {
    kind: 'change',
    facts,
    changes: [
      {
        ...{ kind: 'propose', path, owner: 'sourceConfiguration' },
        patch: settingsPatch(configuration, version, host?.settings ?? null),
      },
    ],
    remark: `${configuration.path} is a copy of a configuration that lies elsewhere (${source}), and is never written: the version belongs into the core/core_api.yml of that source. Nothing is changed here.`,
  };
}
