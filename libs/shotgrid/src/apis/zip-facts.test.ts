import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { caFile, zippedApi } from '../testing/layouts.ts';
import { makeZip } from '@trustfleet/certificates/testing';
import { zipFacts } from './zip-facts.ts';

const CODE = 'shotgun_api3/shotgun.py';
const CA = 'shotgun_api3/lib/certifi/cacert.pem';

describe('a zip', () => {
  it('with a copy: its code and its CA files', async () => {
    const facts = await zipFacts(makeZip(zippedApi('3.10.3')));

    expect(facts).toMatchObject({
      api: { version: '3.10.3', member: CODE },
      bundles: [
        { member: CA, certificates: 4 },
        { member: 'shotgun_api3/lib/httplib2/cacerts.txt', certificates: 1 },
      ],
      problem: null,
    });
  });

  it('that grows a thousandfold in memory is not unpacked; the rest of it is read', async () => {
    const bomb = makeZip([
      { name: CODE, content: '__version__ = "3.9.0"\n' },
      { name: CA, content: Buffer.alloc(7 * 1024 * 1024) },
    ]);
    expect(bomb.length).toBeLessThan(16 * 1024);

    const facts = await zipFacts(bomb);

    expect(facts.problem).toMatch(/cacert\.pem is packed more than 100 to 1/);
    expect(facts).toMatchObject({ api: { version: '3.9.0' }, bundles: [] });
  });

  it.each([
    [
      'larger than the limit',
      [{ name: CODE, content: Buffer.alloc(5 * 1024 * 1024) }],
      /larger than the limit/,
    ],
    [
      'with a size that is a lie',
      [{ name: CODE, content: Buffer.alloc(300_000), claims: { size: 10 } }],
      /no sound zip/,
    ],
    ['encrypted', [{ name: CODE, content: 'x', claims: { encrypted: true } }], /encrypted/],
    ['leading elsewhere', [{ name: '../../etc/passwd', content: 'x' }], /no sound zip/],
  ])('whose member is %s becomes a problem', async (_what, members, problem) => {
    const facts = await zipFacts(makeZip(members));

    expect(facts.api).toBeNull();
    expect(facts.problem).toMatch(problem);
  });

  it('with more members than any', async () => {
    const zip = makeZip(zippedApi('3.10.3'));
    zip.writeUInt16LE(40_000, zip.length - 12);

    expect((await zipFacts(zip)).problem).toMatch(/40000 members/);
  });

  it('cut off anywhere is a problem; with any byte changed it is read or a problem', async () => {
    const zip = makeZip(zippedApi('3.10.3'));
    await fc.assert(
      fc.asyncProperty(fc.nat(zip.length - 1), fc.nat(255), async (at, byte) => {
        expect((await zipFacts(zip.subarray(0, at))).problem).not.toBeNull();
        const changed = Buffer.from(zip);
        changed[at] = byte;
        const { api, problem } = await zipFacts(changed);
        expect(api?.version ?? problem ?? 'its member has another name').toBeTypeOf('string');
      }),
      { numRuns: 150 },
    );
  });

  it('of other bytes is no exception either', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expect((await zipFacts(bytes)).problem).toMatch(/no sound zip/);
      }),
    );
    expect((await zipFacts(Buffer.from(caFile(1)))).problem).toMatch(/no sound zip/);
  });
});
