import { describe, expect, it } from 'vitest';
import { readElement } from './der.ts';
import { signatureAlgorithmName, signatureStrength } from './signature-algorithm.ts';

const named = (hex: string): string => signatureAlgorithmName(readElement(Buffer.from(hex, 'hex'), 0));

describe('signatureAlgorithmName', () => {
  it.each([
    ['an OID of RSA with its NULL', '300d06092a864886f70d01010b0500', 'sha256WithRSAEncryption'],
    ['an OID without parameters', '300506032b6570', 'ED25519'],
    [
      'PSS without parameters: SHA-1 is its default (RFC 4055 §3.1)',
      '300b06092a864886f70d01010a',
      'rsassaPss-with-SHA1',
    ],
    ['PSS with empty parameters', '300d06092a864886f70d01010a3000', 'rsassaPss-with-SHA1'],
    ['one that is not in the table', '300506032b6501', '1.3.101.1'],
    ['nothing', '3000', 'unknown'],
  ])('%s', (_name, hex, name) => {
    expect(named(hex)).toBe(name);
  });
});

describe('signatureStrength', () => {
  it.each([
    ['md2WithRSAEncryption', 'broken'],
    ['md4WithRSAEncryption', 'broken'],
    ['md5WithRSAEncryption', 'broken'],
    ['rsassaPss-with-MD5', 'broken'],
    ['sha1WithRSAEncryption', 'sha1'],
    ['sha1WithRSA', 'sha1'],
    ['ecdsa-with-SHA1', 'sha1'],
    ['dsa-with-SHA1', 'sha1'],
    ['rsassaPss-with-SHA1', 'sha1'],
    ['sha224WithRSAEncryption', 'sound'],
    ['sha256WithRSAEncryption', 'sound'],
    ['ecdsa-with-SHA512', 'sound'],
    ['ED25519', 'sound'],
    ['1.3.101.1', 'sound'],
  ])('%s is %s', (name, strength) => {
    expect(signatureStrength(name)).toBe(strength);
  });
});
