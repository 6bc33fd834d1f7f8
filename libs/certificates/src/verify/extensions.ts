import { CertificateParseError } from '../certificate-parse-error.ts';
import { children, content, type DerElement, objectIdentifier, readElement } from '../x509/der.ts';
import { type CanonicalName, canonicalName } from './canonical-name.ts';
import {
  type GeneralName,
  generalName,
  type NameConstraintTrees,
  nameConstraintTrees,
} from './general-names.ts';

export interface AuthorityKeyIdentifier {
  readonly keyIdentifier: Uint8Array | null;
  /** The first directory name of authorityCertIssuer. */
  readonly issuer: CanonicalName | null;
  readonly serialNumber: Uint8Array | null;
}

/** What OpenSSL caches of a certificate's extensions (x509v3_cache_extensions). */
export interface PathExtensions {
  readonly count: number;
  /** One of those that it reads is damaged, there twice, or says what none may say. */
  readonly invalid: boolean;
  /** A critical one that it does not process. */
  readonly unhandledCritical: boolean;
  readonly basicConstraints: { readonly authority: boolean; readonly pathLength: number | null } | null;
  /** First byte of the bit string, the second above it; null without the extension. */
  readonly keyUsage: number | null;
  readonly extendedKeyUsage: ReadonlySet<string> | null;
  readonly netscapeType: number | null;
  readonly subjectKeyIdentifier: Uint8Array | null;
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | null;
  readonly alternativeNames: readonly GeneralName[] | null;
  readonly nameConstraints: NameConstraintTrees | null;
  readonly proxy: boolean;
  /** Dotted numbers of the critical ones. */
  readonly critical: ReadonlySet<string>;
}

export const EXTENSION_IDS = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  alternativeNames: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  netscapeType: '2.16.840.1.113730.1.1',
  proxy: '1.3.6.1.5.5.7.1.14',
} as const;

/** X509_supported_extension: those that may be critical. */
const HANDLED: ReadonlySet<string> = new Set([
  EXTENSION_IDS.netscapeType,
  EXTENSION_IDS.keyUsage,
  EXTENSION_IDS.alternativeNames,
  EXTENSION_IDS.basicConstraints,
  EXTENSION_IDS.nameConstraints,
  EXTENSION_IDS.extendedKeyUsage,
  EXTENSION_IDS.proxy,
  '2.5.29.32', // certificate policies
  '2.5.29.31', // CRL distribution points
  '2.5.29.36', // policy constraints
  '2.5.29.33', // policy mappings
  '2.5.29.54', // inhibit any policy
  '1.3.6.1.5.5.7.1.7', // address blocks
  '1.3.6.1.5.5.7.1.8', // autonomous systems
]);

const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
const SEQUENCE = 0x30;

/** `extensions` is the [3] around SEQUENCE OF Extension. Throws CertificateParseError where that list cannot be read. */
export function readPathExtensions(extensions: DerElement | null): PathExtensions {
  const { raw, count, repeated, critical } = rawExtensions(extensions);
  let invalid = false;
  const read = <T>(id: string, reader: (value: DerElement) => T): T | null => {
    const found = raw.get(id);
    if (found === undefined) return null;
    try {
      if (repeated.has(id)) throw new CertificateParseError('an extension that is there twice');
      return reader(readElement(found, 0));
    } catch (error) {
      if (!(error instanceof CertificateParseError)) throw error;
      invalid = true;
      return null;
    }
  };
  const fields = {
    basicConstraints: read(EXTENSION_IDS.basicConstraints, basicConstraints),
    keyUsage: read(EXTENSION_IDS.keyUsage, keyUsage),
    extendedKeyUsage: read(EXTENSION_IDS.extendedKeyUsage, purposes),
    netscapeType: read(EXTENSION_IDS.netscapeType, (value) => bits(value)[0] ?? 0),
    subjectKeyIdentifier: read(EXTENSION_IDS.subjectKeyIdentifier, octets),
    authorityKeyIdentifier: read(EXTENSION_IDS.authorityKeyIdentifier, authorityKeyIdentifier),
    alternativeNames: read(EXTENSION_IDS.alternativeNames, (value) => sequence(value).map(generalName)),
    nameConstraints: read(EXTENSION_IDS.nameConstraints, (value) =>
      nameConstraintTrees(expectTag(value, SEQUENCE)),
    ),
    proxy: raw.has(EXTENSION_IDS.proxy),
  };
  if (fields.keyUsage === 0) invalid = true;
  const unhandledCritical = [...critical].some((id) => !HANDLED.has(id));
  return { count, invalid, unhandledCritical, critical, ...fields };
}

interface RawExtensions {
  readonly raw: ReadonlyMap<string, Uint8Array>;
  readonly count: number;
  readonly repeated: ReadonlySet<string>;
  readonly critical: ReadonlySet<string>;
}

function rawExtensions(extensions: DerElement | null): RawExtensions {
  const [list] = extensions === null ? [] : children(extensions);
  const found = (list === undefined ? [] : children(list)).map(rawExtension);
  const raw = new Map<string, Uint8Array>();
  const repeated = new Set<string>();
  for (const { id, value } of found) {
    if (raw.has(id)) repeated.add(id);
    else raw.set(id, value);
  }
  const critical = new Set(found.flatMap((one) => (one.critical ? [one.id] : [])));
  return { raw, count: found.length, repeated, critical };
}

/** Extension ::= SEQUENCE { OBJECT IDENTIFIER, BOOLEAN DEFAULT FALSE, OCTET STRING }. */
function rawExtension(element: DerElement): { id: string; critical: boolean; value: Uint8Array } {
  const [type, ...rest] = children(element);
  const value = rest.at(-1);
  if (type?.tag !== OBJECT_IDENTIFIER || value?.tag !== OCTET_STRING)
    throw new CertificateParseError('an extension that is none');
  const [flag] = rest;
  const critical = flag?.tag === BOOLEAN && content(flag)[0] !== 0;
  return { id: objectIdentifier(type), critical, value: content(value) };
}

function expectTag(element: DerElement, tag: number): DerElement {
  if (element.tag !== tag) throw new CertificateParseError('an extension of another kind than its name says');
  return element;
}

function sequence(value: DerElement): DerElement[] {
  return children(expectTag(value, SEQUENCE));
}

function octets(value: DerElement): Uint8Array {
  return content(expectTag(value, OCTET_STRING));
}

/** Without the byte that counts the unused bits. */
function bits(value: DerElement): Uint8Array {
  return content(expectTag(value, BIT_STRING)).subarray(1);
}

function keyUsage(value: DerElement): number {
  const [first = 0, second = 0] = bits(value);
  return first | (second << 8);
}

function basicConstraints(value: DerElement): { authority: boolean; pathLength: number | null } {
  const parts = sequence(value);
  const flag = parts.find(({ tag }) => tag === BOOLEAN);
  const length = parts.find(({ tag }) => tag === INTEGER);
  const authority = flag !== undefined && content(flag)[0] !== 0;
  if (length === undefined) return { authority, pathLength: null };
  const bytes = content(length);
  if ((bytes[0] ?? 0) & 0x80) throw new CertificateParseError('a negative path length');
  return { authority, pathLength: Number(BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`)) };
}

function purposes(value: DerElement): ReadonlySet<string> {
  return new Set(sequence(value).map(objectIdentifier));
}

/** [0] keyIdentifier, [1] authorityCertIssuer, [2] authorityCertSerialNumber (RFC 5280 §4.2.1.1). */
function authorityKeyIdentifier(value: DerElement): AuthorityKeyIdentifier {
  const parts = sequence(value);
  const part = (tag: number): DerElement | undefined => parts.find((element) => element.tag === tag);
  const [keyIdentifier, issuers, serialNumber] = [part(0x80), part(0xa1), part(0x82)];
  const directory = issuers === undefined ? undefined : children(issuers).find(({ tag }) => tag === 0xa4);
  const name = directory === undefined ? undefined : children(directory)[0];
  return {
    keyIdentifier: keyIdentifier === undefined ? null : content(keyIdentifier),
    issuer: name === undefined ? null : canonicalName(name),
    serialNumber: serialNumber === undefined ? null : content(serialNumber),
  };
}
