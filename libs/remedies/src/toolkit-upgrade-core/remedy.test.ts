import type { HostFacts } from '@trustfleet/policy';
import type {
  PythonEnvironment,
  ShotgridSection,
  ShotgunApi,
  ToolkitConfiguration,
  ToolkitCore,
} from '@trustfleet/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CoreHostLook, CoreUpgradeContext } from './context.ts';
import { apiOfCore, whyBadCore, whyNotServed } from './core-releases.ts';
import { toolkitUpgradeCore } from './remedy.ts';

const CACHE = '/home/ana/.shotgun/bundle_cache/app_store/tk-core';

function core(change: Partial<ToolkitCore> = {}): ToolkitCore {
  const location = change.location ?? `${CACHE}/v0.23.8`;
  return {
    ...{ path: `${location}/info.yml`, location, kind: 'bundleCache', version: 'v0.23.8', apis: [] },
    ...{ inUse: true, usedBy: ['/studio/film'], shared: null },
    ...change,
  };
}

function configuration(change: Partial<ToolkitConfiguration> = {}): ToolkitConfiguration {
  return {
    ...{ path: '/studio/film', kind: 'descriptor', corePath: `${CACHE}/v0.23.8/info.yml`, site: null },
    ...{ keys: [], interpreter: null, shared: null },
    core: {
      ...{ type: 'app_store', name: 'tk-core', version: 'v0.23.8' },
      text: 'sgtk:descriptor:app_store?name=tk-core&version=v0.23.8',
    },
    ...change,
  };
}

const facts = (change: Partial<ShotgridSection> = {}, more: HostFacts = {}): HostFacts => ({
  shotgrid: { apis: [], cores: [core()], configurations: [configuration()], problems: [], ...change },
  ...more,
});

const LOOK: CoreHostLook = {
  settings: {
    ...{
      kind: 'edited',
      path: '/studio/film/config/core/core_api.yml',
      sha256: 'ab'.repeat(32),
      previous: 'cd'.repeat(32),
      line: 4,
    },
    ...{ before: '  version: v0.23.8', after: '  version: v0.24.0' },
  },
  notWritable: null,
  tank: { program: '/studio/film/tank', missing: false },
};
const upgrade = (
  on: HostFacts,
  { version = 'v0.24.0', ...context }: Partial<CoreUpgradeContext> & { version?: string } = {},
) =>
  toolkitUpgradeCore.effect(
    on,
    { configuration: '/studio/film', version },
    { platform: 'linux', keeper: false, host: LOOK, ...context },
  );
const reasonOf = (effect: ReturnType<typeof upgrade>): string =>
  effect.kind === 'notApplicable' ? effect.reason : effect.kind;

/** A configuration with a core of its own. */
const LOCALIZED: Partial<ShotgridSection> = {
  cores: [core({ location: '/studio/film/install/core', kind: 'localized' })],
  configurations: [configuration({ kind: 'localized', corePath: '/studio/film/install/core/info.yml' })],
};

describe('toolkit.upgradeCore by core_api.yml', () => {
  it('changes one file, and the next scan finds another core beside the old one', () => {
    const effect = upgrade(facts());

    expect(effect).toMatchObject({
      kind: 'change',
      changes: [
        { kind: 'changeFile', path: '/studio/film/config/core/core_api.yml', sha256: 'ab'.repeat(32) },
      ],
    });
    if (effect.kind !== 'change') return;
    const { shotgrid } = effect.facts;
    expect(shotgrid?.configurations[0]).toMatchObject({
      corePath: `${CACHE}/v0.24.0/info.yml`,
      core: { version: 'v0.24.0', text: 'sgtk:descriptor:app_store?name=tk-core&version=v0.24.0' },
    });
    expect(shotgrid?.cores).toMatchObject([
      { version: 'v0.23.8', inUse: false, usedBy: [] },
      { version: 'v0.24.0', inUse: true, usedBy: ['/studio/film'] },
    ]);
    expect(shotgrid?.apis.map(({ zipPython, version, form }) => [zipPython, version, form]).sort()).toEqual(
      ['3.10', '3.11', '3.13', '3.9'].map((python) => [python, '3.10.3', 'zip']),
    );
    expect(upgrade(effect.facts)).toEqual({ kind: 'none' });
  });

  it('a core that other configurations use stays in use', () => {
    const two = [configuration(), configuration({ path: '/studio/show' })];
    const effect = upgrade(
      facts({ configurations: two, cores: [core({ usedBy: ['/studio/film', '/studio/show'] })] }),
    );

    expect(effect.kind === 'change' && effect.facts.shotgrid?.cores[0]).toMatchObject({
      ...{ inUse: true, usedBy: ['/studio/show'] },
    });
  });

  it.each<[string, Partial<ToolkitConfiguration>, RegExp]>([
    [
      'no version',
      { core: { type: 'app_store', name: 'tk-core', version: null, text: '' } },
      /newest one whenever/,
    ],
    [
      'a pattern',
      { core: { type: 'app_store', name: 'tk-core', version: 'v0.x.x', text: '' } },
      /newest core that fits/,
    ],
    [
      'a newer one',
      { core: { type: 'app_store', name: 'tk-core', version: 'v0.25.0', text: '' } },
      /not taken back/,
    ],
    [
      'a commit',
      { core: { type: 'git_branch', name: 'tk-core.git', version: 'abc1234', text: '' } },
      /names no release/,
    ],
    [
      'another core',
      { core: { type: 'git', name: 'studio-core', version: 'v0.1.0', text: '' } },
      /not tk-core/,
    ],
    ['a folder', { core: { type: 'dev', name: null, version: null, text: '' } }, /used in place/],
    ['nothing', { core: null }, /states no core/],
  ])('leaves alone what states %s', (_name, change, reason) => {
    expect(reasonOf(upgrade(facts({ configurations: [configuration(change)] })))).toMatch(reason);
  });

  it('says what only the host knows', () => {
    const look = (change: Partial<CoreHostLook>) => upgrade(facts(), { host: { ...LOOK, ...change } });

    expect(reasonOf(look({ settings: null }))).toMatch(/has no core_api.yml/);
    expect(reasonOf(look({ settings: { kind: 'refused', path: '/f', reason: 'an alias' } }))).toMatch(
      /an alias/,
    );
    expect(reasonOf(look({ notWritable: 'Everybody can write it.' }))).toBe('Everybody can write it.');
    expect(upgrade(facts(), { host: undefined })).toMatchObject({ changes: [{ sha256: null }] });
  });
});

describe('toolkit.upgradeCore of what is a copy', () => {
  it.each([
    ['bootstrapped', '/home/ana/.shotgun/demo/p1c2.basic/cfg'],
    ['descriptor', '/home/ana/.shotgun/bundle_cache/git/studio-config.git/v1.2.3'],
    ['descriptor', '/home/ana/.shotgun/bundle_cache/sg/demo/v45'],
  ] as const)('%s %s: a patch for its source, nothing written', (kind, path) => {
    const on = facts({ configurations: [configuration({ kind, path })] });
    const effect = toolkitUpgradeCore.effect(
      on,
      { configuration: path, version: 'v0.24.0' },
      { platform: 'linux', keeper: false, host: LOOK },
    );

    expect(effect).toMatchObject({
      kind: 'change',
      facts: on,
      changes: [
        {
          ...{ kind: 'propose', owner: 'sourceConfiguration' },
          patch:
            '--- a/core/core_api.yml\n+++ b/core/core_api.yml\n@@ -4 +4 @@\n-  version: v0.23.8\n+  version: v0.24.0\n',
        },
      ],
    });
  });
});

describe('toolkit.upgradeCore by tank', () => {
  it('runs it, and foretells the core and its API in their place', () => {
    const bundles = [
      '/studio/film/install/core/python/tank_vendor/shotgun_api3/lib/certifi/cacert.pem',
      '/etc/x.pem',
    ];
    const on = facts(LOCALIZED, {
      bundles: {
        bundles: bundles.map((path) => ({
          ...{ path, realPath: path, state: 'read', detail: null, sha256: null, size: 1, anchors: [] },
          ...{ problems: [], opensslAccepts: true, provenance: [], shared: null },
        })),
      },
    } as unknown as HostFacts);
    const effect = upgrade(on);

    expect(effect).toMatchObject({
      changes: [
        { kind: 'runTool', argv: ['/studio/film/tank', 'core', '--version', 'v0.24.0'] },
        { kind: 'replaceCode', path: '/studio/film/install/core', from: 'v0.23.8', to: 'v0.24.0' },
        { kind: 'changeFile', path: '/studio/film/config/core/core_api.yml', sha256: null },
      ],
    });
    if (effect.kind !== 'change') return;
    expect(effect.facts.shotgrid?.cores).toMatchObject([{ version: 'v0.24.0', inUse: true }]);
    expect(effect.facts.bundles?.bundles.map(({ path }) => path)).toEqual(['/etc/x.pem']);
    expect(upgrade(effect.facts)).toEqual({ kind: 'none' });
  });

  it('names every project that shares the core', () => {
    const shared = { kind: 'sharedCore', corePath: '/studio/core/install/core/info.yml' } as const;
    const effect = upgrade(
      facts({
        cores: [core({ location: '/studio/core/install/core', kind: 'shared' })],
        configurations: [configuration(shared), configuration({ ...shared, path: '/studio/show' })],
      }),
    );

    expect(effect).toMatchObject({
      remark: expect.stringMatching(/changes with it: \/studio\/film, \/studio\/show/) as string,
    });
  });

  it('does not take a tree of two releases for one that is up to date', () => {
    const location = '/studio/film/install/core';
    const api = {
      ...{
        path: `${location}/python/tank_vendor/shotgun_api3/shotgun.py`,
        form: 'vendored',
        version: '3.8.4',
      },
      ...{ core: `${location}/info.yml`, location, metadataVersion: null, sha256: null, bundles: [] },
      ...{ zipPython: null, inUse: true, shared: null },
    } as const;
    const on = facts({
      ...LOCALIZED,
      apis: [{ ...api, bundles: [] } as ShotgunApi],
      cores: [core({ location, kind: 'localized', version: 'v0.24.0' })],
    });

    expect(reasonOf(upgrade(on))).toMatch(/ended half-way/);
  });

  it.each<[string, Partial<ToolkitCore>, Partial<CoreUpgradeContext>, RegExp]>([
    ['HEAD', { version: 'HEAD' }, {}, /up to date, and changes nothing/],
    ['Windows', {}, { platform: 'windows' }, /Its owner runs: tank core --version v0.24.0/],
    [
      'no tank',
      {},
      { host: { ...LOOK, tank: { program: '/studio/film/tank', missing: true } } },
      /no program tank/,
    ],
  ])('does not on %s', (...[, change, context, reason]) => {
    const cores = [core({ location: '/studio/film/install/core', kind: 'localized', ...change })];

    expect(reasonOf(upgrade(facts({ ...LOCALIZED, cores }), context))).toMatch(reason);
  });
});

describe('toolkit.upgradeCore', () => {
  it('leaves a shared install to its keeper', () => {
    const shared = { type: 'nfs', export: 'filer:/studio' };
    const on = facts({ configurations: [configuration({ shared })] });

    expect(upgrade(on)).toMatchObject({ kind: 'notApplicable', state: 'incompatible' });
    expect(upgrade(on, { keeper: true })).toMatchObject({ kind: 'change' });
  });

  it('asks that the Python that runs the configuration is served', () => {
    const python = (version: string): HostFacts => ({
      pythons: {
        pythons: [{ path: '/opt/py', realPath: '/opt/py', version } as unknown as PythonEnvironment],
      },
    });
    const configurations = [configuration({ interpreter: '/opt/py' })];
    const on = (version: string) => upgrade(facts({ configurations }, python(version)));

    expect(reasonOf(on('3.12.1'))).toMatch(/not for 3.12: Toolkit would not start/);
    expect(on('3.11.7').kind).toBe('change');
  });

  it.each([
    ['v0.22.1', false],
    ['v0.22.2', true],
    ['v0.22.7', true],
    ['v0.23.0', false],
    ['v0.23.6', false],
    ['v0.23.7', true],
    ['v0.23.9', true],
    ['v0.23.10', false],
  ])('%s is a core to which no host is brought: %s', (version, bad) => {
    expect(whyBadCore(version) !== null).toBe(bad);
    expect(/No host is brought/.test(reasonOf(upgrade(facts(), { version })))).toBe(bad);
  });

  it.each([
    ['v0.24.0', '3.7.16', false],
    ['v0.24.0', '3.9.18', true],
    ['v0.24.0', '3.14.0', false],
    ['v0.23.10', '3.8.18', false],
    ['v0.22.1', '3.12.1', false],
    ['v0.22.1', '3.9.18', true],
    ['v0.23.6', '3.13.0', true],
  ])('%s serves Python %s: %s', (version, python, served) => {
    expect(whyNotServed(version, python) === null).toBe(served);
  });

  it('knows the API of each core, as the table has it', () => {
    expect(
      ['v0.18.172', 'v0.20.0', 'v0.22.0', 'v0.23.2', 'v0.23.10', 'v0.24.0', 'v0.10.0'].map(apiOfCore),
    ).toEqual([...['3.0.39', '3.2.6', '3.6.2', '3.9.0', '3.10.0', '3.10.3', null]]);
  });

  it('once is twice: what it foretells needs no second plan', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('v0.23.0', 'v0.23.10', 'v0.24.0'),
        fc.constantFrom(facts(), facts(LOCALIZED)),
        (version, on) => {
          const effect = upgrade(on, { version });
          if (effect.kind === 'change') expect(upgrade(effect.facts, { version })).toEqual({ kind: 'none' });
        },
      ),
    );
  });
});

describe('taking it back', () => {
  const file = { path: '/f/core_api.yml', now: 'w', written: 'w', previous: 'p' };
  const undo = (context: Parameters<typeof toolkitUpgradeCore.undoEffect>[2]) =>
    toolkitUpgradeCore.undoEffect(facts(), { configuration: '/studio/film', version: 'v0.24.0' }, context);
  const treeCore = {
    ...{ path: '/studio/film/install/core', now: 'v0.24.0', previous: 'v0.23.8' },
    ...{ standing: 'asLeft' as const, noBackup: null },
  } as const;

  it('is done while everything is as it was left', () => {
    expect(undo({ files: [file], core: treeCore })).toEqual({
      kind: 'change',
      changes: [
        { kind: 'replaceCode', path: '/studio/film/install/core', from: 'v0.24.0', to: 'v0.23.8' },
        { kind: 'restoreFile', path: '/f/core_api.yml', sha256: 'p' },
      ],
    });
    expect(undo({ files: [{ ...file, now: 'p' }], core: { ...treeCore, standing: 'asBefore' } })).toEqual({
      kind: 'none',
    });
  });

  it('is left where somebody else changed something, or the backup is gone', () => {
    expect(undo({ files: [{ ...file, now: 'x' }], core: null })).toMatchObject({ kind: 'blocked' });
    expect(undo({ files: [], core: { ...treeCore, standing: 'changed' } })).toMatchObject({
      kind: 'blocked',
    });
    expect(undo({ files: [], core: { ...treeCore, noBackup: 'gone' } })).toEqual({
      ...{ kind: 'blocked', reason: 'gone' },
    });
  });
});
