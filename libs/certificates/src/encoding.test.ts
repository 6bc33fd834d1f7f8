import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CertificateParseError, pemToDer, sha256Hex, toPem } from './index.ts';

describe('sha256Hex', () => {
  // FIPS 180-2, appendix B.1, and the empty message.
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ])('of %j', (text, digest) => {
    expect(sha256Hex(new TextEncoder().encode(text))).toBe(digest);
  });
});

describe('toPem and pemToDer', () => {
  it('are each other’s inverse, in lines of 64 with a final line end (RFC 7468 §2)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 600 }), (der) => {
        const pem = toPem(der);
        expect(Buffer.from(pemToDer(pem))).toEqual(Buffer.from(der));
        const lines = pem.split('\n');
        expect([lines[0], lines.at(-2), lines.at(-1)]).toEqual([
          '-----BEGIN CERTIFICATE-----',
          '-----END CERTIFICATE-----',
          '',
        ]);
        for (const line of lines.slice(1, -3)) expect(line).toHaveLength(64);
      }),
    );
  });

  const one = toPem(Uint8Array.of(1, 2, 3));
  it.each([
    ['nothing', ''],
    ['two blocks', one + one],
    ['no end', '-----BEGIN CERTIFICATE-----\nAQID\n'],
    ['no content', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n'],
    ['other characters', '-----BEGIN CERTIFICATE-----\nAQ*D\n-----END CERTIFICATE-----\n'],
    ['half a group', '-----BEGIN CERTIFICATE-----\nAQI\n-----END CERTIFICATE-----\n'],
  ])('refuses %s', (_name, text) => {
    expect(() => pemToDer(text)).toThrow(CertificateParseError);
  });
});
