import { createPublicKey, type KeyObject } from 'node:crypto';
import { CertificateParseError } from '../certificate-parse-error.ts';
import { sha256Hex } from '../encoding.ts';
import { readCertificateFields } from '../x509/certificate-fields.ts';
import { children, content, type DerElement, encoded, objectIdentifier, readElement } from '../x509/der.ts';
import { openCertificate } from '../x509/open-certificate.ts';
import { signatureAlgorithmName } from '../x509/signature-algorithm.ts';
import { type CanonicalName, canonicalName } from './canonical-name.ts';
import { type PathExtensions, readPathExtensions } from './extensions.ts';

/** One certificate, read as far as building and judging a path needs. */
export interface PathCertificate {
  readonly der: Uint8Array;
  readonly sha256: string;
  /** 0: v1; 2: v3. */
  readonly version: number;
  /** Content of the INTEGER. */
  readonly serialNumber: Uint8Array;
  readonly issuer: CanonicalName;
  readonly subject: CanonicalName;
  /** Seconds since 1970; null where it is written as RFC 5280 §4.1.2.5 forbids. */
  readonly notBefore: number | null;
  readonly notAfter: number | null;
  /** AlgorithmIdentifiers: beside the signature, and inside what is signed. */
  readonly signatureAlgorithm: DerElement;
  readonly signedAlgorithm: DerElement;
  /** Dotted number of {@link signedAlgorithm}. */
  readonly signedWith: string;
  /** Name of {@link signatureAlgorithm}, as OpenSSL prints it; the dotted number of an unknown one. */
  readonly signatureName: string;
  readonly extensions: PathExtensions;
  /** Issuer and subject are one name. */
  readonly selfIssued: boolean;
  /** Dotted number of the kind of key. */
  readonly keyAlgorithm: string;
  /** Its curve is given by parameters, not by its name (RFC 3279 §2.3.5). */
  readonly explicitCurve: boolean;
  /** Null where OpenSSL cannot read it. */
  readonly key: KeyObject | null;
  /** Whether the signature verifies under `issuer`'s key, which must be one that can be read. */
  isSignedBy(issuer: PathCertificate): boolean;
}

const VERSION = 0xa0;

/**
 * One reading of a certificate for as long as its bytes are held: a path is built again and again from the same ones. Bytes must not be
 * changed after they were given. Null for what is no certificate.
 */
const READ = new WeakMap<Uint8Array, PathCertificate | 'unreadable'>();

export function pathCertificate(der: Uint8Array): PathCertificate | null {
  let known = READ.get(der);
  if (known === undefined) {
    known = readOrNull(der) ?? 'unreadable';
    READ.set(der, known);
  }
  return known === 'unreadable' ? null : known;
}

function readOrNull(der: Uint8Array): PathCertificate | null {
  try {
    return read(der);
  } catch (error) {
    if (error instanceof CertificateParseError) return null;
    throw error;
  }
}

function read(der: Uint8Array): PathCertificate {
  const fields = readCertificateFields(der);
  const [body] = children(readElement(der, 0));
  const parts = children(body ?? fields.subject);
  const first = parts[0]?.tag === VERSION ? 1 : 0;
  const [serial, signedAlgorithm, , validity] = parts.slice(first);
  if (serial === undefined || signedAlgorithm === undefined || validity === undefined)
    throw new CertificateParseError('its parts are not those of a certificate (RFC 5280 §4.1)');
  const [notBefore, notAfter] = children(validity);
  const issuer = canonicalName(fields.issuer);
  const subject = canonicalName(fields.subject);
  return {
    der,
    version: first === 1 && parts[0] !== undefined ? versionNumber(parts[0]) : 0,
    serialNumber: content(serial),
    issuer,
    subject,
    notBefore: secondsOf(notBefore),
    notAfter: secondsOf(notAfter),
    signatureAlgorithm: fields.signatureAlgorithm,
    signedAlgorithm,
    signedWith: algorithmOf(signedAlgorithm),
    signatureName: signatureAlgorithmName(fields.signatureAlgorithm),
    extensions: readPathExtensions(fields.extensions),
    selfIssued: issuer.key === subject.key,
    ...keyKind(readElement(fields.publicKeyInfo, 0)),
    ...lazily(der, fields.publicKeyInfo),
  };
}

function versionNumber(tagged: DerElement): number {
  const [number] = children(tagged);
  return number === undefined ? 0 : (content(number).at(-1) ?? 0);
}

const EC_KEY = '1.2.840.10045.2.1';
const SEQUENCE = 0x30;

/** SubjectPublicKeyInfo ::= SEQUENCE { AlgorithmIdentifier, BIT STRING }. */
function keyKind(publicKeyInfo: DerElement): Pick<PathCertificate, 'keyAlgorithm' | 'explicitCurve'> {
  const [algorithm] = children(publicKeyInfo);
  if (algorithm === undefined) throw new CertificateParseError('a key without its kind');
  const keyAlgorithm = algorithmOf(algorithm);
  const [, parameters] = children(algorithm);
  return { keyAlgorithm, explicitCurve: keyAlgorithm === EC_KEY && parameters?.tag === SEQUENCE };
}

function algorithmOf(algorithm: DerElement): string {
  const [identifier] = children(algorithm);
  if (identifier === undefined) throw new CertificateParseError('an algorithm without its number');
  return objectIdentifier(identifier);
}

/** What costs most, once and only where a path comes as far. */
function lazily(
  der: Uint8Array,
  publicKeyInfo: Uint8Array,
): Pick<PathCertificate, 'sha256' | 'key' | 'isSignedBy'> {
  let sha256: string | null = null;
  let key: KeyObject | null | undefined;
  const signers = new WeakMap<PathCertificate, boolean>();
  return {
    get sha256() {
      sha256 ??= sha256Hex(der);
      return sha256;
    },
    get key() {
      if (key === undefined) key = keyOrNull(publicKeyInfo);
      return key;
    },
    isSignedBy(issuer) {
      const known = signers.get(issuer);
      if (known !== undefined) return known;
      const signed = verifies(der, issuer.key);
      signers.set(issuer, signed);
      return signed;
    },
  };
}

function keyOrNull(publicKeyInfo: Uint8Array): KeyObject | null {
  try {
    return createPublicKey({ key: Buffer.from(publicKeyInfo), format: 'der', type: 'spki' });
  } catch (error) {
    if (error instanceof Error) return null; // OpenSSL has no decoder for this key: that is the answer.
    throw error;
  }
}

function verifies(der: Uint8Array, key: KeyObject | null): boolean {
  if (key === null) return false;
  try {
    return openCertificate(der).verify(key);
  } catch (error) {
    if (error instanceof Error) return false; // a signature of a kind that OpenSSL does not know proves nothing
    throw error;
  }
}

/** UTCTime and GeneralizedTime as RFC 5280 §4.1.2.5 has them, and nothing else. */
const TIMES: Readonly<Record<number, RegExp>> = {
  0x17: /^\d{12}Z$/,
  0x18: /^\d{14}Z$/,
};

function secondsOf(time: DerElement | undefined): number | null {
  if (time === undefined) return null;
  const text = Buffer.from(content(time)).toString('latin1');
  if (TIMES[time.tag]?.test(text) !== true) return null;
  // Two digits from 50 on are of the last century (§4.1.2.5.1).
  const full = text.length === 15 ? text : `${text < '5' ? '20' : '19'}${text}`;
  const written = full.replace(/^(....)(..)(..)(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6.000Z');
  const date = new Date(written);
  // A 30th of February is read as a day of March.
  return Number.isNaN(date.getTime()) || date.toISOString() !== written ? null : date.getTime() / 1000;
}

/** Same bytes: AlgorithmIdentifiers and the like. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

export function sameElement(a: DerElement, b: DerElement): boolean {
  return sameBytes(encoded(a), encoded(b));
}
