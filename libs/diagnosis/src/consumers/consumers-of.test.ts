import {
  verdictsSection,
  type CaVariable,
  type ToolkitConfiguration,
  type TrustSetting,
} from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { consumersOf, resolveSources, type Consumer } from '../index.ts';
import { api, core, factsOf, installed, ownBundles, python, type TestFacts } from '../testing/facts.ts';

const plain = python('3.11.7', {
  packages: ['requests', 'urllib3', 'httplib2', 'pip', 'conda', 'botocore', 'certifi'].map((name) =>
    installed(name as 'pip', '1.0'),
  ),
});
const setting = (name: TrustSetting['name'], value: string, owner: string | null = null): TrustSetting => ({
  ...{ name, value, owner, scope: owner === null ? 'machine' : 'user', source: '/etc/environment' },
});
const userVariable = (owner: string): CaVariable => ({
  ...{
    name: 'SSL_CERT_FILE',
    scope: 'user',
    owner,
    value: `/${owner}.pem`,
    source: `/home/${owner}/.profile`,
  },
});
function clients(given: TestFacts, of?: string): string[] {
  const all = consumersOf(factsOf(given)).filter(({ python: by }) => of === undefined || by?.path === of);
  return all.map(({ client }) => client);
}
function copies(given: TestFacts): (readonly [string | undefined, string | undefined, string])[] {
  return consumersOf(factsOf(given))
    .filter(({ client }) => client === 'shotgun_api3.crud')
    .map(
      ({ api: copy, python: by, context }) => [copy?.location, by?.path, context.accounts.join()] as const,
    );
}
const where = ({ client, python: by, context }: Consumer): string =>
  `${client} ${by?.path ?? ''} ${context.accounts.join()}`;

describe('consumersOf', () => {
  it('programs once, a Python by its packages', () => {
    expect(clients({ pythons: [plain] })).toEqual([
      ...['curl', 'git', 'node', 'ssl', 'requests', 'urllib3', 'httplib2', 'pip', 'conda', 'boto3'],
    ]);
    expect(clients({ pythons: [python('3.9.1')] }, python('3.9.1').path)).toEqual(['ssl']);
  });

  it('everything again under every set of variables', () => {
    const variables = { variables: [userVariable('alice'), userVariable('bob')] };
    const all = consumersOf(factsOf({ pythons: [plain], variables }));
    expect(all).toHaveLength(30);
    expect(new Set(all.map(where)).size).toBe(30);
    expect(all.slice(0, 10).every(({ context }) => context.accounts.length === 0)).toBe(true);
  });

  it('is bounded, the machine’s first', () => {
    const pythons = Array.from({ length: 300 }, (_, at) => ({ ...plain, path: `/opt/${at}/bin/python` }));
    const variables = { variables: Array.from({ length: 50 }, (_, at) => userVariable(`user${at}`)) };
    expect(consumersOf(factsOf({ pythons, variables }))).toHaveLength(2000);
    expect(consumersOf(factsOf({ pythons, variables }), 7)).toHaveLength(7);
  });

  it('judges the copy in site-packages, on PYTHONPATH before it where that is set', () => {
    const own = python('3.11.7', {
      packages: [{ ...installed('shotgun_api3', '3.8.5'), location: '/site/shotgun_api3' }],
    });
    const apis = [api('3.8.5'), api('3.10.3', { location: '/apps/python/shotgun_api3', form: 'loose' })];
    const variables = { variables: [], settings: [setting('PYTHONPATH', '/nothing:/apps/python', 'alice')] };
    expect(copies({ pythons: [own], apis, variables })).toEqual([
      ['/site/shotgun_api3', own.path, ''],
      ['/apps/python/shotgun_api3', own.path, 'alice'],
    ]);
  });

  it('knows a copy that the discovery did not list by the package alone', () => {
    const own = python('3.11.7', { packages: [installed('shotgun_api3', '3.8.5')] });
    const found = resolveSources(factsOf({ pythons: [own], bundles: ownBundles() }));
    const crud = found.find(({ source }) => source.client === 'shotgun_api3.crud');
    expect(crud?.source).toMatchObject({
      state: 'anchors',
      anchors: 1,
      version: '3.8.5',
      install: '/site/shotgun_api3',
    });
  });

  it('knows the single file on PYTHONPATH', () => {
    const single = api('3.0.7', {
      location: '/apps/shotgun_api3.py',
      path: '/apps/shotgun_api3.py',
      form: 'singleFile',
    });
    const variables = { variables: [], settings: [setting('PYTHONPATH', '/apps/')] };
    const old = python('2.7.18');
    expect(copies({ pythons: [old], apis: [single], variables })).toEqual([
      ['/apps/shotgun_api3.py', old.path, ''],
    ]);
    // E0 has no uploads to S3.
    expect(clients({ pythons: [old], apis: [single], variables }, old.path)).toEqual([
      ...['ssl', 'shotgun_api3.crud', 'shotgun_api3.form'],
    ]);
  });

  describe('of a Toolkit core', () => {
    const INFO = '/studio/install/core/info.yml';
    const zip = (feature: string): ReturnType<typeof api> =>
      api('3.10.0', {
        location: `/studio/install/core/requirements/${feature}/pkgs.zip!shotgun_api3`,
        form: 'zip',
        core: INFO,
        zipPython: feature,
      });
    const maya = python('3.11.7', {
      kind: 'dcc',
      product: 'Maya 2025',
      path: '/usr/autodesk/maya2025/bin/mayapy',
    });
    const given: TestFacts = {
      pythons: [plain, maya],
      apis: [zip('3.9'), zip('3.11')],
      cores: [core(INFO, 'v0.23.8')],
    };

    it('takes the zip for the Python of a product', () => {
      expect(copies(given)).toEqual([[zip('3.11').location, maya.path, '']]);
      expect(clients(given, maya.path)).toContain('toolkit.urlopen');
      expect(clients(given, plain.path)).not.toContain('toolkit.urlopen');
    });

    it('runs in the interpreter that a configuration names', () => {
      const configuration: ToolkitConfiguration = {
        ...{
          path: '/studio',
          kind: 'localized',
          core: null,
          corePath: INFO,
          site: null,
          keys: [],
          shared: null,
        },
        interpreter: plain.path,
      };
      expect(copies({ ...given, pythons: [plain], configurations: [configuration] })).toEqual([
        [zip('3.11').location, plain.path, ''],
      ]);
    });

    it('is not judged where it is not in use', () => {
      const backup = { ...core(INFO, 'v0.23.8'), inUse: false };
      expect(copies({ ...given, cores: [backup] })).toEqual([]);
    });

    it('without a zip for that Python the import that fails is judged', () => {
      const newer = { ...maya, version: '3.12.1' };
      const found = resolveSources(factsOf({ ...given, pythons: [newer] })).filter(
        ({ source }) => source.client === 'shotgun_api3.crud',
      );
      expect(found.map(({ source }) => source.state)).toEqual(['notImportable']);
    });
  });

  it('sgtk from pip makes Toolkit’s own calls', () => {
    expect(clients({ pythons: [python('3.11.7', { packages: [installed('sgtk', '0.24.0')] })] })).toContain(
      'toolkit.urlopen',
    );
  });
});

describe('resolveSources', () => {
  const apis = [api('3.8.5'), api('3.10.3', { location: '/apps/shotgun_api3', form: 'loose' })];
  const given: TestFacts = {
    pythons: [python('3.11.7', { packages: [...plain.packages, installed('shotgun_api3', '3.8.5')] })],
    apis,
    bundles: ownBundles(),
    variables: { variables: [userVariable('alice')], settings: [setting('PYTHONPATH', '/apps', 'bob')] },
  };

  it('is what the section takes, each id once', () => {
    const sources = resolveSources(factsOf(given)).map(({ source }) => source);
    expect(verdictsSection.parse({ sources, verdicts: [] }).sources).toEqual(sources);
    expect(new Set(sources.map(({ id }) => id)).size).toBe(sources.length);
    expect(new Set(sources.map(({ accounts }) => accounts.join()))).toEqual(new Set(['', 'alice', 'bob']));
  });

  it('gives a consumer the same id though its variables change', () => {
    const other = {
      variables: [{ ...userVariable('alice'), value: '/other.pem' }],
      settings: given.variables?.settings,
    };
    const ids = (facts: TestFacts): unknown => resolveSources(factsOf(facts)).map(({ source }) => source.id);
    expect(
      ids({
        ...given,
        variables: { variables: other.variables, settings: [setting('PYTHONPATH', '/apps', 'bob')] },
      }),
    ).toEqual(ids(given));
  });

  it('sources of equal anchors share one array and one digest', () => {
    const [first, ...others] = resolveSources(factsOf(given)).filter(
      ({ source }) => source.client === 'ssl' && source.state === 'anchors',
    );
    expect(others.length).toBeGreaterThan(0);
    for (const other of others.filter(({ source }) => source.digest === first?.source.digest))
      expect(other.anchors).toBe(first?.anchors);
  });
});
