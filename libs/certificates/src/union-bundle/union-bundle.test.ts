import { rootCertificates } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  diffRoots,
  makeUnionBundle,
  parseBundle,
  pemToDer,
  sha256Hex,
  WELL_KNOWN_ROOTS,
  type UnionBundle,
  type UnionParts,
} from '../index.ts';
import {
  basicConstraints,
  commonName,
  type CertificateWish,
  keyUsage,
  makeCertificate,
  makeKey,
  subjectKeyIdentifier,
} from '../testing/index.ts';

const NOW = new Date('2026-11-22T00:00:00.000Z');
const PUBLIC = rootCertificates.slice(0, 12).map(pemToDer);
const [amazon1, amazon2] = WELL_KNOWN_ROOTS.map(({ pem }) => pemToDer(pem)) as [Uint8Array, Uint8Array];
const key = makeKey('ec');

function root(name: string, change: Partial<CertificateWish> = {}): Uint8Array {
  return makeCertificate({
    ...{
      subject: commonName(name, 0x0c),
      issuer: commonName(name, 0x0c),
      serial: 7,
      version: 3,
      digest: 'sha256',
    },
    ...{ notBefore: Date.parse('2020-01-01') / 1000, notAfter: Date.parse('2040-01-01') / 1000 },
    ...{ key, signer: key },
    extensions: [basicConstraints(true, null), keyUsage(0x04), subjectKeyIdentifier(key.identifier)],
    ...change,
  });
}
const parts = (change: Partial<UnionParts> = {}): UnionParts => ({
  ...{ publicList: PUBLIC, kept: [], studio: [], at: NOW },
  ...change,
});
function made(change: Partial<UnionParts> = {}): Extract<UnionBundle, { kind: 'made' }> {
  const union = makeUnionBundle(parts(change));
  if (union.kind !== 'made') throw new Error(union.reason);
  return union;
}
const textOf = ({ bytes }: { bytes: Uint8Array }): string => Buffer.from(bytes).toString('latin1');

describe('makeUnionBundle', () => {
  it('holds what is public, kept and the studio’s, each once, and says why', () => {
    const studio = root('Studio CA');
    const union = made({ kept: [amazon1, PUBLIC[0]!], studio: [studio, studio] });
    const parsed = parseBundle(union.bytes);
    const origins = new Map(union.roots.map(({ sha256, origins: of }) => [sha256, of]));

    expect(parsed).toMatchObject({ state: 'read', opensslAccepts: true, problems: [], duplicates: [] });
    expect(parsed.anchors).toEqual([...new Set([...PUBLIC, amazon1, studio].map(sha256Hex))].sort());
    expect(parsed.certificates.map(({ sha256 }) => sha256)).toEqual(union.roots.map(({ sha256 }) => sha256));
    expect(union.sha256).toBe(sha256Hex(union.bytes));
    expect(origins.get(sha256Hex(PUBLIC[0]!))).toEqual(['publicList', 'kept']);
    expect(origins.get(sha256Hex(studio))).toEqual(['studio']);
  });

  it('the same roots give the same bytes, whatever their order', () => {
    const all = [...PUBLIC, amazon1, amazon2, root('Studio CA')];
    const wanted = made({ publicList: all }).sha256;
    fc.assert(
      fc.property(
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.subarray(all),
        (shuffled, again) => {
          expect(made({ publicList: [...shuffled, ...again] }).sha256).toBe(wanted);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('is ASCII with LF, and no subject can begin a block or end a line', () => {
    const hostile = [
      'x\n-----BEGIN CERTIFICATE-----\nAAAA',
      `${'a'.repeat(240)}-----BEGIN CERTIFICATE-----`,
      '-----END CERTIFICATE-----',
      'Studio \u00e9\u{1f600} \r\n\t CA',
    ];
    const text = textOf(made({ studio: hostile.map((name) => root(Buffer.from(name).toString('latin1'))) }));

    expect(text).toMatch(/^[\x20-\x7e\n]+$/);
    expect(text.match(/-----BEGIN CERTIFICATE-----/g)).toHaveLength(PUBLIC.length + hostile.length);
    expect(
      text
        .split('\n')
        .filter((line) => line.includes('-----') && !/^-----(BEGIN|END) CERTIFICATE-----$/.test(line)),
    ).toEqual([]);
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThan(254);
    expect(text).toContain('# CN=Studio \\u{e9}');
  });

  it('leaves out what has expired, and says what', () => {
    const old = root('Old CA', { notAfter: Date.parse('2026-11-21') / 1000 });
    const union = made({ kept: [old] });

    expect(union.expired.map(({ subject }) => subject)).toEqual(['CN=Old CA']);
    expect(union.sha256).toBe(made().sha256);
    expect(made({ kept: [old], at: new Date('2026-11-20') }).roots).toHaveLength(PUBLIC.length + 1);
  });

  it('of equal subjects the one that lasts longest comes first', () => {
    const [short, long] = [2030, 2039].map((year) =>
      root('Twin CA', { notAfter: Date.parse(`${year}-01-01`) / 1000 }),
    ) as [Uint8Array, Uint8Array];
    const order = made({ studio: [short, long] }).roots.filter(({ subject }) => subject === 'CN=Twin CA');

    expect(order.map(({ sha256 }) => sha256)).toEqual([sha256Hex(long), sha256Hex(short)]);
  });

  it.each<[string, Partial<UnionParts>, RegExp]>([
    ['nothing', { publicList: [] }, /no root/],
    ['a single root', { publicList: [], studio: [root('Studio CA')] }, /single root.*public list/],
    [
      'a single one that has not expired',
      { publicList: [root('Old', { notAfter: 1 })], studio: [root('Studio CA')] },
      /single root, 1 others have expired/,
    ],
    [
      'what is no CA',
      { studio: [root('www.example.com', { extensions: [] })] },
      /CN=www\.example\.com is no CA/,
    ],
  ])('refuses %s', (_name, change, reason) => {
    expect(makeUnionBundle(parts(change))).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(reason) as string,
    });
  });
});

describe('diffRoots', () => {
  const named = (letters: string): { sha256: string; subject: string }[] =>
    Array.from(letters, (letter) => ({ sha256: letter, subject: `CN=${letter.toUpperCase()}` }));
  it.each([
    ['abc', 'bcd', 'd', 'a'],
    ['', 'ab', 'ab', ''],
    ['ba', '', '', 'ab'],
    ['abc', 'cab', '', ''],
    ['a', 'cbcb', 'bc', 'a'],
  ])('%s → %s: %s enter, %s leave', (...[before, after, entering, leaving]) => {
    expect(diffRoots(named(before), named(after))).toEqual({
      entering: named(entering),
      leaving: named(leaving),
    });
  });
});
