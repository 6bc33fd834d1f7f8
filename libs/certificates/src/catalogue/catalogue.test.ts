import { describe, expect, it } from 'vitest';
import { describeCertificate, pemToDer, WELL_KNOWN_ROOTS } from '../index.ts';
import { buildCatalogue, type CatalogueData } from './build-catalogue.ts';
import { ROOT_CATALOGUE } from './index.ts';

const find = (sha256: string) => ROOT_CATALOGUE.bySha256(sha256.toLowerCase());

// The table of trust-stores.md §10; the releases with which roots left are those of certifi's history.
// prettier-ignore
const FACTS: readonly (readonly [name: string, sha256: string, sha1: string, notAfter: string, left: string | null])[] = [
  ['Amazon Root CA 1', '8ECDE6884F3D87B1125BA31AC3FCB13D7016DE7F57CC904FE1CB97C6AE98196E', '8DA7F965EC5EFC37910F1C6E59FDC1CC6A6EDE16', '2038-01-17', null],
  ['Amazon Root CA 4', 'E35D28419ED02025CFA69038CD623962458DA5C695FBDEA3C22B0BFB25897092', 'F6108407D6F8BB67980CC2E244C2EBAE1CEF63BE', '2040-05-26', null],
  ['Starfield Services Root Certificate Authority - G2', '568D6905A2C88708A4B3025190EDCFEDB1974A606A13C6E5290FCB2AE63EDAB5', '925A8F8D2C6D04E0665F596AFF22D863E8256F3F', '2037-12-31', null],
  ['Starfield Class 2 Certification Authority', '1465FA205397B876FAA6F0A9958E5590E40FCC7FAA4FB7C2C8677521FB5FB658', 'AD7E1C28B064EF8F6003402014C3D0E3370EB58A', '2034-06-29', '2025.04.26'],
  ['ISRG Root X1', '96BCEC06264976F37460779ACF28C5A7CFE8A3C0AAE11A8FFCEE05C0BDDF08C6', 'CABD2A79A1076A31F21D253635CB039D4329A5E8', '2035-06-04', null],
  ['ISRG Root X2', '69729B8E15A86EFC177A57AFB7171DFC64ADD28C2FCA8CF1507E34453CCB1470', 'BDB1B93CD5978D45C6261455F8DB95C75AD153AF', '2040-09-17', null],
  ['DST Root CA X3', '0687260331A72403D909F105E69BCF0D32E1BD2493FFC6D9206D11BCD6770739', 'DAC9024F54D8F6DF94935FB1732638CA6AD77C13', '2021-09-30', '2022.05.18'],
  ['DigiCert Global Root CA', '4348A0E9444C78CB265E058D5E8944B4D84F9662BD26DB257F8934A443C70161', 'A8985D3A65E5E5C4B2D7D66D40C6DD2FB19C5436', '2031-11-10', '2026.04.22'],
  ['DigiCert Global Root G2', 'CB3CCBB76031E5E0138F8DD39A23F9DE47FFC35E43C1144CEA27D46A5AB1CB5F', 'DF3C24F9BFD666761B268073FE06D1CC8D4F82A4', '2038-01-15', null],
  ['DigiCert High Assurance EV Root CA', '7431E5F4C3C1CE4690774F0B61E05440883BA9A01ED00BA6ABD7806ED3B118CF', '5FB7EE0633E259DBAD0C4C9AE6D38F1A61C7DC25', '2031-11-10', '2026.04.22'],
  ['Baltimore CyberTrust Root', '16AF57A9F676B0AB126095AA5EBADEF22AB31119D644AC95CD4B93DBF3F26AEB', 'D4DE20D05E66FC53FE1A50882C78DB2852CAE474', '2025-05-12', '2025.04.26'],
];

describe('the catalogue of public roots', () => {
  it.each(FACTS)('%s', (...row) => {
    const [name, sha256, sha1, notAfter, left] = row;
    const root = find(sha256);

    expect(root).toMatchObject({ sha1, notAfter });
    expect(root?.subject).toMatch(new RegExp(`(CN|OU)=${name}$`));
    expect(root?.left?.version ?? null).toBe(left);
    expect(ROOT_CATALOGUE.bySpki(root!.spkiSha256)).toBe(root);
  });

  it('does not take Starfield Root G2 for Starfield Services Root G2', () => {
    const other = find('2CE1CB0BF9D2F9E102993FBE215152C3B2DD0CABDE1C68E5319B839154DBB7F5');

    expect(other?.subject).toContain('CN=Starfield Root Certificate Authority - G2');
    expect(other?.left).toBeNull();
  });

  it('says of the well-known roots what their certificates say', () => {
    for (const { pem } of WELL_KNOWN_ROOTS) {
      const { sha256, sha1, spkiSha256, subject, notAfter } = describeCertificate(pemToDer(pem));
      const expected = { sha256, sha1, spkiSha256, subject, notAfter: notAfter.toISOString().slice(0, 10) };

      expect(find(sha256)).toMatchObject(expected);
    }
  });

  // Counts of certifi's history (its tags; the packages on PyPI have the same bytes).
  it.each([
    ['1.0.0', 149],
    ['2015.04.28', 168],
    ['2017.11.05', 137],
    ['2020.06.20', 138],
    ['2024.07.04', 147],
    ['2026.02.25', 137],
    ['2026.04.22', 120],
    ['2026.07.22', 121],
  ])('%s had %i roots', (version, count) => {
    const found = ROOT_CATALOGUE.rootsOf(version);

    expect(found?.release.version).toBe(version);
    expect(found?.roots).toHaveLength(count);
  });

  it('knows a release by pip’s name for it too, and says when it does not know one', () => {
    expect(ROOT_CATALOGUE.rootsOf('2024.7.4')).toEqual(ROOT_CATALOGUE.rootsOf('2024.07.04'));
    expect(ROOT_CATALOGUE.rootsOf('2024.7.5')).toBeNull();
    expect(ROOT_CATALOGUE.rootsOf('')).toBeNull();
  });

  it('is in itself of one piece', () => {
    const { roots, newest, oldest } = ROOT_CATALOGUE;
    const current = ROOT_CATALOGUE.rootsOf(newest.version)!.roots;

    expect(new Set(roots.map(({ sha256 }) => sha256)).size).toBe(roots.length);
    expect(current.every(({ left }) => left === null)).toBe(true);
    expect(roots.filter(({ left }) => left === null)).toHaveLength(current.length);
    expect(oldest.date < newest.date).toBe(true);
    for (const { sha256, sha1, spkiSha256, entered, left } of roots) {
      expect([sha256, sha1, spkiSha256].join(' ')).toMatch(/^[0-9a-f]{64} [0-9A-F]{40} [0-9a-f]{64}$/);
      expect(left === null || entered.date <= left.date).toBe(true);
    }
  });
});

describe('a catalogue', () => {
  const root = (digit: string, spki: string, spans: CatalogueData['roots'][number]['in']) => ({
    sha256: digit.repeat(64),
    sha1: digit.repeat(40),
    spki,
    subject: `CN=${digit}`,
    notAfter: '2030-01-01',
    in: spans,
  });
  const releases = ['1.0.0', '2.0.0', '2015.09.06.1', '2016.10.20'].map((version, day) => [
    version,
    `2016-01-0${day + 1}`,
  ]);

  it('of a root that left and came back says the first coming and the last going', () => {
    const catalogue = buildCatalogue({
      source: '',
      releases,
      roots: [
        root(
          'a',
          'k',
          [
            [0, 1],
            [2, 3],
          ].map((span) => [...span]),
        ),
      ],
    });

    expect(catalogue.bySha256('a'.repeat(64))).toMatchObject({
      entered: { version: '1.0.0' },
      left: { version: '2016.10.20' },
    });
    expect(
      ['1.0.0', '2.0.0', '2015.9.6.1', '2016.10.20'].map((one) => catalogue.rootsOf(one)?.roots.length),
    ).toEqual([1, 0, 1, 0]);
  });

  it.each([
    ['in before out', [root('a', 'k', [[0, null]]), root('b', 'k', [[1, 2]])], 'a'],
    ['out before in', [root('a', 'k', [[0, 1]]), root('b', 'k', [[1, null]])], 'b'],
    ['both out', [root('a', 'k', [[0, 3]]), root('b', 'k', [[0, 1]])], 'a'],
  ])('of two roots of one key gives the one that is in, or left last: %s', (_what, roots, digit) => {
    expect(buildCatalogue({ source: '', releases, roots }).bySpki('k')?.sha256).toBe(digit.repeat(64));
  });

  it.each([
    ['without releases', { source: '', releases: [], roots: [] }],
    ['with a root that never came', { source: '', releases, roots: [root('a', 'k', [])] }],
  ])('%s is refused', (_what, data) => {
    expect(() => buildCatalogue(data)).toThrow(RangeError);
  });
});
