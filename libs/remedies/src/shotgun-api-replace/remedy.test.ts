import type { HostFacts } from '@trustfleet/policy';
import type { PythonEnvironment, ShotgunApi } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { bundleFile } from '../testing/facts.ts';
import type { ApiContext, ApiHostLook } from './context.ts';
import { shotgunApiReplace } from './remedy.ts';

const COPY = '/srv/tools/shotgun_api3';

const apiOf = (change: Partial<ShotgunApi> = {}): ShotgunApi => ({
  ...{ path: `${COPY}/shotgun.py`, location: COPY, form: 'loose', version: '3.8.4', metadataVersion: null },
  ...{ sha256: 'a'.repeat(64), bundles: [], core: null, zipPython: null, inUse: true, shared: null },
  ...change,
});

const pythonOf = (version: string, location = COPY): PythonEnvironment => ({
  ...{ path: `/opt/${version}/bin/python`, realPath: null, kind: 'opt', version, implementation: 'cpython' },
  ...{ openssl: null, verifyPaths: null, facts: 'run', notRunBecause: null },
  packages: [{ name: 'shotgun_api3', version: '3.8.4', location, bundle: null }],
});

const factsOf = (api: ShotgunApi = apiOf(), ...pythons: PythonEnvironment[]): HostFacts => ({
  shotgrid: { apis: [api], cores: [], configurations: [], problems: [] },
  pythons: { pythons },
  bundles: {
    bundles: [
      {
        ...bundleFile({ path: `${COPY}/lib/certifi/cacert.pem`, realPath: null }),
        provenance: [{ kind: 'shotgunApi', api: apiOf().path, version: '3.8.4' }],
      },
    ],
  },
});

const LOOK: ApiHostLook = { checkout: null, notWritable: null, inTheWay: null };
const RELEASE: NonNullable<ApiContext['release']> = {
  ...{ requiresPython: null, codeSha256: 'e'.repeat(64) },
  bundles: [
    {
      ...{ path: 'lib/certifi/cacert.pem', state: 'read', sha256: 'b'.repeat(64), size: 9 },
      ...{ anchors: ['c'.repeat(64)], problems: [], opensslAccepts: true },
    },
  ],
};
const effect = (
  facts: HostFacts,
  version = '3.9.0',
  { path = COPY, ...more }: Partial<ApiContext> & { path?: string } = {},
) =>
  shotgunApiReplace.effect(
    facts,
    { path, version, wheel: 'f'.repeat(64) },
    { release: RELEASE, releaseVersion: version, keeper: false, host: LOOK, ...more },
  );

describe('what it changes', () => {
  it('the copy, its bundles, and the Pythons that import it', () => {
    expect(effect(factsOf(apiOf(), pythonOf('3.11.7')))).toMatchObject({
      ...{ kind: 'change', remark: null },
      changes: [{ kind: 'replaceCode', path: COPY, from: '3.8.4', to: '3.9.0' }],
      facts: {
        shotgrid: {
          apis: [
            {
              ...{ path: `${COPY}/shotgun.py`, version: '3.9.0', sha256: 'e'.repeat(64), form: 'loose' },
              bundles: [{ path: `${COPY}/lib/certifi/cacert.pem`, sha256: 'b'.repeat(64), certificates: 1 }],
            },
          ],
        },
        pythons: { pythons: [{ packages: [{ version: '3.9.0', location: COPY }] }] },
        bundles: { bundles: [{ anchors: ['c'.repeat(64)], provenance: [{ version: '3.9.0' }] }] },
      },
    });
  });

  it('a single file gives way to the package beside it', () => {
    const file = `${COPY}.py`;
    const api = apiOf({ path: file, location: file, form: 'singleFile', version: '3.0.7' });
    const after = effect(factsOf(api, pythonOf('2.7.18', file)), '3.6.0', { path: file });
    if (after.kind !== 'change') throw new Error(after.kind);
    expect(after.facts.shotgrid?.apis[0]).toMatchObject({
      ...{ path: `${COPY}/shotgun.py`, location: COPY, form: 'loose', version: '3.6.0' },
    });
    expect(after.facts.pythons?.pythons[0]?.packages[0]).toMatchObject({ location: COPY });
    expect(effect(after.facts, '3.6.0', { path: file })).toEqual({ kind: 'none' });
  });

  it('a CA file that no older copy had is there afterwards, with all that it holds (shotgrid.md §1.2, E7 to E8)', () => {
    const old = `${COPY}/lib/httplib2/python3/cacerts.txt`;
    const facts: HostFacts = {
      ...factsOf(apiOf({ version: '3.2.4' }), pythonOf('3.9.18')),
      bundles: {
        bundles: [
          {
            ...bundleFile({ path: old, realPath: old }),
            provenance: [{ kind: 'shotgunApi', api: apiOf().path, version: '3.2.4' }],
          },
        ],
      },
    };
    const after = effect(facts);
    if (after.kind !== 'change') throw new Error(after.kind);
    expect(after.facts.bundles?.bundles).toEqual([
      {
        ...{ path: `${COPY}/lib/certifi/cacert.pem`, realPath: `${COPY}/lib/certifi/cacert.pem` },
        ...{ state: 'read', detail: null, sha256: 'b'.repeat(64), size: 9, anchors: ['c'.repeat(64)] },
        ...{ problems: [], opensslAccepts: true },
        provenance: [{ kind: 'shotgunApi', api: `${COPY}/shotgun.py`, version: '3.9.0' }],
      },
    ]);
  });

  it('says that nobody is known to use it', () => {
    const after = effect(factsOf());
    expect(after.kind === 'change' && after.remark).toMatch(/No Python is known/);
  });

  it('nothing where it is that release already', () => {
    expect(effect(factsOf(apiOf({ version: '3.9.0' })))).toEqual({ kind: 'none' });
  });
});

describe('what it refuses', () => {
  const on = (change: Partial<ShotgunApi>) => factsOf(apiOf(change));
  const share = { export: 'filer:/api', type: 'nfs4' };
  it.each<[string, ReturnType<typeof effect>, RegExp]>([
    ['nothing there', effect({}), /no copy/],
    ['what pip installed', effect(on({ form: 'pip' })), /python\.upgradePackage/],
    ['what a core brought', effect(on({ form: 'vendored', core: '/core/info.yml' })), /toolkit\.upgradeCore/],
    ['what lies in a core’s zip', effect(on({ form: 'zip' })), /toolkit\.upgradeCore/],
    ['a shared install', effect(on({ shared: share })), /filer:\/api.*keeper/],
    [
      'a git checkout',
      effect(on({}), '3.9.0', { host: { ...LOOK, checkout: '/srv' } }),
      /git checkout v3\.9\.0/,
    ],
    [
      'what others can write',
      effect(on({}), '3.9.0', { host: { ...LOOK, notWritable: 'others can.' } }),
      /others can/,
    ],
    [
      'a name that is taken',
      effect(on({}), '3.9.0', { host: { ...LOOK, inTheWay: '/srv/x' } }),
      /\/srv\/x is in the way/,
    ],
    [
      'another release than the order names',
      effect(on({}), '3.9.0', { releaseVersion: '3.8.0' }),
      /holds shotgun_api3 3\.8\.0/,
    ],
    ['E9', effect(on({ version: '3.8.1' }), '3.8.3'), /one problem for another/],
    ['E7', effect(on({ version: '3.0.20' }), '3.2.0'), /one problem for another/],
    ['a downgrade', effect(on({}), '3.8.1'), /nothing is downgraded/],
    ['a copy without a version', effect(on({ version: null })), /states no version/],
    [
      'a Python that is too old for it',
      effect(factsOf(apiOf({ version: '3.5.1' }), pythonOf('2.7.18')), '3.9.0'),
      /2\.7\.18.*cannot import/,
    ],
    [
      'a Python that is too new for it',
      effect(factsOf(apiOf({ version: '3.5.1' }), pythonOf('3.13.0')), '3.8.1'),
      /3\.13\.0.*cannot import/,
    ],
    [
      'Requires-Python',
      effect(factsOf(apiOf(), pythonOf('3.6.15')), '3.9.0', {
        release: { ...RELEASE, requiresPython: '>=3.7' },
      }),
      /requires Python >=3\.7/,
    ],
  ])('%s', (_what, result, reason) => {
    expect(result.kind === 'notApplicable' && result.reason).toMatch(reason);
  });

  it('not its keeper', () => {
    expect(effect(on({ shared: share }), '3.9.0', { keeper: true })).toMatchObject({ kind: 'change' });
  });
});

describe('undo', () => {
  it.each([
    [
      'asLeft',
      { kind: 'change', changes: [{ kind: 'replaceCode', path: COPY, from: '3.9.0', to: '3.8.4' }] },
    ],
    ['asBefore', { kind: 'none' }],
    ['changed', { kind: 'blocked' }],
  ] as const)('of what stands there %s', (standing, expected) => {
    const parameters = { path: COPY, version: '3.9.0', wheel: 'f'.repeat(64) };
    const left = { previous: '3.8.4', now: '3.9.0', standing, stranger: 'shotgun_api3/x.py' };
    expect(shotgunApiReplace.undoEffect({}, parameters, left)).toMatchObject(expected);
  });
});
