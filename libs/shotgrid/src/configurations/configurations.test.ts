import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discoverOn, type Discovered } from '../testing/discover.ts';
import { makeTestHost, type TestHost } from '../testing/host.ts';
import { coreApi, putConfiguration, putCore } from '../testing/layouts.ts';

let host: TestHost;
beforeEach(() => {
  host = makeTestHost();
});
afterEach(() => {
  host.remove();
});

const searched = (processEnv: Record<string, string> = {}): Promise<Discovered> =>
  discoverOn(host, { search: [host.at('opt')], processEnv });
const used = ({ cores }: Discovered): unknown[] =>
  Object.entries(cores).map(([path, { kind, inUse, usedBy }]) => [
    path,
    kind,
    inUse,
    usedBy.map((one) => one.replace(`${host.root}/`, '')),
  ]);

describe('a configuration', () => {
  it('with a core of its own', async () => {
    putConfiguration(host, 'opt/show', {
      'pipeline_configuration.yml': 'pc_id: 5\nproject_name: show\n',
      'core_api.yml': coreApi('v0.21.7'),
      'shotgun.yml': 'host: https://studio.shotgrid.autodesk.com\nhttp_proxy: null\n',
      'interpreter_Linux.cfg': '$TOOLS/python/bin/python3\n',
      'interpreter_Windows.cfg': 'C:\\Program Files\\Shotgun\\Python\\python.exe',
    });
    const core = putCore(host, 'opt/show/install/core', { version: 'v0.21.7', upgrader: true });

    const found = await searched({ TOOLS: '/opt/툴 박스' });

    expect(found.configurations).toEqual({
      'opt/show': {
        path: host.at('opt/show'),
        kind: 'localized',
        core: {
          ...{ type: 'app_store', name: 'tk-core', version: 'v0.21.7' },
          text: 'sgtk:descriptor:app_store?name=tk-core&version=v0.21.7',
        },
        corePath: core,
        site: 'studio.shotgrid.autodesk.com',
        keys: ['host', 'http_proxy'],
        interpreter: '/opt/툴 박스/python/bin/python3',
        shared: null,
      },
    });
    expect(found.result.interpreters).toEqual(['/opt/툴 박스/python/bin/python3']);
    expect(used(found)).toEqual([['opt/show/install/core/info.yml', 'localized', true, ['opt/show']]]);
    expect(found.problems).toEqual([]);
  });

  it.each([
    ['in full', (studio: string) => `${studio}\r\n`, {}],
    ['with a variable', () => '${STUDIO}/core\n', { STUDIO: 'opt' }],
    ['from home', () => '~/core\n', { HOME: 'opt' }],
  ])("that names its studio's core %s", async (_how, line, variables) => {
    const core = putCore(host, 'opt/core/install/core', { version: 'v0.20.2', upgrader: true });
    for (const show of ['opt/a', 'opt/b']) {
      putConfiguration(host, show, {
        'pipeline_configuration.yml': 'pc_id: 1\n',
        'core_api.yml': coreApi('v9'),
      });
      host.put(`${show}/install/core/core_Linux.cfg`, line(host.at('opt/core')));
      host.put(`${show}/install/core/core_Windows.cfg`, 'undefined');
    }

    const found = await searched(
      Object.fromEntries(Object.entries(variables).map(([name, path]) => [name, host.at(path)])),
    );

    expect(Object.values(found.configurations)).toMatchObject([
      { path: host.at('opt/a'), kind: 'sharedCore', corePath: core },
      { path: host.at('opt/b'), kind: 'sharedCore', corePath: core },
    ]);
    expect(used(found)).toEqual([['opt/core/install/core/info.yml', 'shared', true, ['opt/a', 'opt/b']]]);
  });

  it('whose core lies outside of what was searched is followed there, and no further', async () => {
    putConfiguration(host, 'opt/show', { 'pipeline_configuration.yml': 'pc_id: 1\n' });
    host.put('opt/show/install/core/core_Linux.cfg', host.at('studio'));
    putCore(host, 'studio/install/core', { version: 'v0.20.2' });
    putCore(host, 'studio/install/core.backup/20250101_000000', { version: 'v0.19.0' });

    expect(used(await searched())).toEqual([['studio/install/core/info.yml', 'shared', true, ['opt/show']]]);
  });

  it.each(['None', 'undefined', '', '$NOWHERE/core', '~/core', 'relative/core'])(
    'that names %j as its core',
    async (line) => {
      putConfiguration(host, 'opt/show', { 'pipeline_configuration.yml': 'pc_id: 1\n' });
      host.put('opt/show/install/core/core_Linux.cfg', line);

      const found = await searched();

      expect(Object.values(found.configurations)).toMatchObject([{ kind: 'sharedCore', corePath: null }]);
      expect(found.problems).toEqual([
        'opt/show/install/core/core_Linux.cfg: It names no core for this system',
      ]);
    },
  );

  it("takes from its studio's root what it does not say itself; that root is none", async () => {
    putCore(host, 'opt/core/install/core', { version: 'v0.20.2', upgrader: true });
    putConfiguration(host, 'opt/core', {
      'shotgun.yml': 'host: https://studio.shotgunstudio.com\napi_key: x\n',
      'install_location.yml': 'Linux: /opt/core\n',
      'interpreter_Linux.cfg': '/opt/Shotgun/Python/bin/python\n',
    });
    for (const [show, files] of [
      ['opt/a', {}],
      ['opt/b', { 'shotgun.yml': 'host: other\n', 'interpreter_Linux.cfg': '/usr/bin/python3\n' }],
    ] as const) {
      putConfiguration(host, show, { 'pipeline_configuration.yml': 'pc_id: 1\n', ...files });
      host.put(`${show}/install/core/core_Linux.cfg`, host.at('opt/core'));
    }

    const { configurations } = await searched();

    expect(
      Object.entries(configurations).map(([path, { site, keys, interpreter }]) => [
        path,
        site,
        keys,
        interpreter,
      ]),
    ).toEqual([
      ['opt/a', 'studio.shotgunstudio.com', ['api_key', 'host'], '/opt/Shotgun/Python/bin/python'],
      ['opt/b', 'other', ['host'], '/usr/bin/python3'],
    ]);
  });

  it('that a variable names', async () => {
    putConfiguration(host, 'srv/show', { 'pipeline_configuration.yml': 'pc_id: 1\n' });
    const core = putCore(host, 'srv/show/install/core', { version: 'v0.21.7', upgrader: true });

    const { configurations } = await discoverOn(host, {
      processEnv: { HOME: host.at('nobody'), TANK_CURRENT_PC: host.at('srv/show') },
    });

    expect(Object.values(configurations)).toMatchObject([{ kind: 'localized', corePath: core }]);
  });

  it('whose core is gone', async () => {
    putConfiguration(host, 'opt/show', {
      'core_api.yml': `location: {type: dev, path: ${host.at('opt/gone')}}\n`,
    });

    const found = await searched();

    expect(Object.values(found.configurations)).toMatchObject([{ kind: 'descriptor', corePath: null }]);
    expect(found.problems).toEqual(['opt/show: The core that it names could not be read: opt/gone']);
  });

  it.each([
    ['aliases that grow a billionfold', billionLaughs()],
    ['nesting without end', '['.repeat(200_000)],
    ['no YAML', 'location: {{{\n\t: x'],
    ['binary', '\u0000\u0001\u0002'],
    ['a list', '- type: app_store\n'],
    ['a number', 'location: 7\n'],
  ])('whose core_api.yml has %s', async (_what, text) => {
    putConfiguration(host, 'opt/show', { 'core_api.yml': text });

    const found = await searched();

    expect(Object.values(found.configurations)).toMatchObject([{ core: null, corePath: null }]);
    expect(found.problems).toEqual([
      'opt/show/config/core/core_api.yml: It is not what Toolkit writes there: it was not understood',
    ]);
  });

  it('by a descriptor in place, as a dict and as a URI', async () => {
    const core = putCore(host, 'opt/dev core', { version: 'HEAD' });
    const dict = `location:\n  type: dev\n  linux_path: $ROOT/opt/dev core\n  path: /wrong\n`;
    const uri = `location: "sgtk:descriptor:path?path=${encodeURIComponent(host.at('opt/dev core'))}"\n`;
    putConfiguration(host, 'opt/a', { 'core_api.yml': dict });
    host.put('opt/source/core/core_api.yml', uri);

    const found = await searched({ ROOT: host.root });

    expect(Object.values(found.configurations).map(({ corePath, kind }) => [corePath, kind])).toEqual([
      [core, 'descriptor'],
      [core, 'descriptor'],
    ]);
    expect(used(found)).toEqual([['opt/dev core/info.yml', 'checkout', true, ['opt/a', 'opt/source']]]);
  });
});

describe('the bundle cache', () => {
  const cache = 'home/alice/.shotgun/bundle_cache/app_store/tk-core';
  const site = 'home/alice/.shotgun/studio';

  it('holds many cores; only what a configuration names is in use', async () => {
    for (const version of ['v0.9.0', 'v0.22.4', 'v0.23.6', 'v0.23.8'])
      putCore(host, `${cache}/${version}`, { version });
    putConfiguration(host, `${site}/p12c34.basic.desktop/cfg`, { 'core_api.yml': coreApi('v0.23.6') });
    putConfiguration(host, 'opt/latest', { 'core_api.yml': 'location: {type: app_store, name: tk-core}\n' });
    putConfiguration(host, 'opt/pattern', { 'core_api.yml': coreApi('v0.22.x') });
    putConfiguration(host, 'opt/absent', { 'core_api.yml': coreApi('v0.1.0') });

    const found = await searched();

    expect(used(found)).toEqual([
      [`${cache}/v0.22.4/info.yml`, 'bundleCache', true, ['opt/pattern']],
      [`${cache}/v0.23.6/info.yml`, 'bundleCache', true, [`${site}/p12c34.basic.desktop/cfg`]],
      [`${cache}/v0.23.8/info.yml`, 'bundleCache', true, ['opt/latest']],
      [`${cache}/v0.9.0/info.yml`, 'bundleCache', false, []],
    ]);
    expect(
      Object.entries(found.configurations).map(([path, { kind, core }]) => [path, kind, core?.version]),
    ).toEqual([
      [`${site}/p12c34.basic.desktop/cfg`, 'bootstrapped', 'v0.23.6'],
      ['opt/absent', 'descriptor', 'v0.1.0'],
      ['opt/latest', 'descriptor', null],
      ['opt/pattern', 'descriptor', 'v0.22.x'],
    ]);
  });

  it('of a bootstrapped configuration may have been copied into it; Desktop has one of its own', async () => {
    const cfg = `${site}/p12c34.basic.desktop/cfg`;
    putConfiguration(host, cfg, { 'core_api.yml': coreApi('v0.18.164') });
    const core = putCore(host, `${cfg}/install/core`, { version: 'v0.18.164', upgrader: true });
    const legacy = 'home/alice/.shotgun/studio.shotgunstudio.com/site';
    putConfiguration(host, legacy, { 'core_api.yml': coreApi('v0.16.40') });
    const old = putCore(host, `${legacy}/install/core`, { version: 'v0.16.40', upgrader: true });
    putCore(host, `${legacy}/install/core.backup/20150101_000000`, { version: 'v0.16.0' });

    const found = await discoverOn(host);

    expect(Object.values(found.configurations).map(({ kind, corePath }) => [kind, corePath])).toEqual([
      ['localized', old],
      ['bootstrapped', core],
    ]);
    expect(Object.values(found.cores).map(({ kind, inUse }) => [kind, inUse])).toEqual([
      ['backup', false],
      ['localized', true],
      ['localized', true],
    ]);
  });

  it('is where the variables say; the fallbacks are searched first', async () => {
    for (const root of ['studio/bundles', 'studio/fallback', 'moved/bundle_cache'])
      putCore(host, `${root}/app_store/tk-core/v0.23.6`, { version: 'v0.23.6' });
    putConfiguration(host, 'moved/studio/p1c2.basic.maya/cfg', { 'core_api.yml': coreApi('v0.23.6') });

    const found = await discoverOn(host, {
      processEnv: {
        HOME: host.at('nobody'),
        SHOTGUN_HOME: host.at('moved'),
        SHOTGUN_BUNDLE_CACHE_PATH: host.at('studio/bundles'),
        SHOTGUN_BUNDLE_CACHE_FALLBACK_PATHS: `${host.at('gone')}:${host.at('studio/fallback')}`,
      },
    });

    expect(Object.values(found.configurations)).toMatchObject([
      { corePath: host.at('studio/fallback/app_store/tk-core/v0.23.6/info.yml') },
    ]);
    expect(Object.values(found.cores).map(({ inUse }) => inUse)).toEqual([true, true, true]);
  });

  it('of a plugin holds the core that it starts with', async () => {
    putCore(host, 'opt/plugin/bundle_cache/app_store/tk-core/v0.20.16', { version: 'v0.20.16' });
    host.put('opt/plugin/info.yml', 'base_configuration: "sgtk:descriptor:app_store?name=tk-config-basic"\n');
    putCore(host, 'opt/other/bundle_cache/app_store/tk-core/v0.20.16', { version: 'v0.20.16' });

    expect(used(await searched())).toEqual([
      ['opt/other/bundle_cache/app_store/tk-core/v0.20.16/info.yml', 'bundleCache', false, []],
      ['opt/plugin/bundle_cache/app_store/tk-core/v0.20.16/info.yml', 'bundleCache', true, ['opt/plugin']],
    ]);
  });

  it("is where a person's own settings say", async () => {
    putCore(host, 'studio/alice/app_store/tk-core/v0.23.6', { version: 'v0.23.6' });

    const found = await discoverOn(host, {
      variables: [
        { name: 'SHOTGUN_BUNDLE_CACHE_PATH', value: host.at('studio/alice'), readAs: null },
        { name: 'SHOTGUN_BUNDLE_CACHE_PATH', value: host.at('studio/bob'), readAs: { uid: 1, gid: 1 } },
      ],
    });

    expect(Object.keys(found.cores)).toEqual(['studio/alice/app_store/tk-core/v0.23.6/info.yml']);
  });
});

describe('secrets of shotgun.yml', () => {
  const secret = fc.stringMatching(/^[a-zA-Z0-9!#$%^*()_+=-]{12,40}$/).map((text) => `s3cr3t${text}`);

  it('are in nothing that a discovery gives, in any of its forms', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(secret, { minLength: 5, maxLength: 5 }),
        fc.constantFrom(plain, sections, flow, broken, misspelt, inAddress),
        async (secrets, write) => {
          const [key = '', name = '', proxy = '', ...rest] = secrets;
          putConfiguration(host, 'opt/show', {
            'shotgun.yml': write({ key, name, proxy, more: rest.join('') }),
            'core_api.yml': `location: {type: git, path: "https://u:${encodeURIComponent(key)}@git.studio/x.git", version: v1, token: "${name}"}\n`,
          });
          const found = await searched();
          const all = JSON.stringify([found.result, found.problems]);
          expect(Object.keys(found.configurations)).toEqual(['opt/show']);
          for (const one of [...secrets, 's3cr3t']) expect(all).not.toContain(one);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of a person each: the keys are named', async () => {
    putConfiguration(host, 'opt/show', {
      'shotgun.yml': sections({ key: 'k', name: 'n', proxy: 'p', more: 'm' }),
    });

    expect(Object.values((await searched()).configurations)).toMatchObject([
      { site: 'studio.shotgunstudio.com', keys: ['Admin', 'api_key', 'api_script', 'host', 'http_proxy'] },
    ]);
  });
});

interface Secrets {
  readonly key: string;
  readonly name: string;
  readonly proxy: string;
  readonly more: string;
}
const q = (text: string): string => JSON.stringify(text);
const plain = ({ key, name, proxy }: Secrets): string =>
  `host: https://studio.shotgunstudio.com\napi_script: ${q(name)}\napi_key: ${q(key)}\nhttp_proxy: ${q(`u:${proxy}@proxy:8080`)}\n`;
const sections = (of: Secrets): string =>
  `Admin:\n${plain(of)
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}`;
const flow = ({ key, name, more }: Secrets): string =>
  `{host: studio, api_key: ${q(key)}, api_script: [${q(name)}, {x: ${q(more)}}]}`;
const broken = (of: Secrets): string => `${plain(of)}\t- : [${of.more}\n"`;
const misspelt = ({ key, more }: Secrets): string =>
  `host: studio\n${q(`${key}: ${more}`)}: 1\n? ${q(`=${more}`)}\n: x\n`;
const inAddress = ({ key, more }: Secrets): string =>
  `host: ${q(`https://u:${encodeURIComponent(key)}@studio.shotgunstudio.com/${more}?k=${more}#${more}`)}\n`;

function billionLaughs(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 12; level += 1)
    lines.push(
      `a${level}: &a${level} [${Array<string>(10)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    );
  return `${lines.join('\n')}\nlocation: *a11\n`;
}
