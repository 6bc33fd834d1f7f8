import type { HostFacts } from '@trustfleet/policy';
import type { PythonEnvironment, PythonPackage } from '@trustfleet/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pythonUpgradePackage } from './remedy.ts';
import type { PackageContext, PackageHostLook, PackageUndoContext } from './context.ts';
import type { PythonUpgradePackageParameters } from './schema.ts';
import type { ReleaseBundle } from '../package-releases/release.ts';
import { bundleFile } from '../testing/facts.ts';

const PYTHON = '/opt/tools/bin/python3';
const SITE = '/opt/tools/lib/python3.11/site-packages';

const packageOf = (change: Partial<PythonPackage> = {}): PythonPackage => ({
  ...{ name: 'certifi', version: '2022.12.07', location: `${SITE}/certifi` },
  bundle: `${SITE}/certifi/cacert.pem`,
  ...change,
});
const PIP = packageOf({ name: 'pip', version: '23.0', location: `${SITE}/pip`, bundle: null });

function pythonOf(change: Partial<PythonEnvironment> = {}): PythonEnvironment {
  return {
    ...{ path: PYTHON, realPath: PYTHON, kind: 'venv', version: '3.11.7', implementation: 'cpython' },
    ...{ openssl: null, verifyPaths: null, packages: [packageOf(), PIP] },
    ...{ facts: 'run', notRunBecause: null },
    ...change,
  };
}

const factsOf = (python: PythonEnvironment = pythonOf()): HostFacts => ({
  pythons: { pythons: [python] },
  bundles: {
    bundles: [
      {
        ...bundleFile({ path: `${SITE}/certifi/cacert.pem`, realPath: `${SITE}/certifi/cacert.pem` }),
        provenance: [{ kind: 'certifi', python: PYTHON, version: '2022.12.07' }],
      },
      { ...bundleFile(), provenance: [{ kind: 'pythonDefault', python: PYTHON }] },
    ],
  },
});

const wanted = (change: Partial<PythonUpgradePackageParameters> = {}): PythonUpgradePackageParameters => ({
  ...{ python: PYTHON, package: 'certifi', version: '2024.7.4', source: { kind: 'index' } },
  ...change,
});

const LOOK: PackageHostLook = {
  ...{
    sites: [SITE],
    pip: '23.0',
    externallyManaged: null,
    manager: null,
    form: 'recorded',
    notWritable: null,
  },
};
const context = (change: Partial<PackageContext> = {}): PackageContext => ({
  ...{ release: null, certifiRoots: () => null, keeper: false, host: LOOK },
  ...change,
});
const effect = (facts = factsOf(), parameters = wanted(), more: Partial<PackageContext> = {}) =>
  pythonUpgradePackage.effect(facts, parameters, context(more));

const NEW: ReleaseBundle = {
  ...{ path: 'cacert.pem', state: 'read', sha256: 'b'.repeat(64), size: 20, anchors: ['c'.repeat(64)] },
  ...{ problems: [], opensslAccepts: true },
};

describe('what it changes', () => {
  it('the version and, as its wheel says, the bundle; nothing else', () => {
    const facts = factsOf();
    const after = effect(facts, wanted(), {
      release: { requiresPython: '>=3.6', bundles: [NEW], codeSha256: null },
    });
    expect(after).toMatchObject({
      ...{ kind: 'change', remark: null },
      changes: [
        { kind: 'changePackage', python: PYTHON, name: 'certifi', from: '2022.12.07', to: '2024.7.4' },
      ],
      facts: {
        pythons: { pythons: [{ packages: [{ name: 'certifi', version: '2024.7.4' }, PIP] }] },
        bundles: {
          bundles: [
            { sha256: NEW.sha256, anchors: NEW.anchors, provenance: [{ version: '2024.7.4' }] },
            facts.bundles!.bundles[1],
          ],
        },
      },
    });
  });

  it('the anchors of a release that the catalogue knows, where nobody has read the wheel', () => {
    const after = effect(factsOf(), wanted(), { certifiRoots: () => ['d'.repeat(64)] });
    expect(after).toMatchObject({
      remark: null,
      facts: { bundles: { bundles: [{ sha256: null, anchors: ['d'.repeat(64)] }, {}] } },
    });
  });

  it('says that it does not know them, and foretells nothing of that file, where nobody does', () => {
    const after = effect();
    if (after.kind !== 'change') throw new Error(after.kind);
    expect(after.remark).toMatch(/known only once it is there/);
    expect(after.facts.bundles?.bundles).toHaveLength(1);
  });

  it('nothing where it is there already, however the version is written', () => {
    expect(effect(factsOf(pythonOf({ packages: [packageOf({ version: '2024.07.04' }), PIP] })))).toEqual({
      kind: 'none',
    });
  });

  it('once: what it leaves complies', () => {
    const months = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(fc.integer({ min: 2023, max: 2040 }), months, (year, month) => {
        const parameters = wanted({ version: `${year}.${month}.1` });
        const first = effect(factsOf(), parameters);
        if (first.kind !== 'change') throw new Error(first.kind);
        expect(effect(first.facts, parameters)).toEqual({ kind: 'none' });
      }),
    );
  });
});

const SHARED = { export: 'filer:/tools', type: 'nfs4' };
const inSite = (name: PythonPackage['name'], version: string): PythonPackage =>
  packageOf({ name, version, location: `${SITE}/${name}`, bundle: null });
const withPackage = (name: PythonPackage['name'], version: string, python: Partial<PythonEnvironment> = {}) =>
  factsOf(pythonOf({ packages: [inSite(name, version), PIP], ...python }));

describe('what it refuses', () => {
  it.each<[string, ReturnType<typeof effect>, RegExp]>([
    ['a Python that is not there', effect({}), /no Python/],
    ['a package that is not there', effect(factsOf(pythonOf({ packages: [PIP] }))), /not installed/],
    ['a shared install', effect(factsOf(pythonOf({ shared: SHARED }))), /filer:\/tools.*keeper/],
    [
      'what the agent does not run',
      effect(factsOf(pythonOf({ facts: 'static', notRunBecause: 'it is odd' }))),
      /it is odd/,
    ],
    ['conda', effect(factsOf(pythonOf({ kind: 'conda' }))), /conda/],
    ['no pip', effect(factsOf(pythonOf({ packages: [packageOf()] }))), /no pip/],
    [
      'a product without pip',
      effect(factsOf(pythonOf({ kind: 'dcc', product: 'Maya 2024', packages: [packageOf()] }))),
      /Maya 2024/,
    ],
    [
      'a copy of a core',
      effect(factsOf(pythonOf({ packages: [packageOf({ location: '/c/tank_vendor/certifi' }), PIP] }))),
      /brought along/,
    ],
    [
      'a loose copy',
      effect(factsOf(pythonOf({ packages: [packageOf({ location: '/srv/lib/certifi' }), PIP] }))),
      /loose copy/,
    ],
    [
      'a package of the system',
      effect(
        factsOf(
          pythonOf({ packages: [packageOf({ location: '/usr/lib/python3/dist-packages/certifi' }), PIP] }),
        ),
      ),
      /package manager/,
    ],
    [
      'PEP 668',
      effect(factsOf(), wanted(), { host: { ...LOOK, externallyManaged: 'use apt' } }),
      /PEP 668.*use apt/,
    ],
    [
      'another installer',
      effect(factsOf(), wanted(), { host: { ...LOOK, manager: 'conda' } }),
      /managed by conda/,
    ],
    [
      'a pip that does not start',
      effect(factsOf(), wanted(), { host: { ...LOOK, pip: null } }),
      /cannot run its pip/,
    ],
    [
      'a site that others can write',
      effect(factsOf(), wanted(), { host: { ...LOOK, notWritable: 'others can write it.' } }),
      /others can write/,
    ],
    ['distutils', effect(factsOf(), wanted(), { host: { ...LOOK, form: 'distutils' } }), /distutils/],
    ['a working tree', effect(factsOf(), wanted(), { host: { ...LOOK, form: 'editable' } }), /working tree/],
    ['a downgrade', effect(factsOf(), wanted({ version: '2021.1.1' })), /nothing is downgraded/],
    [
      'certifi without Amazon’s roots',
      effect(
        factsOf(pythonOf({ packages: [packageOf({ version: '2015.1.1' }), PIP] })),
        wanted({ version: '2016.1.1' }),
      ),
      /Amazon/,
    ],
    [
      'a wheel for newer Pythons',
      effect(factsOf(pythonOf({ version: '3.6.15' })), wanted(), {
        release: { requiresPython: '>=3.7', bundles: [], codeSha256: null },
      }),
      /requires Python >=3.7/,
    ],
    [
      'requests 2.32.0 – 2.32.4',
      effect(withPackage('requests', '2.31.0'), wanted({ package: 'requests', version: '2.32.3' })),
      /2\.32\.5/,
    ],
    [
      'requests below 2.28',
      effect(withPackage('requests', '2.20.0'), wanted({ package: 'requests', version: '2.27.1' })),
      /CURL_CA_BUNDLE/,
    ],
    [
      'httplib2 below 0.12',
      effect(withPackage('httplib2', '0.9.0'), wanted({ package: 'httplib2', version: '0.11.3' })),
      /HTTPLIB2_CA_CERTS/,
    ],
    [
      'truststore for 3.9',
      effect(
        withPackage('truststore', '0.6.0', { version: '3.9.18' }),
        wanted({ package: 'truststore', version: '0.9.0' }),
      ),
      /needs Python 3\.10/,
    ],
    [
      'E9',
      effect(withPackage('shotgun_api3', '3.8.1'), wanted({ package: 'shotgun_api3', version: '3.8.4' })),
      /one problem for another/,
    ],
    [
      'an API that cannot be imported',
      effect(
        withPackage('shotgun_api3', '3.3.6', { version: '3.6.15' }),
        wanted({ package: 'shotgun_api3', version: '3.10.0' }),
      ),
      /cannot import/,
    ],
    [
      '3.8.1 where 3.9.0 works',
      effect(withPackage('shotgun_api3', '3.3.6'), wanted({ package: 'shotgun_api3', version: '3.8.1' })),
      /take that or a later one/,
    ],
  ])('%s', (_what, result, reason) => {
    expect(result).toMatchObject({ kind: 'notApplicable' });
    expect(result.kind === 'notApplicable' && result.reason).toMatch(reason);
  });

  it('not what is only like it', () => {
    for (const one of [
      effect(factsOf(pythonOf({ shared: SHARED })), wanted(), { keeper: true }),
      effect(
        withPackage('requests', '2.20.0', { version: '3.6.15' }),
        wanted({ package: 'requests', version: '2.27.1' }),
      ),
      effect(withPackage('requests', '2.31.0'), wanted({ package: 'requests', version: '2.32.5' })),
      effect(withPackage('shotgun_api3', '3.8.4'), wanted({ package: 'shotgun_api3', version: '3.9.0' })),
      effect(
        withPackage('shotgun_api3', '3.3.6', { version: '2.7.18' }),
        wanted({ package: 'shotgun_api3', version: '3.6.0' }),
      ),
    ])
      expect(one).toMatchObject({ kind: 'change' });
  });
});

describe('undo', () => {
  const undo = (change: Partial<PackageUndoContext>) =>
    pythonUpgradePackage.undoEffect({}, wanted(), {
      ...{ previous: '2022.12.07', now: '2024.7.4', standing: 'asLeft', stranger: null },
      ...change,
    });

  it.each([
    ['asLeft', { kind: 'change', changes: [{ kind: 'changePackage', from: '2024.7.4', to: '2022.12.07' }] }],
    ['asBefore', { kind: 'none' }],
    ['changed', { kind: 'blocked' }],
  ] as const)('of what stands there %s', (standing, expected) => {
    expect(undo({ standing, stranger: 'certifi/x.py' })).toMatchObject(expected);
  });
});
