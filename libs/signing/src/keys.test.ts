import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  constantTimeEqual,
  exportPublicKey,
  fromBase64,
  importPublicKey,
  KeyError,
  keyId,
  keyPairFromSeed,
  signBytes,
  toBase64,
  verifyBytes,
} from './index.ts';

const hex = (text: string) => Buffer.from(text, 'hex');
const seed32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('Ed25519 keys', () => {
  // RFC 8032 §7.1, TEST 1 and TEST 2
  it.each([
    [
      '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      '',
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ],
    [
      '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      '72',
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ],
  ])('signs as RFC 8032 says (%s)', (...vector) => {
    const [seed, publicKey, message, signature] = vector;
    const pair = keyPairFromSeed('ed25519', hex(seed));

    expect(pair.publicKey).toBe(toBase64(hex(publicKey)));
    expect(signBytes(pair.privateKey, hex(message))).toBe(toBase64(hex(signature)));
    expect(verifyBytes(pair.publicKey, hex(message), toBase64(hex(signature)))).toBe(true);
  });

  it('refuses a signature of another key or other bytes', () => {
    fc.assert(
      fc.property(fc.tuple(seed32, seed32), fc.uint8Array(), fc.nat(), ([seedA, seedB], bytes, at) => {
        fc.pre(!Buffer.from(seedA).equals(Buffer.from(seedB)));
        const a = keyPairFromSeed('ed25519', seedA);
        const b = keyPairFromSeed('ed25519', seedB);
        const signature = signBytes(a.privateKey, bytes);
        const altered = Buffer.from(fromBase64(signature)!);
        altered[at % 64]! ^= 1;

        expect(verifyBytes(a.publicKey, bytes, signature)).toBe(true);
        expect(verifyBytes(b.publicKey, bytes, signature)).toBe(false);
        expect(verifyBytes(a.publicKey, Buffer.concat([bytes, hex('00')]), signature)).toBe(false);
        expect(verifyBytes(a.publicKey, bytes, toBase64(altered))).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  it.each(['', 'AAAA', 'not base64', 'A'.repeat(44), `${'A'.repeat(86)}==`])(
    'a malformed signature %j is a no, not an exception',
    (text) => {
      const { publicKey } = keyPairFromSeed('ed25519', Buffer.alloc(32, 1));

      expect(verifyBytes(publicKey, hex('00'), text)).toBe(false);
      expect(verifyBytes(text, hex('00'), `${'A'.repeat(86)}==`)).toBe(false);
    },
  );

  it.each([
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000080',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  ])('refuses the point of small order %s as a key', (point) => {
    expect(() => importPublicKey('ed25519', toBase64(hex(point)))).toThrow(KeyError);
  });

  it('goes to raw bytes and back for both curves', () => {
    fc.assert(
      fc.property(seed32, fc.constantFrom('ed25519', 'x25519'), (seed, curve) => {
        const pair = keyPairFromSeed(curve, seed);

        expect(exportPublicKey(importPublicKey(curve, pair.publicKey))).toBe(pair.publicKey);
        expect(exportPublicKey(pair.privateKey)).toBe(pair.publicKey);
        expect(keyId(pair.publicKey)).toMatch(/^[0-9a-f]{64}$/);
      }),
      { numRuns: 30 },
    );
  });

  it('refuses keys of another kind or length', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

    expect(() => exportPublicKey(privateKey)).toThrow(KeyError);
    expect(() => signBytes(privateKey, hex('00'))).toThrow(KeyError);
    expect(() => keyPairFromSeed('ed25519', Buffer.alloc(31))).toThrow(KeyError);
    expect(() => importPublicKey('x25519', toBase64(Buffer.alloc(33, 1)))).toThrow(KeyError);
    expect(() => keyId('?')).toThrow(KeyError);
  });
});

describe('constantTimeEqual', () => {
  it('is equality, for text and bytes of any length', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(constantTimeEqual(a, b)).toBe(Buffer.from(a).equals(Buffer.from(b)));
        expect(constantTimeEqual(a, Buffer.from(a))).toBe(true);
      }),
    );
  });
});
