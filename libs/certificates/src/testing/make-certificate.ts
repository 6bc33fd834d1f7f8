import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/**
 * Certificates of any shape, also of those that RFC 5280 forbids and `issueCertificate` refuses: for tests of what programs make of them.
 */
export interface CertificateWish {
  readonly subject: Uint8Array;
  readonly issuer: Uint8Array;
  readonly serial: number;
  /** Seconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly key: TestKey;
  readonly signer: TestKey;
  readonly digest: Digest;
  /** 1 or 3. */
  readonly version: 1 | 3;
  readonly extensions: readonly Uint8Array[];
}

export type Digest = 'md5' | 'sha1' | 'sha256' | 'sha384';

export interface TestKey {
  readonly kind: 'ec' | 'rsa' | 'ed25519';
  readonly privateKey: KeyObject;
  readonly publicKey: Uint8Array;
  /** Any bytes that name it: what its key identifier is. */
  readonly identifier: Uint8Array;
}

export type KeyWish = 'ec' | 'ed25519' | 1024 | 2048;

export function makeKey(wish: KeyWish): TestKey {
  const pair =
    wish === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : wish === 'ed25519'
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('rsa', { modulusLength: wish });
  const publicKey = pair.publicKey.export({ format: 'der', type: 'spki' });
  const kind = typeof wish === 'number' ? 'rsa' : wish;
  return { kind, privateKey: pair.privateKey, publicKey, identifier: publicKey.subarray(-20) };
}

export function tlv(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(contents);
  if (body.length < 0x80) return Buffer.concat([Uint8Array.of(tag, body.length), body]);
  const digits = Buffer.from(body.length.toString(16).padStart(body.length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Uint8Array.of(tag, 0x80 | digits.length), digits, body]);
}

export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const parts = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      parts.unshift((left & 0x7f) | 0x80);
    return parts;
  });
  return tlv(0x06, Uint8Array.from(bytes));
}

const text = (value: string): Uint8Array => Buffer.from(value, 'latin1');
const PRINTABLE = 0x13;
export const UTF8 = 0x0c;

/** A Name of one CN; `tag` is the kind of string. */
export function commonName(value: string, tag: number = PRINTABLE): Uint8Array {
  return tlv(0x30, tlv(0x31, tlv(0x30, oid('2.5.4.3'), tlv(tag, text(value)))));
}
export const NO_NAME = tlv(0x30);

export function extension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  const flag = critical ? [tlv(0x01, Uint8Array.of(0xff))] : [];
  return tlv(0x30, oid(id), ...flag, tlv(0x04, value));
}

export function basicConstraints(authority: boolean, pathLength: number | null, critical = true): Uint8Array {
  const parts = authority ? [tlv(0x01, Uint8Array.of(0xff))] : [];
  if (pathLength !== null) parts.push(tlv(0x02, Uint8Array.of(pathLength)));
  return extension('2.5.29.19', critical, tlv(0x30, ...parts));
}

/** First byte of the bit string: 0x80 digitalSignature, 0x20 keyEncipherment, 0x04 keyCertSign. */
export function keyUsage(bits: number, critical = true): Uint8Array {
  return extension('2.5.29.15', critical, tlv(0x03, Uint8Array.of(0, bits)));
}

export function extendedKeyUsage(...purposes: readonly string[]): Uint8Array {
  return extension('2.5.29.37', false, tlv(0x30, ...purposes.map(oid)));
}

export function subjectKeyIdentifier(identifier: Uint8Array, critical = false): Uint8Array {
  return extension('2.5.29.14', critical, tlv(0x04, identifier));
}

/** By key; by issuer and serial too where they are given (RFC 5280 §4.2.1.1). */
export function authorityKeyIdentifier(
  identifier: Uint8Array | null,
  by: { readonly issuer: Uint8Array; readonly serial: number } | null = null,
): Uint8Array {
  const parts = identifier === null ? [] : [tlv(0x80, identifier)];
  if (by !== null) parts.push(tlv(0xa1, tlv(0xa4, by.issuer)), tlv(0x82, integer(by.serial)));
  return extension('2.5.29.35', false, tlv(0x30, ...parts));
}

/** `DNS:`, `IP:` (hex bytes), `email:` and `URI:` in front; `DIR:` and a common name. */
export function generalName(name: string): Uint8Array {
  const [kind = '', ...rest] = name.split(':');
  const value = rest.join(':');
  if (kind === 'IP') return tlv(0x87, Buffer.from(value, 'hex'));
  if (kind === 'DIR') return tlv(0xa4, commonName(value));
  if (kind === 'RID') return tlv(0x88, oid(value).subarray(2));
  return tlv(kind === 'DNS' ? 0x82 : kind === 'email' ? 0x81 : 0x86, text(value));
}

export function alternativeNames(names: readonly string[], critical = false): Uint8Array {
  return extension('2.5.29.17', critical, tlv(0x30, ...names.map(generalName)));
}

export function nameConstraints(permitted: readonly string[], excluded: readonly string[]): Uint8Array {
  const trees = (tag: number, names: readonly string[]): Uint8Array[] =>
    names.length === 0 ? [] : [tlv(tag, ...names.map((name) => tlv(0x30, generalName(name))))];
  return extension('2.5.29.30', true, tlv(0x30, ...trees(0xa0, permitted), ...trees(0xa1, excluded)));
}

function integer(value: number): Uint8Array {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return bytes.readUInt8(0) > 0x7f ? Buffer.concat([Uint8Array.of(0), bytes]) : bytes;
}

function utcTime(seconds: number): Uint8Array {
  const digits = new Date(seconds * 1000).toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return tlv(0x18, text(`${digits}Z`));
}

const RSA_SIGNATURES: Readonly<Record<Digest, string>> = {
  md5: '1.2.840.113549.1.1.4',
  sha1: '1.2.840.113549.1.1.5',
  sha256: '1.2.840.113549.1.1.11',
  sha384: '1.2.840.113549.1.1.12',
};
const EC_SIGNATURES: Readonly<Record<Digest, string>> = {
  md5: '1.2.840.10045.4.3.2',
  sha1: '1.2.840.10045.4.1',
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
};

/** DER, signed. An EC key has no MD5: it takes SHA-256. */
export function makeCertificate(wish: CertificateWish): Uint8Array {
  const { signer, version, extensions } = wish;
  const digest = signer.kind === 'ec' && wish.digest === 'md5' ? 'sha256' : wish.digest;
  const algorithm =
    signer.kind === 'ed25519'
      ? tlv(0x30, oid('1.3.101.112'))
      : signer.kind === 'ec'
        ? tlv(0x30, oid(EC_SIGNATURES[digest]))
        : tlv(0x30, oid(RSA_SIGNATURES[digest]), tlv(0x05));
  const body = tlv(
    0x30,
    ...(version === 3 ? [tlv(0xa0, tlv(0x02, Uint8Array.of(2)))] : []),
    tlv(0x02, integer(wish.serial)),
    algorithm,
    wish.issuer,
    tlv(0x30, utcTime(wish.notBefore), utcTime(wish.notAfter)),
    wish.subject,
    wish.key.publicKey,
    ...(extensions.length > 0 ? [tlv(0xa3, tlv(0x30, ...extensions))] : []),
  );
  const signature = sign(signer.kind === 'ed25519' ? null : digest, body, signer.privateKey);
  return tlv(0x30, body, algorithm, tlv(0x03, Uint8Array.of(0), signature));
}
