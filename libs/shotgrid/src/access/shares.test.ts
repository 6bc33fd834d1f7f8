import { existsSync, realpathSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createShotgridDiscovery } from '../discover-shotgrid.ts';
import type { ShotgridPorts } from '../ports.ts';
import { discoverOn, site } from '../testing/discover.ts';
import { makeTestHost, realPorts, type TestHost } from '../testing/host.ts';
import { coreApi, putApi, putConfiguration, putCore, putZippedCore } from '../testing/layouts.ts';

let host: TestHost;
/** Everything that touched the share, as `call path`. */
let touched: string[];
beforeEach(() => {
  host = makeTestHost();
  touched = [];
});
afterEach(() => {
  host.remove();
});

/** Where links lead; libs/host follows them by hand. */
function realOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

/** `mnt/share` counts as a mount of `nas:/tools`; with `answers` false whatever asks there gets what libs/host says of a child given up. */
function portsWithShare(answers = true): ShotgridPorts {
  const ports = realPorts();
  const isOn = (path: string): boolean => path.startsWith(host.at('mnt/share'));
  const asked = (call: string, path: string): boolean => {
    if (isOn(path)) touched.push(`${call} ${path.replace(`${host.root}/`, '')}`);
    return isOn(path);
  };
  const silent = (path: string): { state: 'unreadable'; detail: string; size: null; realPath: null } => ({
    ...{ state: 'unreadable', detail: `${path} does not answer`, size: null, realPath: null },
  });
  return {
    ...ports,
    networkShare(path) {
      const real = realOf(path);
      const [mount, below] = [host.at('mnt/share'), real.slice(host.at('mnt/share').length)];
      const share = { type: 'nfs4', export: 'nas:/tools', mount, path: below === '' ? '/' : below };
      return Promise.resolve(isOn(real) ? share : null);
    },
    identify(paths, options) {
      for (const path of paths) asked('identify', path);
      return ports.identify(paths, options);
    },
    inspectPath(path) {
      asked('inspect', path);
      return ports.inspectPath(path);
    },
    identifyApart: async (path, options) =>
      asked('identify apart', path) && !answers ? 'noAnswer' : await ports.identifyApart(path, options),
    readFile: (path, options) =>
      asked(options?.apart === true ? 'read apart' : 'read', path) && !answers
        ? Promise.resolve(silent(path))
        : ports.readFile(path, options),
    listDirectory: (path, options) =>
      asked(options?.apart === true ? 'list apart' : 'list', path) && !answers
        ? Promise.resolve(silent(path))
        : ports.listDirectory(path, options),
  };
}

function putShare(): void {
  putApi(host, 'mnt/share/python', { version: '3.9.0', files: {} });
  putZippedCore(host, 'mnt/share/studio/install/core', { version: 'v0.24.0', apis: { '3.11': '3.10.3' } });
  putConfiguration(host, 'opt/show', { 'core_api.yml': coreApi('v0.24.0') });
  host.put('opt/show/install/core/core_Linux.cfg', host.at('mnt/share/studio'));
}
const places = (): { sites: ReturnType<typeof site>[]; search: string[] } => ({
  sites: [site(host, 'mnt/share/python')],
  search: [host.at('opt'), host.at('mnt')],
});

describe('a network mount', () => {
  it('that is not configured is not touched at all, and named', async () => {
    putShare();
    host.link('opt/link', host.at('mnt/share/python'));
    host.link('opt/tools/shotgun_api3', host.at('opt/link/shotgun_api3'));

    const found = await discoverOn(host, { ...places(), ports: portsWithShare() });

    expect(touched).toEqual([]);
    expect(found.result.section.shares).toBeUndefined();
    expect(found.apis).toEqual({});
    expect(found.problems).toEqual([
      expect.stringMatching(
        /^mnt\/share: Lies on a network mount \(nfs4\) and is left alone, as \d+ more paths there are$/,
      ),
      'opt/show: The core that it names could not be read: mnt/share/studio/install/core',
    ]);
  });

  it('that is configured is read in a child, and says what it is shared from', async () => {
    putShare();

    const found = await discoverOn(host, {
      ...places(),
      readNetwork: [host.at('mnt/share')],
      ports: portsWithShare(),
    });

    const root = { type: 'nfs4', export: 'nas:/tools', mount: host.at('mnt/share') };
    const shared = (path: string) => ({ ...root, path });
    expect(Object.values(found.apis)).toMatchObject([
      { version: '3.9.0', shared: shared('/python/shotgun_api3/shotgun.py') },
      {
        version: '3.10.3',
        shared: shared(expect.stringMatching(/^\/studio\/install\/core\/.*zip$/) as string),
      },
    ]);
    expect(found.cores).toMatchObject({
      'mnt/share/studio/install/core/info.yml': {
        kind: 'shared',
        shared: shared('/studio/install/core/info.yml'),
      },
    });
    expect(found.result.section.shares).toEqual([{ ...root, state: 'answers' }]);
    expect(Object.values(found.configurations)).toMatchObject([{ shared: null }]);
    expect(touched.filter((call) => !call.includes(' apart '))).toEqual([]);
    expect(found.result.watch.filter((path) => path.startsWith(host.at('mnt/share/studio')))).toEqual([]);
    expect(found.problems).toEqual([]);
  });

  it('may hold configurations too; what is not there is not believed to be', async () => {
    putConfiguration(host, 'mnt/share/show', { 'pipeline_configuration.yml': 'pc_id: 1\n' });
    host.put('mnt/share/show/install/core/core_Linux.cfg', host.at('mnt/share/studio'));
    putCore(host, 'mnt/share/studio/install/core', { version: 'v0.23.6', upgrader: true });
    host.put('mnt/share/app/info.yml', 'version: v1\n');
    host.directory('mnt/share/app/python/app');

    const found = await discoverOn(host, {
      search: [host.at('mnt/share')],
      readNetwork: [host.at('mnt/share')],
      ports: portsWithShare(),
    });

    expect(Object.values(found.configurations)).toMatchObject([
      {
        kind: 'sharedCore',
        corePath: host.at('mnt/share/studio/install/core/info.yml'),
        shared: { type: 'nfs4' },
      },
    ]);
    expect(Object.values(found.cores).map(({ kind }) => kind)).toEqual(['shared']);
    expect(found.problems).toEqual([]);
  });

  it('is not read again while nothing there has changed', async () => {
    putShare();
    const ports = portsWithShare();
    const discovery = createShotgridDiscovery({
      ...ports,
      async identifyApart(path, options) {
        const found = await ports.identifyApart(path, options);
        return found === null || found === 'noAnswer' ? found : { ...found, settled: true };
      },
    });
    const options = { root: host.root, processEnv: {}, ...places(), readNetwork: [host.at('mnt')] };
    const first = await discovery.discover(options);
    expect(first.section.apis).toHaveLength(2);
    expect(touched.filter((call) => /^(read|list)/.test(call)).length).toBeGreaterThan(5);

    touched = [];
    expect(await discovery.discover(options)).toEqual(first);
    expect(touched.filter((call) => /^(read|list)/.test(call))).toEqual([]);
  });

  it('that does not answer is asked once, and named', async () => {
    putShare();
    putCore(host, 'opt/core', { version: 'v0.23.6' });

    const found = await discoverOn(host, {
      ...places(),
      readNetwork: [host.at('mnt')],
      ports: portsWithShare(false),
    });

    expect(touched).toHaveLength(1);
    expect(found.result.section.shares).toEqual([
      { type: 'nfs4', export: 'nas:/tools', mount: host.at('mnt/share'), state: 'doesNotAnswer' },
    ]);
    expect(Object.keys(found.cores)).toEqual(['opt/core/info.yml']);
    expect(found.problems.filter((problem) => problem.includes('does not answer'))).toEqual([
      'mnt/share/python: The share nas:/tools (nfs4) does not answer: the rest of it was not looked at',
    ]);
  });
});
