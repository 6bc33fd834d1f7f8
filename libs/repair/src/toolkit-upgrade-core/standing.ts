import { sha256Hex } from '@trustfleet/certificates';
import type { HostFacts } from '@trustfleet/policy';
import type { ToolkitCore } from '@trustfleet/protocol';
import { configurationAt, knownApiOfCore, wayOf } from '@trustfleet/remedies';
import type { CoreAccess } from './ports.ts';

export const digestOf = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : sha256Hex(bytes);

const joined = (platform: CoreAccess['platform'], ...parts: readonly string[]): string =>
  parts.join(platform === 'windows' ? '\\' : '/');

/** `<root>` of `<root>/install/core`. */
export const rootOf = (location: string): string => location.replace(/[/\\]install[/\\]core$/, '');

export const settingsOf = (platform: CoreAccess['platform'], root: string): string =>
  joined(platform, root, 'config', 'core', 'core_api.yml');

export const installOf = (platform: CoreAccess['platform'], root: string): string =>
  joined(platform, root, 'install');

/** `core_api.yml` of a configuration: an installed one has it below `config`, a source beside its own folders (shotgrid.md §2.2). */
export async function settingsPath(access: CoreAccess, configuration: string): Promise<string | null> {
  const source = joined(access.platform, configuration, 'core', 'core_api.yml');
  for (const path of [settingsOf(access.platform, configuration), source])
    if ((await access.files.attributes(path))?.plain === true) return path;
  return null;
}

/** The classic core of a configuration; null where it has none. */
export function classicCore(facts: HostFacts, configuration: string): ToolkitCore | null {
  const found = configurationAt(facts, configuration);
  const way = found === null ? null : wayOf(facts, found);
  return way?.kind === 'tank' ? way.core : null;
}

/** Why the tree of a core is not whole: its parts say different releases (shotgrid.md §2.1, "Traps for a scanner"). */
export function whyMixed(facts: HostFacts, core: ToolkitCore, version: string): string | null {
  if (core.version !== version)
    return `${core.path} says ${core.version ?? 'no version'}, and not ${version}.`;
  const expected = knownApiOfCore(version);
  const apis = facts.shotgrid?.apis.filter((api) => api.core === core.path) ?? [];
  const other = apis.find((api) => expected !== null && api.version !== expected);
  if (other !== undefined)
    return `${core.path} says ${version}, and the shotgun_api3 beside it is ${other.version ?? 'of no version'}, where ${expected ?? ''} belongs: files of two releases are mixed there. Programs that use it may hold files open.`;
  return apis.length === 0 ? `${core.location} says ${version}, and holds no shotgun_api3.` : null;
}

/** Digest of the core's tree, with the rights of whoever owns it; null where nothing is there, or nobody can be relied on. */
export async function treeDigest(access: CoreAccess, location: string): Promise<string | null> {
  const base = installOf(access.platform, rootOf(location));
  const writer = await access.writerOf(base);
  if (writer.kind === 'nobody') return null;
  return (await access.work(writer.account, { do: 'digest', base, name: 'core' })).digest ?? null;
}
