import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CertificateParseError } from '../index.ts';
import { children, content, encoded, objectIdentifier, readElement } from './der.ts';

/** X.690 §8.1.3: the shortest length, as DER wants it. */
function element(tag: number, body: Uint8Array): Uint8Array {
  const { length } = body;
  if (length < 0x80) return Uint8Array.of(tag, length, ...body);
  const digits = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex');
  return Uint8Array.of(tag, 0x80 | digits.length, ...digits, ...body);
}

describe('readElement and children', () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 6 });

  it('give back what was put in, to the byte', () => {
    fc.assert(
      fc.property(bodies, (parts) => {
        const inner = Buffer.concat(parts.map((part) => element(0x04, part)));
        const outer = readElement(element(0x30, inner), 0);

        expect(Buffer.from(content(outer))).toEqual(inner);
        expect(children(outer).map((child) => Buffer.from(content(child)))).toEqual(
          parts.map((part) => Buffer.from(part)),
        );
        expect(Buffer.concat(children(outer).map((child) => encoded(child)))).toEqual(inner);
      }),
    );
  });

  it('never read beyond the limit: one byte less, and it is cut short', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.uint8Array({ maxLength: 20 }), (body, after) => {
        const whole = element(0x30, body);
        const buffer = Uint8Array.of(...whole, ...after);

        expect(readElement(buffer, 0).end).toBe(whole.length);
        expect(() => readElement(buffer, 0, whole.length - 1)).toThrow(CertificateParseError);
      }),
    );
  });

  it('answer or throw CertificateParseError, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          for (const child of children(readElement(bytes, 0)))
            expect(child.end).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          if (!(error instanceof CertificateParseError)) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('children', () => {
  it.each([
    [100_000, false],
    [100_001, true],
  ])('of %i parts are too many: %s', (count, tooMany) => {
    const outer = readElement(
      Buffer.concat([
        Uint8Array.of(0x30, 0x83, (count * 2) >> 16, ((count * 2) >> 8) & 0xff, (count * 2) & 0xff),
        new Uint8Array(count * 2),
      ]),
      0,
    );

    if (tooMany) expect(() => children(outer)).toThrow(CertificateParseError);
    else expect(children(outer)).toHaveLength(count);
  });
});

describe('objectIdentifier', () => {
  it.each([
    ['2.5.4.3', [0x55, 0x04, 0x03]],
    ['1.2.840.113549.1.1.11', [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b]],
    ['1.3.101.112', [0x2b, 0x65, 0x70]],
    ['0.9.2342.19200300.100.1.25', [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x19]],
    ['2.999.3', [0x88, 0x37, 0x03]],
    [
      '2.25.340282366920938463463374607431768211455',
      [0x69, 0x83, ...Array.from({ length: 17 }, () => 0xff), 0x7f],
    ],
  ])('%s', (dotted, bytes) => {
    expect(objectIdentifier(readElement(element(0x06, Uint8Array.from(bytes)), 0))).toBe(dotted);
  });

  it('refuses one of absurd length', () => {
    const long = element(0x06, new Uint8Array(100_000).fill(0xff));

    expect(() => objectIdentifier(readElement(long, 0))).toThrow(CertificateParseError);
  });
});
