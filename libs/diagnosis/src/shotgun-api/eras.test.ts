import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ERAS, eraOf, trustOrder } from '../index.ts';

/** shotgrid.md §1.4, column "tags", and what §1.1 says of versions that are no plain number. */
const VERSIONS: readonly (readonly [string, string])[] = [
  ['3.0.2', 'E0'],
  ['3.0.7', 'E0'],
  ['3.0.8', 'E1'],
  ['3.0.9.beta2', 'E1'],
  ['3.0.11', 'E1'],
  ['3.0.12', 'E2'],
  ['3.0.13', 'E2'],
  ['3.0.18', 'E2'],
  ['3.0.19', 'E3'],
  ['3.0.20.RC1', 'E3'],
  ['3.0.20', 'E3'],
  ['3.0.21', 'E4'],
  ['3.0.30.dev', 'E4'],
  ['3.0.32.toolkit', 'E4'],
  ['3.0.33.dev', 'E4'],
  ['3.0.35', 'E4'],
  ['3.0.36.dev', 'E5'],
  ['3.0.36', 'E5'],
  ['3.0.37', 'E5'],
  ['3.0.38', 'E6'],
  ['3.0.39', 'E7'],
  ['3.0.41', 'E7'],
  ['3.1.0', 'E7'],
  ['3.2.4', 'E7'],
  ['3.2.5', 'E7'],
  ['3.2.6', 'E8'],
  ['3.7.0-beta.1', 'E8'],
  ['3.8.1', 'E8'],
  ['3.8.2', 'E9'],
  ['3.8.3-beta1', 'E9'],
  ['3.8.4', 'E9'],
  ['3.8.5', 'E9'],
  ['3.9.0', 'E10'],
  ['3.10.0', 'E10'],
  ['3.10.3', 'E10'],
];

describe('eraOf', () => {
  it.each(VERSIONS)('%s is %s', (version, era) => {
    expect(eraOf({ version }).era).toBe(era);
  });

  it('judges a newer version as E10 and says so', () => {
    const judged = eraOf({ version: '3.11.0' });
    expect(judged.era).toBe('E10');
    expect(judged.reason).toContain('newer than 3.10.3');
    expect(judged.version).toEqual([3, 11, 0]);
  });

  it('says which tags share a version', () => {
    expect(eraOf({ version: '3.8.4' }).reason).toContain('v3.8.5 calls itself 3.8.4');
  });

  it('says nothing of a copy without a version', () => {
    for (const version of [null, '', 'HEAD', '9'.repeat(400)])
      expect(eraOf({ version })).toMatchObject({ era: null, version: null });
  });

  it('gives exactly one era, later versions no earlier one', () => {
    const part = fc.integer({ min: 0, max: 60 });
    fc.assert(
      fc.property(fc.tuple(part, part), fc.tuple(part, part), (a, b) => {
        const era = ([minor, fix]: readonly [number, number]): number =>
          ERAS.indexOf(eraOf({ version: `3.${minor}.${fix}` }).era ?? 'E0');
        const before = a[0] < b[0] || (a[0] === b[0] && a[1] <= b[1]);
        expect(before ? era(a) <= era(b) : era(b) <= era(a)).toBe(true);
      }),
    );
  });
});

const B2 = 'bundle:lib/httplib2/cacerts.txt';
const CERTIFI = 'bundle:lib/certifi/cacert.pem';
const ENV = 'env:SHOTGUN_API_CACERTS';
const CHAIN = ['argument', ENV, 'env:HTTPLIB2_CA_CERTS', 'module:ca_certs_locater', 'module:certifi'];
const E8 = ['argument', ENV, CERTIFI];
const PY = ['python'];
const UP = ['argument', ENV, 'python'];

/** shotgrid.md §1.4: version, CRUD, FORM, S3, with Python 3's bundle. */
const ORDERS: readonly (readonly [string, readonly string[], readonly string[], readonly string[] | null])[] =
  [
    ['3.0.5', PY, PY, null],
    ['3.0.9', [B2], PY, null],
    ['3.0.15', ['argument', B2], PY, null],
    ['3.0.19', ['argument', ENV, B2], PY, null],
    ['3.0.32', ['argument', ENV, 'module:ca_certs_locater', B2], PY, null],
    ['3.0.33', ['argument', ENV, 'module:ca_certs_locater', B2], PY, PY],
    ['3.0.37', ['argument', ENV, 'module:ca_certs_locater', B2], UP, PY],
    ['3.0.38', [...CHAIN, B2], UP, PY],
    ['3.0.41', [...CHAIN, B2], UP, UP],
    ['3.2.5', [...CHAIN, 'bundle:lib/httplib2/python3/cacerts.txt'], UP, UP],
    ['3.3.6', E8, E8, E8],
    ['3.8.1', E8, E8, E8],
    ['3.8.2', E8, PY, PY],
    ['3.8.5', E8, PY, PY],
    ['3.9.0', E8, E8, E8],
    ['3.10.3', E8, E8, E8],
  ];

describe('trustOrder', () => {
  it.each(ORDERS)('of %s', (version, ...[crud, form, s3]) => {
    expect(trustOrder(eraOf({ version }), 3)).toEqual({ crud, form, s3 });
  });

  it('names the bundle of Python 2 for Python 2', () => {
    expect(trustOrder(eraOf({ version: '3.2.5' }), 2).crud?.at(-1)).toBe(
      'bundle:lib/httplib2/python2/cacerts.txt',
    );
  });

  it.each([
    ['v0.23.6', E8],
    ['v0.23.7', [CERTIFI]],
    ['v0.23.8', [CERTIFI]],
    ['v0.23.9', [CERTIFI]],
    ['v0.23.10', E8],
    ['v0.24.0', E8],
    ['HEAD', E8],
  ])('in tk-core %s', (version, expected) => {
    const judged = eraOf({ version: '3.10.0' }, { version });
    expect(judged.era).toBe('E10');
    expect(trustOrder(judged, 3)).toEqual({ crud: expected, form: expected, s3: expected });
  });

  it('is null for a copy without a version', () => {
    expect(trustOrder(eraOf({ version: null }), 3)).toEqual({ crud: null, form: null, s3: null });
  });
});
