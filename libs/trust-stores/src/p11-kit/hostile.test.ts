import { pemToDer, toPem, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from './judge.ts';
import type { Placement } from './objects.ts';
import { parseSource } from './parse-source.ts';

const [root] = WELL_KNOWN_ROOTS;
if (root === undefined) throw new Error('a root is needed');
const der = Buffer.from(pemToDer(root.pem));
const PLACEMENTS: readonly Placement[] = ['anchors', 'blocklist', 'plain'];

/** Reading and judging, as the store does with every file. */
function judged(bytes: Uint8Array): number {
  return PLACEMENTS.map((placement) => {
    const objects = parseSource(bytes, placement);
    const files = objects === null ? [] : [{ path: '/source', objects }];
    return judge([{ origin: 'local', files }]).length;
  }).reduce((sum, count) => sum + count, 0);
}

const PERSIST = `[p11-kit-object-v1]\nlabel: "%"\ntrusted: true\n${root.pem}\n[p11-kit-object-v1]\nclass: x-certificate-extension\nobject-id: 2.5.29.37\nvalue: "%30%2a%06%03U%1D%25"\n`;

describe('sources that are anything', () => {
  it('never throws for any bytes, nor for any damage to a good file', () => {
    expect(judged(Buffer.from(root.pem))).toBe(3);
    const damaged = (good: Uint8Array) =>
      fc
        .tuple(fc.nat(good.length), fc.uint8Array({ maxLength: 40 }), fc.nat(60))
        .map(([at, put, cut]) => Buffer.concat([good.subarray(0, at), put, good.subarray(at + cut)]));
    const inBlock = damaged(der).map((bytes) => Buffer.from(toPem(bytes)));
    const trusted = damaged(Buffer.concat([der, der.subarray(0, 60)])).map((bytes) =>
      Buffer.from(toPem(bytes).replaceAll(' CERTIFICATE', ' TRUSTED CERTIFICATE')),
    );
    const any = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      damaged(Buffer.from(root.pem)),
      damaged(Buffer.from(PERSIST)),
      damaged(der),
      inBlock,
      trusted,
    );
    fc.assert(
      fc.property(any, (bytes) => {
        expect(judged(bytes)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['sections without end', '[p11-kit-object-v1]\n'],
    ['fields without end', 'label: "%41%41%41%41%41%41%41%41"\n'],
    ['blocks that do not end', '-----BEGIN CERTIFICATE-----\n'],
    ['blocks that hold nothing', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n'],
    ['one line', '['],
  ])('goes through ten megabytes of %s once', { timeout: 60_000 }, (_, piece) => {
    const filled = `[p11-kit-object-v1]\n${piece.repeat(Math.ceil(10_000_000 / piece.length))}`;
    for (const bytes of [Buffer.from(filled), Buffer.from(filled.slice(20))])
      expect(parseSource(bytes, 'plain')?.certificates ?? []).toEqual([]);
  });
});
