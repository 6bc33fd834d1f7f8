import type { HostFacts } from '@trustfleet/policy';
import {
  configurationAt,
  coreOf,
  wayOf,
  type CoreHostLook,
  type CoreSettings,
  type CoreUpgradeContext,
  type ToolkitUpgradeCoreParameters,
} from '@trustfleet/remedies';
import { messageOf } from '../detail.ts';
import type { CoreAccess } from './ports.ts';
import { digestOf, rootOf, settingsPath } from './standing.ts';

const tankOf = (platform: CoreAccess['platform'], root: string): string =>
  platform === 'windows' ? `${root}\\tank.bat` : `${root}/tank`;

/** What no section holds and a plan needs. */
export async function lookAtHost(
  access: CoreAccess,
  facts: HostFacts,
  { configuration: path, version }: ToolkitUpgradeCoreParameters,
): Promise<CoreUpgradeContext> {
  const { platform } = access;
  const configuration = configurationAt(facts, path);
  if (configuration === null) return { platform, keeper: false };
  const way = wayOf(facts, configuration);
  const places = [path, coreOf(facts, configuration)?.location ?? path];
  const kept = await Promise.all(places.map((place) => access.isKeeper(place)));
  const keeper = kept.every((one) => one);
  const host =
    way.kind === 'tank'
      ? await lookAtTank(access, rootOf(way.core.location))
      : await lookAtSettings(access, path, version);
  return { platform, keeper, host };
}

async function lookAtTank(access: CoreAccess, root: string): Promise<CoreHostLook> {
  const program = tankOf(access.platform, root);
  const runner = await access.tank.runner(root);
  if (runner.kind === 'nobody')
    return { settings: null, notWritable: runner.reason, tank: { program, missing: false } };
  const missing = (await access.files.attributes(program))?.plain !== true;
  return { settings: null, notWritable: null, tank: { program, missing } };
}

async function lookAtSettings(access: CoreAccess, path: string, version: string): Promise<CoreHostLook> {
  try {
    const settings = await readSettings(access, path, version);
    return { settings, notWritable: null, tank: null };
  } catch (error) {
    // Not to be read is not to be written either; the reason is a sentence of the host's.
    return { settings: null, notWritable: messageOf(error), tank: null };
  }
}

async function readSettings(
  access: CoreAccess,
  configuration: string,
  version: string,
): Promise<CoreSettings | null> {
  const path = await settingsPath(access, configuration);
  const bytes = path === null ? null : await access.files.readFile(path);
  if (path === null || bytes === null) return null;
  const edit = access.withVersion(bytes, version);
  if (edit.kind !== 'edited') return { ...edit, path };
  const { line, before, after } = edit;
  const [previous, sha256] = [digestOf(bytes) ?? '', digestOf(edit.bytes) ?? ''];
  return { kind: 'edited', path, previous, sha256, line, before, after };
}
