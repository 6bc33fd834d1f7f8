import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createShotgridDiscovery } from './discover-shotgrid.ts';
import type { ShotgridPorts } from './ports.ts';
import { described, site, type Discovered } from './testing/discover.ts';
import { makeTestHost, realPorts, type TestHost } from './testing/host.ts';
import { coreApi, putApi, putConfiguration, putZippedCore, shotgunPy } from './testing/layouts.ts';
import type { ShotgridDiscovery, ShotgridMemory } from './types.ts';

let host: TestHost;
let calls: string[];
beforeEach(() => {
  host = makeTestHost();
  calls = [];
});
afterEach(() => {
  host.remove();
});

/** Files are made while the test runs; libs/host takes none for settled that is younger than its clock's grain. */
function countedPorts(): ShotgridPorts {
  const ports = realPorts();
  return {
    ...ports,
    async identify(paths, options) {
      const all = await ports.identify(paths, options);
      return all.map((one) => (one === null ? null : { ...one, settled: true }));
    },
    readFile(path, options) {
      calls.push(`read ${path.replace(`${host.root}/`, '')}`);
      return ports.readFile(path, options);
    },
    listDirectory(path, options) {
      calls.push(`list ${path.replace(`${host.root}/`, '')}`);
      return ports.listDirectory(path, options);
    },
  };
}

const SITES = 'opt/py/site-packages';
async function discover(discovery: ShotgridDiscovery): Promise<Discovered> {
  calls = [];
  const options = {
    root: host.root,
    processEnv: {},
    sites: [site(host, SITES)],
    search: [host.at('opt/tools')],
  };
  return described(host, await discovery.discover({ ...options, readNetwork: [] }));
}

function putMachine(): void {
  putApi(host, SITES, { version: '3.9.0' });
  const cache = 'home/alice/.shotgun';
  putZippedCore(host, `${cache}/bundle_cache/app_store/tk-core/v0.24.0`, {
    version: 'v0.24.0',
    apis: { '3.11': '3.10.3' },
  });
  putConfiguration(host, `${cache}/studio/p1c2.basic.desktop/cfg`, {
    'core_api.yml': coreApi('v0.24.0'),
    'shotgun.yml': 'host: https://studio.shotgunstudio.com\napi_key: hunter2\n',
  });
  putApi(host, 'opt/tools/python', { version: '3.8.2' });
}

describe('a second discovery', () => {
  it('of what has not changed opens no file and no directory', async () => {
    putMachine();
    const discovery = createShotgridDiscovery(countedPorts());
    const first = await discover(discovery);
    expect(calls.length).toBeGreaterThan(10);

    const second = await discover(discovery);

    expect(calls).toEqual([]);
    expect(second.result).toEqual(first.result);
    expect(Object.keys(first.apis)).toHaveLength(3);
  });

  it('may be in another process, which is given the memory as JSON; there is no secret in it', async () => {
    putMachine();
    const discovery = createShotgridDiscovery(countedPorts());
    const first = await discover(discovery);
    const memory = JSON.stringify(discovery.memory());
    expect(memory).not.toContain('hunter2');

    const second = await discover(
      createShotgridDiscovery(countedPorts(), JSON.parse(memory) as ShotgridMemory),
    );

    expect(calls).toEqual([]);
    expect(second.result).toEqual(first.result);
  });

  it('sees what has changed, come and gone', async () => {
    putMachine();
    const discovery = createShotgridDiscovery(countedPorts());
    await discover(discovery);
    writeFileSync(host.at(`${SITES}/shotgun_api3/shotgun.py`), shotgunPy('3.9.1'));
    putApi(host, 'opt/tools/more', { version: '3.10.0' });

    const second = await discover(discovery);

    const versions = Object.entries(second.apis).map(([path, { version }]) => [path, version]);
    expect(versions).toEqual([
      [expect.stringContaining('pkgs.zip!'), '3.10.3'],
      [`${SITES}/shotgun_api3/shotgun.py`, '3.9.1'],
      ['opt/tools/more/shotgun_api3/shotgun.py', '3.10.0'],
      ['opt/tools/python/shotgun_api3/shotgun.py', '3.8.2'],
    ]);
    expect(calls).toContain(`read ${SITES}/shotgun_api3/shotgun.py`);
    expect(calls).not.toContain(`read ${SITES}/shotgun_api3/lib/certifi/cacert.pem`);
  });

  it('forgets what is no longer there', async () => {
    putMachine();
    const discovery = createShotgridDiscovery(countedPorts());
    await discover(discovery);
    const before = discovery.memory().entries.length;
    const options = {
      root: host.root,
      processEnv: {},
      sites: [],
      search: [],
      readNetwork: [],
      onlyThese: true,
    };

    await discovery.discover(options);

    expect(before).toBeGreaterThan(10);
    expect(discovery.memory().entries).toEqual([]);
  });

  it('starts anew with the memory of another format', async () => {
    putMachine();
    const memory = { format: 2, entries: [['code\0\0x', '1', null]] };

    const first = await discover(createShotgridDiscovery(countedPorts(), memory as never));

    expect(Object.keys(first.apis)).toHaveLength(3);
  });
});

describe('a discovery has bounds', () => {
  it('in packages: nothing below other names is looked at', async () => {
    putApi(host, SITES, { version: '3.9.0' });
    for (let index = 0; index < 300; index += 1) host.put(`${SITES}/package_${index}/sub/module.py`, '');

    for (const search of [[], [host.at('opt')]]) {
      calls = [];
      await createShotgridDiscovery(countedPorts()).discover({
        ...{ root: host.root, processEnv: {}, sites: [site(host, SITES)], search, readNetwork: [] },
      });
      expect(calls.filter((call) => call.includes('package_'))).toEqual([]);
      expect(calls.length).toBeLessThan(15);
    }
  });

  it('in depth', async () => {
    putApi(host, `opt/${'d/'.repeat(30)}`, { version: '3.9.0' });

    const found = await deep();

    expect(found.apis).toEqual({});
    expect(found.problems).toEqual(['opt: Searched 16 levels deep: what lies deeper was not looked at']);
  });

  it('in time', async () => {
    putApi(host, 'opt/tools', { version: '3.9.0' });

    const found = await deep({ timeLimitMs: 0, sites: [site(host, 'opt/tools')] });

    expect(found.apis).toEqual({});
    expect(found.problems).toEqual([
      'opt: Not all of it was searched: the time for it was used up',
      'opt/tools: The time for the search was used up before it was looked at',
    ]);
  });

  const deep = async (more: object = {}): Promise<Discovered> => {
    const options = {
      root: host.root,
      processEnv: {},
      sites: [],
      search: [host.at('opt')],
      readNetwork: [],
      ...more,
    };
    return described(host, await createShotgridDiscovery(realPorts()).discover(options));
  };
});
