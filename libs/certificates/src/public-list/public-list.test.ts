import { createHash } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { ROOT_CATALOGUE } from '../catalogue/index.ts';
import { pemToDer, sha256Hex, toPem } from '../index.ts';
import { makeZip, type ZipMember } from '../testing/index.ts';
import { MAX_PUBLIC_LIST_BYTES, readPublicList, releaseList, type PublicListReading } from './index.ts';

const context = { catalogue: ROOT_CATALOGUE };
const AT_HAND = rootCertificates.map(pemToDer);
const NEWEST = ROOT_CATALOGUE.newest;
const newest = releaseList(AT_HAND, context)!;
const pemOf = (ders: readonly Uint8Array[]): string =>
  ders.map((der) => `# a root\n${toPem(der)}`).join('\n');
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (bytes: Uint8Array): Promise<PublicListReading> => readPublicList(bytes, context);

interface WheelWish {
  readonly version?: string;
  readonly name?: string;
  readonly pem?: string;
  readonly recorded?: string;
  readonly more?: readonly ZipMember[];
}
function wheel({
  version = NEWEST.version,
  name = 'certifi',
  pem = pemOf(newest.certificates),
  ...rest
}: WheelWish = {}): Buffer {
  const digest = createHash('sha256')
    .update(rest.recorded ?? pem)
    .digest('base64url');
  return makeZip([
    { name: 'certifi/__init__.py', content: 'import os\n' },
    { name: 'certifi/cacert.pem', content: pem },
    {
      name: `certifi-${version}.dist-info/METADATA`,
      content: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n\nVersion: 1\n`,
    },
    {
      name: `certifi-${version}.dist-info/RECORD`,
      content: `certifi/cacert.pem,sha256=${digest},${pem.length}\n`,
    },
    ...(rest.more ?? []),
  ]);
}

describe('the list that a release brings', () => {
  it('is the newest one of the catalogue, out of the roots of this Node', () => {
    expect(newest).toMatchObject({ name: `certifi ${NEWEST.version}`, published: NEWEST.date });
    expect(newest.certificates.map(sha256Hex).sort()).toEqual(
      ROOT_CATALOGUE.rootsOf(NEWEST.version)!
        .roots.map(({ sha256 }) => sha256)
        .sort(),
    );
  });

  it('is none where a root of it is not at hand', () => {
    expect(releaseList(newest.certificates.slice(1), context)).toBeNull();
  });
});

describe('readPublicList', () => {
  const list = {
    name: `certifi ${NEWEST.version}`,
    published: NEWEST.date,
    certificates: newest.certificates,
  };

  it('a wheel of certifi: name, day and roots', async () => {
    expect(await read(wheel())).toEqual({ kind: 'read', list });
  });

  it('its version as PyPI writes it', async () => {
    const plain = NEWEST.version.replaceAll('.0', '.');
    expect(await read(wheel({ version: plain }))).toEqual({ kind: 'read', list });
  });

  it('a release that the catalogue does not know yet goes by its version', async () => {
    const read1 = await read(wheel({ version: '2031.2.3', pem: pemOf(newest.certificates.slice(2)) }));

    expect(read1).toMatchObject({
      kind: 'read',
      list: { name: 'certifi 2031.02.03', published: '2031-02-03' },
    });
  });

  it('a cacert.pem with the roots of a release is that release', async () => {
    expect(await read(bytesOf(pemOf(newest.certificates)))).toEqual({ kind: 'read', list });
  });

  it.each([
    ['as of: Tue Jul  7 03:12:07 2026 GMT', '2026-07-07'],
    ['last updated on: Tue Nov 04 04:12:02 2025 GMT', '2025-11-04'],
    ['as of: Tue Feb 31 04:12:02 2025 GMT', null],
    ['as of: yesterday', null],
  ])('a cacert.pem whose head says %s', async (says, published) => {
    const head = `##\n## Bundle of CA Root Certificates\n##\n## Certificate data from Mozilla ${says}\n##\n`;
    const reading = await read(bytesOf(head + pemOf(newest.certificates.slice(1))));

    expect(reading).toMatchObject({
      kind: 'read',
      list: { name: published && `cacert.pem ${published}`, published },
    });
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['a wheel whose CA file was changed', wheel({ recorded: 'another' }), /RECORD/],
    [
      'a wheel with other roots than its release',
      wheel({ pem: pemOf(newest.certificates.slice(1)) }),
      /calls itself certifi .*does not hold the roots/,
    ],
    ['a wheel of something else', wheel({ name: 'certifi-evil' }), /names no release of certifi/],
    ['a version that is no day', wheel({ version: '2026.13.41' }), /no day|names no release/],
    [
      'two records',
      wheel({ more: [{ name: 'certifi-1.dist-info/RECORD', content: '' }] }),
      /no RECORD of its own/,
    ],
    ['a CA file twice', wheel({ more: [{ name: 'certifi/cacert.pem', content: 'x' }] }), /twice/],
    ['a zip without a CA file', makeZip([{ name: 'a', content: 'b' }]), /no certifi\/cacert\.pem/],
    ['a zip that is cut short', wheel().subarray(0, 4000), /no sound zip/],
    [
      'a bomb',
      makeZip([{ name: 'certifi/cacert.pem', content: Buffer.alloc(1024 * 1024) }]),
      /more than 100 to 1/,
    ],
    [
      'a bomb that lies about its size',
      makeZip([{ name: 'certifi/cacert.pem', content: Buffer.alloc(3_000_000), claims: { size: 1000 } }]),
      /no sound zip/,
    ],
    [
      'a member that is too large',
      makeZip([{ name: 'certifi/cacert.pem', content: Buffer.alloc(3 * 1024 * 1024) }]),
      /larger than the limit/,
    ],
    ['a file that is too large', new Uint8Array(MAX_PUBLIC_LIST_BYTES + 1), /larger than/],
    ['nothing', new Uint8Array(), /no bundle/],
    ['words', bytesOf('<html>Log in</html>'), /no bundle/],
    ['one root', bytesOf(toPem(AT_HAND[0]!)), /holds 1 certificates.*at least 50/],
    [
      'a file that is cut short',
      bytesOf(pemOf(newest.certificates).slice(0, -700)),
      /no bundle that programs load \(line \d+/,
    ],
  ])('refuses %s', async (_name, bytes, reason) => {
    expect(await read(bytes)).toEqual({ kind: 'refused', reason: expect.stringMatching(reason) as string });
  });
});
