import { describe, expect, it } from 'vitest';
import { ERAS, resolveSource, type ApiPath, type Era } from '../index.ts';
import {
  anchor,
  api,
  bad,
  consumerOf,
  factsOf,
  installed,
  ownBundles,
  pem,
  python,
} from '../testing/facts.ts';

/** Version of each era, and a Python that can import it. */
const SAMPLES: Readonly<Record<Era, readonly (readonly [version: string, python: string])[]>> = {
  E0: [['3.0.7', '2.7.18']],
  E1: [['3.0.9', '2.7.18']],
  E2: [['3.0.15', '2.7.18']],
  E3: [['3.0.19', '2.7.18']],
  E4: [['3.0.35', '2.7.18']],
  E5: [['3.0.37', '2.7.18']],
  E6: [['3.0.38', '2.7.18']],
  E7: [
    ['3.2.5', '2.7.18'],
    ['3.2.5', '3.11.7'],
  ],
  E8: [
    ['3.3.6', '2.7.18'],
    ['3.8.1', '3.11.7'],
  ],
  E9: [['3.8.4', '3.9.18']],
  E10: [
    ['3.9.2', '3.13.0'],
    ['3.10.3', '3.11.7'],
  ],
};

type Setting = 'none' | 'studio' | 'empty' | 'missing' | 'broken' | 'httplib2' | 'httplib2 missing';
const VALUES: Readonly<Record<Setting, Readonly<Record<string, string>>>> = {
  none: {},
  studio: { SHOTGUN_API_CACERTS: '/studio.pem' },
  empty: { SHOTGUN_API_CACERTS: '' },
  missing: { SHOTGUN_API_CACERTS: '/missing.pem' },
  broken: { SHOTGUN_API_CACERTS: '/broken.pem' },
  httplib2: { HTTPLIB2_CA_CERTS: '/httplib2.pem' },
  'httplib2 missing': { HTTPLIB2_CA_CERTS: '/missing.pem' },
};

/** `D`: Python's default store. `B`: its httplib2's file. `C`: its certifi. `S`: the studio's file. `H`: that of HTTPLIB2_CA_CERTS. `0`: nothing. */
type Expected = 'D' | 'B' | 'C' | 'S' | 'H' | '0' | 'error' | 'import' | null;
type Row = Readonly<Record<Setting, readonly [crud: Expected, form: Expected, s3: Expected]>>;

const IGNORES = {
  studio: ['B', 'D', null],
  empty: ['B', 'D', null],
  missing: ['B', 'D', null],
  broken: ['B', 'D', null],
  httplib2: ['B', 'D', null],
  'httplib2 missing': ['B', 'D', null],
} as const;
const FAILS_IMPORT = ['import', 'import', 'import'] as const;
/** shotgrid.md §1.4: the table, and below it what an empty, missing or broken value does. By era and major version of Python. */
const TABLE: Readonly<Record<string, Row>> = {
  'E0 2': {
    none: ['D', 'D', null],
    studio: ['D', 'D', null],
    empty: ['D', 'D', null],
    missing: ['D', 'D', null],
    broken: ['D', 'D', null],
    httplib2: ['D', 'D', null],
    'httplib2 missing': ['D', 'D', null],
  },
  'E1 2': { none: ['B', 'D', null], ...IGNORES },
  'E2 2': { none: ['B', 'D', null], ...IGNORES },
  'E3 2': {
    none: ['B', 'D', null],
    studio: ['S', 'D', null],
    empty: ['0', 'D', null],
    missing: ['error', 'D', null],
    broken: ['error', 'D', null],
    httplib2: ['B', 'D', null],
    'httplib2 missing': ['B', 'D', null],
  },
  'E4 2': {
    none: ['B', 'D', 'D'],
    studio: ['S', 'D', 'D'],
    empty: ['0', 'D', 'D'],
    missing: ['error', 'D', 'D'],
    broken: ['error', 'D', 'D'],
    httplib2: ['B', 'D', 'D'],
    'httplib2 missing': ['B', 'D', 'D'],
  },
  'E5 2': {
    none: ['B', 'D', 'D'],
    studio: ['S', 'S', 'D'],
    empty: ['0', 'D', 'D'],
    missing: ['error', 'error', 'D'],
    broken: ['error', 'error', 'D'],
    httplib2: ['B', 'D', 'D'],
    'httplib2 missing': ['B', 'D', 'D'],
  },
  'E6 2': {
    none: ['B', 'D', 'D'],
    studio: ['S', 'S', 'D'],
    empty: ['0', 'D', 'D'],
    missing: ['error', 'error', 'D'],
    broken: ['error', 'error', 'D'],
    httplib2: ['H', 'D', 'D'],
    'httplib2 missing': FAILS_IMPORT,
  },
  'E7 2': {
    none: ['B', 'D', 'D'],
    studio: ['S', 'S', 'S'],
    empty: ['0', 'D', 'D'],
    missing: ['error', 'error', 'error'],
    broken: ['error', 'error', 'error'],
    httplib2: ['H', 'D', 'D'],
    'httplib2 missing': FAILS_IMPORT,
  },
  'E7 3': {
    none: ['B', 'D', 'D'],
    studio: ['S', 'S', 'S'],
    empty: ['B', 'D', 'D'],
    missing: ['error', 'error', 'error'],
    broken: ['error', 'error', 'error'],
    httplib2: ['H', 'D', 'D'],
    'httplib2 missing': FAILS_IMPORT,
  },
  'E8 2': {
    none: ['C', 'C', 'C'],
    studio: ['S', 'S', 'S'],
    empty: ['0', 'D', 'D'],
    missing: ['error', 'error', 'error'],
    broken: ['error', 'error', 'error'],
    httplib2: ['C', 'C', 'C'],
    'httplib2 missing': FAILS_IMPORT,
  },
  'E8 3': {
    none: ['C', 'C', 'C'],
    studio: ['S', 'S', 'S'],
    empty: ['B', 'D', 'D'],
    missing: ['error', 'error', 'error'],
    broken: ['error', 'error', 'error'],
    httplib2: ['C', 'C', 'C'],
    'httplib2 missing': FAILS_IMPORT,
  },
  'E9 3': {
    none: ['C', 'D', 'D'],
    studio: ['S', 'D', 'D'],
    empty: ['B', 'D', 'D'],
    missing: ['error', 'D', 'D'],
    broken: ['error', 'D', 'D'],
    httplib2: ['C', 'D', 'D'],
    'httplib2 missing': FAILS_IMPORT,
  },
  'E10 3': {
    none: ['C', 'C', 'C'],
    studio: ['S', 'S', 'S'],
    empty: ['B', 'D', 'D'],
    missing: ['error', 'error', 'error'],
    broken: ['error', 'error', 'error'],
    httplib2: ['C', 'C', 'C'],
    'httplib2 missing': FAILS_IMPORT,
  },
};

const bundles = [
  pem('/studio.pem', 'studio'),
  pem('/httplib2.pem', 'httplib2'),
  bad('/missing.pem', 'missing'),
  bad('/broken.pem', 'broken'),
  ...ownBundles(),
];

function meaningOf(
  version: string,
  pythonVersion: string,
  { set, path }: { readonly set: Readonly<Record<string, string>>; readonly path: ApiPath },
): Expected {
  const copy = api(version);
  const environment = python(pythonVersion);
  const facts = factsOf({ pythons: [environment], apis: [copy], bundles });
  const { source, anchors } = resolveSource(
    consumerOf(`shotgun_api3.${path}`, { python: environment, api: copy, set }),
    facts,
  );
  if (source.state === 'notImportable') return 'import';
  if (source.state === 'cannotLoad') return 'error';
  if (source.state === 'unknown') return null;
  const names = anchors.join();
  const meanings: readonly (readonly [string, Expected])[] = [
    ['', '0'],
    [[anchor('directory'), anchor('system')].join(), 'D'],
    [anchor('lib/certifi/cacert.pem'), 'C'],
    [anchor('studio'), 'S'],
    [anchor('httplib2'), 'H'],
  ];
  const own = ownBundles().filter(({ path: file }) => file.includes('httplib2'));
  if (own.some(({ anchors: [only] }) => only === names)) return 'B';
  return meanings.find(([of]) => of === names)?.[1] ?? null;
}

const CASES = ERAS.flatMap((era) =>
  SAMPLES[era].flatMap(([version, pythonVersion]) =>
    (Object.keys(VALUES) as Setting[]).map((setting) => ({ era, version, pythonVersion, setting })),
  ),
);

describe('shotgun_api3 by era', () => {
  it.each(CASES)('$era $version on $pythonVersion, $setting', ({ era, version, pythonVersion, setting }) => {
    const row = TABLE[`${era} ${pythonVersion[0] ?? ''}`];
    const set = VALUES[setting];
    const found = (['crud', 'form', 's3'] as const).map((path) =>
      meaningOf(version, pythonVersion, { set, path }),
    );
    expect(found).toEqual(row?.[setting]);
  });

  it('falls back on the file of its own httplib2 for its Python', () => {
    const copy = api('3.2.5');
    const at = (version: string): unknown => {
      const environment = python(version);
      const facts = factsOf({ bundles, apis: [copy] });
      return resolveSource(
        consumerOf('shotgun_api3.crud', { python: environment, api: copy }),
        facts,
      ).source.steps.at(-1);
    };
    expect(at('2.7.18')).toMatchObject({ name: 'lib/httplib2/python2/cacerts.txt', outcome: 'used' });
    expect(at('3.11.7')).toMatchObject({ name: 'lib/httplib2/python3/cacerts.txt', outcome: 'used' });
  });

  it('asks ca_certs_locater, then certifi on sys.path, before its bundle (E6, E7)', () => {
    const copy = api('3.2.5');
    const facts = factsOf({
      bundles: [...bundles, pem('/certifi.pem', 'certifi'), pem('/located.pem', 'located')],
    });
    const resolve = (...packages: ReturnType<typeof installed>[]): readonly string[] =>
      resolveSource(
        consumerOf('shotgun_api3.crud', { python: python('3.11.7', { packages }), api: copy }),
        facts,
      ).anchors;
    const certifi = installed('certifi', '2024.7.4', '/certifi.pem');
    expect(resolve(certifi)).toEqual([anchor('certifi')]);
    expect(resolve(certifi, installed('ca_certs_locater', null, '/located.pem'))).toEqual([
      anchor('located'),
    ]);
  });

  it('knows nothing where a module of the studio decides', () => {
    const copy = api('3.0.35');
    const environment = python('2.7.18', { packages: [installed('ca_certs_locater', null)] });
    const { source } = resolveSource(
      consumerOf('shotgun_api3.crud', { python: environment, api: copy }),
      factsOf({ bundles }),
    );
    expect(source).toMatchObject({ state: 'unknown', anchors: null, digest: null });
    expect(source.steps.at(-2)).toMatchObject({ outcome: 'used', reason: 'moduleDecides' });
  });
});
