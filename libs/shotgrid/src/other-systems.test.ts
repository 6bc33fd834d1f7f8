import { shotgridSection } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { discoverShotgrid } from './discover-shotgrid.ts';
import { caFile, coreApi, shotgunPy, zippedApi } from './testing/layouts.ts';
import { memoryPorts, type MemoryMachine } from './testing/memory-ports.ts';
import { makeZip } from '@trustfleet/certificates/testing';
import type { DiscoverShotgridOptions, ShotgridResult } from './types.ts';

async function discover(
  machine: MemoryMachine,
  more: Partial<DiscoverShotgridOptions> = {},
): Promise<ShotgridResult> {
  const result = await discoverShotgrid(memoryPorts(machine), {
    ...{ processEnv: {}, sites: [], search: [], readNetwork: [] },
    ...more,
  });
  expect(shotgridSection.parse(result.section)).toEqual(result.section);
  return result;
}

const api = (directory: string, version: string, separator = '\\'): Record<string, string> => ({
  [[directory, 'shotgun_api3', 'shotgun.py'].join(separator)]: shotgunPy(version),
  [[directory, 'shotgun_api3', 'lib', 'certifi', 'cacert.pem'].join(separator)]: caFile(2),
});

describe('on Windows', () => {
  const APPDATA = 'C:\\Users\\alice\\AppData\\Roaming';
  const SITES = 'C:\\Program Files\\Shotgun\\Python3\\Lib\\site-packages';
  const CORE = `${APPDATA}\\Shotgun\\bundle_cache\\app_store\\tk-core`;
  const CFG = `${APPDATA}\\Shotgun\\studio\\p1c2.basic.desktop\\cfg`;
  const DESKTOP =
    'C:\\Program Files\\Shotgun\\Resources\\Desktop\\Python\\tk-framework-desktopstartup\\v2.4.1';
  const files = {
    ...api(SITES, '3.8.4'),
    [`${SITES}\\shotgun_api3-3.8.5.dist-info\\METADATA`]: 'Version: 3.8.5\r\n\r\n',
    [`${CORE}\\v0.23.8\\info.yml`]: 'version: "v0.23.8"\r\n',
    [`${CORE}\\v0.23.8\\python\\tank_vendor\\__init__.py`]: '',
    [`${CORE}\\v0.23.8\\requirements\\3.11\\pkgs.zip`]: makeZip(zippedApi('3.10.0')),
    [`${CORE}\\v0.22.4\\info.yml`]: 'version: "v0.22.4"\r\n',
    ...api(`${CORE}\\v0.22.4\\python\\tank_vendor`, '3.8.4'),
    [`${CFG}\\config\\core\\core_api.yml`]: coreApi('v0.23.8'),
    [`${CFG}\\config\\core\\interpreter_Windows.cfg`]: '%ProgramFiles%\\Shotgun\\Python3\\python.exe\r\n',
    [`${DESKTOP}\\python\\tk-core\\info.yml`]: 'version: "v0.22.2"\n',
    ...api(`${DESKTOP}\\python\\tk-core\\python\\tank_vendor`, '3.8.2'),
    'D:\\show\\config\\core\\pipeline_configuration.yml': 'pc_id: 1\n',
    'D:\\show\\install\\core\\core_Windows.cfg': 'Z:\\studio\r\n',
    'D:\\show\\install\\core\\core_Linux.cfg': '/studio\n',
  };
  const options = {
    processEnv: { APPDATA, USERPROFILE: 'C:\\Users\\alice', ProgramFiles: 'C:\\Program Files' },
    sites: [{ directory: SITES, python: 'C:\\Program Files\\Shotgun\\Python3\\python.exe' }],
    search: ['D:\\show'],
  };

  it('finds Desktop, the cache in the profile, and configurations, in the paths of that system', async () => {
    const { section, interpreters } = await discover({ platform: 'windows', files }, options);

    expect(section.apis.map(({ path, version, form, inUse }) => [path, version, form, inUse])).toEqual(
      [
        [
          `${DESKTOP}\\python\\tk-core\\python\\tank_vendor\\shotgun_api3\\shotgun.py`,
          '3.8.2',
          'vendored',
          true,
        ],
        [`${SITES}\\shotgun_api3\\shotgun.py`, '3.8.4', 'pip', true],
        [`${CORE}\\v0.22.4\\python\\tank_vendor\\shotgun_api3\\shotgun.py`, '3.8.4', 'vendored', false],
        [`${CORE}\\v0.23.8\\requirements\\3.11\\pkgs.zip!shotgun_api3/shotgun.py`, '3.10.0', 'zip', true],
      ].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    );
    expect(section.cores.map(({ kind, version, inUse }) => [kind, version, inUse])).toEqual([
      ['desktopStartup', 'v0.22.2', true],
      ['bundleCache', 'v0.22.4', false],
      ['bundleCache', 'v0.23.8', true],
    ]);
    expect(section.configurations).toMatchObject([
      { path: CFG, kind: 'bootstrapped', corePath: `${CORE}\\v0.23.8\\info.yml` },
      { path: 'D:\\show', kind: 'sharedCore', corePath: null },
    ]);
    expect(interpreters).toEqual(['C:\\Program Files\\Shotgun\\Python3\\python.exe']);
  });

  it('leaves a network drive alone', async () => {
    const { section } = await discover({ platform: 'windows', files }, options);

    expect(section.problems).toEqual([
      {
        path: 'D:\\show',
        reason: 'The core that it names could not be read: Z:\\studio\\install\\core',
      },
      {
        path: 'Z:\\studio\\config\\core\\interpreter_Windows.cfg',
        reason: 'Lies on a network mount (network drive) and is left alone, as 2 more paths there are',
      },
    ]);
  });

  it("does not open a person's profile with the rights of a service", async () => {
    const users = [{ name: 'alice', uid: 1001, gid: 1001, home: 'C:\\Users\\alice', person: true }];
    const service = { ...options, processEnv: { ProgramFiles: 'C:\\Program Files' }, search: ['C:\\Users'] };

    const { section } = await discover({ platform: 'windows', files, users }, service);

    expect(section.apis.filter(({ path }) => path.startsWith('C:\\Users'))).toEqual([]);
    expect(section.problems).toEqual([
      {
        path: 'C:\\Users\\alice',
        reason: "It lies in a person's home, which this agent cannot open with that person's rights",
      },
    ]);
  });
});

describe('on macOS', () => {
  const HOME = '/Users/alice';
  const CACHE = `${HOME}/Library/Caches/Shotgun`;
  const APP =
    '/Applications/Shotgun.app/Contents/Resources/Desktop/Python/tk-framework-desktopstartup/v2.5.3/python/tk-core';

  it('finds the app, the caches and the persistent folder', async () => {
    const legacy = `${HOME}/Library/Application Support/Shotgun/studio.shotgunstudio.com/site`;
    const files = {
      [`${APP}/info.yml`]: 'version: v0.23.6\n',
      ...api(`${APP}/python/tank_vendor`, '3.10.0', '/'),
      [`${CACHE}/bundle_cache/app_store/tk-core/v0.21.7/info.yml`]: 'version: v0.21.7\n',
      ...api(`${CACHE}/bundle_cache/app_store/tk-core/v0.21.7/python/tank_vendor`, '3.6.2', '/'),
      [`${CACHE}/studio/p1c2.basic.maya/cfg/config/core/core_api.yml`]: coreApi('v0.21.7'),
      [`${legacy}/config/core/pipeline_configuration.yml`]: 'pc_id: 1\n',
      [`${legacy}/install/core/core_Darwin.cfg`]: '$HOME/core',
      [`${HOME}/core/install/core/info.yml`]: 'version: v0.18.172\n',
      ...api(`${HOME}/core/install/core/python/tank_vendor`, '3.0.39', '/'),
    };
    const users = [{ name: 'alice', uid: 501, gid: 20, home: HOME, person: true }];

    const { section } = await discover({ platform: 'macos', files, users, uid: 501 });

    expect(section.cores.map(({ kind, version, inUse }) => [kind, version, inUse])).toEqual([
      ['desktopStartup', 'v0.23.6', true],
      ['bundleCache', 'v0.21.7', true],
      ['shared', 'v0.18.172', true],
    ]);
    expect(section.apis).toHaveLength(3);
    expect(section.problems).toEqual([]);
  });
});
