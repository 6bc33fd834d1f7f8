import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discoverOn, site, type Discovered } from '../testing/discover.ts';
import { makeTestHost, type TestHost } from '../testing/host.ts';
import { coreApi, putApi, putConfiguration, putCore, putZippedCore } from '../testing/layouts.ts';

let host: TestHost;
beforeEach(() => {
  host = makeTestHost();
});
afterEach(() => {
  host.remove();
});

const searched = (path = ''): Promise<Discovered> => discoverOn(host, { search: [host.at(path)] });
const summary = ({ cores }: Discovered): unknown[] =>
  Object.entries(cores).map(([path, { kind, version, inUse }]) => [path, kind, version, inUse]);

describe('the copies that a core vendors', () => {
  it.each([
    ['≤ v0.12.4, one folder deeper', { version: 'v0.12.4', old: true }, 'core/python/tank_vendor'],
    ['≤ v0.23.6', { version: 'v0.22.4', old: false }, 'python/tank_vendor'],
  ])('%s', async (_what, of, vendor) => {
    const core = putCore(host, 'opt/tk-core', { ...of, api: '3.8.4' });

    const { apis, cores } = await searched();

    const path = `opt/tk-core/${vendor}/shotgun_api3/shotgun.py`;
    expect(apis).toMatchObject({ [path]: { form: 'vendored', version: '3.8.4', core, inUse: true } });
    expect(Object.keys(apis)).toHaveLength(1);
    expect(cores).toMatchObject({
      'opt/tk-core/info.yml': {
        kind: 'checkout',
        version: of.version,
        apis: [host.at(path)],
        location: host.at('opt/tk-core'),
      },
    });
  });

  it('≥ v0.23.7: one in the zip of each Python, with the CA file that is really loaded', async () => {
    const core = putZippedCore(host, 'opt/tk-core', {
      version: 'v0.23.8',
      apis: { '3.7': '3.9.0', '3.11': '3.10.0' },
    });

    const { apis, cores, result } = await searched();

    const zip = (python: string): string => host.at(`opt/tk-core/requirements/${python}/pkgs.zip`);
    const certs = (python: string): string =>
      host.at(`opt/tk-core/requirements/${python}/certs/shotgun_api3/lib/certifi/cacert.pem`);
    expect(Object.values(apis)).toMatchObject(
      [
        ['3.11', '3.10.0'],
        ['3.7', '3.9.0'],
      ].map(([python = '', version]) => ({
        path: `${zip(python)}!shotgun_api3/shotgun.py`,
        location: `${zip(python)}!shotgun_api3`,
        ...{ form: 'zip', zipPython: python, version, core },
        bundles: [
          { path: certs(python), certificates: 4 },
          { path: `${zip(python)}!shotgun_api3/lib/certifi/cacert.pem`, certificates: 4 },
          { path: `${zip(python)}!shotgun_api3/lib/httplib2/cacerts.txt`, certificates: 1 },
        ],
      })),
    );
    expect(Object.values(cores)).toMatchObject([{ apis: Object.values(apis).map(({ path }) => path) }]);
    expect(result.bundles.map(({ path }) => path)).toEqual([certs('3.11'), certs('3.7')]);
  });

  it('of an upgrade that left half of the old one', async () => {
    putCore(host, 'opt/tk-core', { version: 'v0.23.8', api: '3.8.4' });
    putZippedCore(host, 'opt/tk-core', { version: 'v0.23.8', apis: { '3.11': '3.10.0' } });

    const { cores, apis } = await searched();

    expect(Object.values(apis).map(({ version }) => version)).toEqual(['3.8.4', '3.10.0']);
    expect(Object.values(cores)).toMatchObject([
      { version: 'v0.23.8', apis: [expect.any(String), expect.any(String)] },
    ]);
  });
});

describe('a core', () => {
  it('of a checkout has the version HEAD; one of the app store may have its own only in the folder', async () => {
    putCore(host, 'opt/src/tk-core', { version: 'HEAD' });
    putCore(host, 'opt/bundle_cache/app_store/tk-core/v0.20.17', { version: 'HEAD' });
    putCore(host, 'opt/bundle_cache/app_store/tk-core/v0.21.0', { version: 'v0.21.0' });
    putCore(host, 'opt/bundle_cache/git/tk-core.git/v0.18.3', { version: 'HEAD' });
    putCore(host, 'opt/bundle_cache/gitbranch/tk-core.git/17fedd8', { version: 'HEAD' });
    putCore(host, 'opt/bundle_cache/github/studio/tk-core/v0.23.1', { version: 'HEAD' });
    putCore(host, 'opt/bundle_cache/sg/studio/v456', { version: 'v0.19.0' });

    expect(summary(await searched())).toEqual([
      ['opt/bundle_cache/app_store/tk-core/v0.20.17/info.yml', 'bundleCache', 'v0.20.17', false],
      ['opt/bundle_cache/app_store/tk-core/v0.21.0/info.yml', 'bundleCache', 'v0.21.0', false],
      ['opt/bundle_cache/git/tk-core.git/v0.18.3/info.yml', 'bundleCache', 'v0.18.3', false],
      ['opt/bundle_cache/gitbranch/tk-core.git/17fedd8/info.yml', 'bundleCache', 'HEAD', false],
      ['opt/bundle_cache/github/studio/tk-core/v0.23.1/info.yml', 'bundleCache', 'v0.23.1', false],
      ['opt/bundle_cache/sg/studio/v456/info.yml', 'bundleCache', 'v0.19.0', false],
      ['opt/src/tk-core/info.yml', 'checkout', 'HEAD', true],
    ]);
  });

  it('is no app: those have the same manifest', async () => {
    host.put('opt/bundle_cache/app_store/tk-multi-publish2/v2.6.5/info.yml', 'version: "v2.6.5"\n');
    host.put('opt/bundle_cache/app_store/tk-multi-publish2/v2.6.5/python/app.py', '');
    host.put('opt/apps/tk-core-extras/info.yml', 'version: "v1"\n');
    host.directory('opt/apps/tk-core-extras/python/extras');

    expect(summary(await searched())).toEqual([]);
  });

  it('without a manifest is none: only its copy of the API is told', async () => {
    putApi(host, 'opt/tk-core/python/tank_vendor', { version: '3.0.39' });

    const found = await searched();

    expect(summary(found)).toEqual([]);
    expect(Object.values(found.apis)).toMatchObject([{ form: 'vendored', core: null, version: '3.0.39' }]);
  });

  it('from pip, with the version that Toolkit would say', async () => {
    const sites = 'opt/py/site-packages';
    const path = host.put(`${sites}/sgtk-0.24.0.dist-info/METADATA`, 'Name: sgtk\nVersion: 0.24.0\n\n');
    host.directory(`${sites}/tank`);
    const api = putApi(host, sites, { version: '3.10.3' });

    const found = await discoverOn(host, { sites: [site(host, sites)] });

    expect(Object.values(found.cores)).toEqual([
      {
        ...{ path, location: host.at(`${sites}/tank`), kind: 'pip', version: 'v0.24.0' },
        ...{ apis: [api], inUse: true, usedBy: [], shared: null },
      },
    ]);
  });

  it('that was put aside before an upgrade is not in use, and neither is its API', async () => {
    putConfiguration(host, 'opt/project', { 'core_api.yml': coreApi('v0.23.1') });
    putCore(host, 'opt/project/install/core', { version: 'v0.23.1', api: '3.9.0', upgrader: true });
    putCore(host, 'opt/project/install/core.backup/20260101_120000', { version: 'v0.22.4', api: '3.8.4' });

    const found = await searched();

    expect(summary(found)).toEqual([
      ['opt/project/install/core.backup/20260101_120000/info.yml', 'backup', 'v0.22.4', false],
      ['opt/project/install/core/info.yml', 'localized', 'v0.23.1', true],
    ]);
    expect(Object.values(found.apis).map(({ version, inUse }) => [version, inUse])).toEqual([
      ['3.8.4', false],
      ['3.9.0', true],
    ]);
    expect(found.result.bundles.map(({ version }) => version)).not.toContain('3.8.4');
  });

  it.each([
    ['version: [unclosed\n', null],
    ['', null],
    ['version: 0.2\n', '0.2'],
    ['version:\n', null],
    ['- a list\n', null],
  ])('whose manifest is %j', async (manifest, version) => {
    putCore(host, 'opt/tk-core', { version: 'v1' });
    host.put('opt/tk-core/info.yml', manifest);

    expect(Object.values((await searched()).cores)).toMatchObject([{ version }]);
  });
});

describe("Desktop's start-up core", () => {
  const framework = (root: string, version: string, core: string): string =>
    putCore(host, `${root}/tk-framework-desktopstartup/${version}/python/tk-core`, { version: core });

  it('is the one bundled with the app, and the newest that was started of those in a cache', async () => {
    framework('opt/Shotgun_1.9.0/Resources/Desktop/Python', 'v2.4.1', 'v0.22.2');
    const cache = 'home/alice/.shotgun/bundle_cache/app_store';
    framework(cache, 'v2.4.3', 'v0.22.4');
    framework(cache, 'v2.5.3', 'HEAD');
    framework(cache, 'v2.5.10', 'v0.23.7');
    host.put(`${cache}/tk-framework-desktopstartup/v2.5.3/python/tk-core/commit_id`, 'v0.23.6\n');
    for (const version of ['v2.4.3', 'v2.5.3'])
      host.put(`${cache}/tk-framework-desktopstartup/${version}/resources/location.yml`, 'type: app_store\n');

    const found = await discoverOn(host);

    const at = `${cache}/tk-framework-desktopstartup`;
    expect(summary(found)).toEqual([
      [`${at}/v2.4.3/python/tk-core/info.yml`, 'desktopStartup', 'v0.22.4', false],
      [`${at}/v2.5.10/python/tk-core/info.yml`, 'desktopStartup', 'v0.23.7', false],
      [`${at}/v2.5.3/python/tk-core/info.yml`, 'desktopStartup', 'v0.23.6', true],
      [
        'opt/Shotgun_1.9.0/Resources/Desktop/Python/tk-framework-desktopstartup/v2.4.1/python/tk-core/info.yml',
        ...['desktopStartup', 'v0.22.2', true],
      ],
    ]);
    expect(found.cores[`${at}/v2.5.3/python/tk-core/info.yml`]?.usedBy).toEqual([host.at(`${at}/v2.5.3`)]);
  });
});
