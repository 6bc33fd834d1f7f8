import {
  CertificateParseError,
  children,
  content,
  type DerElement,
  encoded,
  readCertificateFields,
  readElement,
  sha256Hex,
} from '@trustfleet/certificates';
import { BASIC_CONSTRAINTS, constrainsToAuthority } from './constraints.ts';
import { EXTENDED_KEY_USAGE, purposesOfExtension } from './purposes.ts';

const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

/** Identity of a public key: of its SubjectPublicKeyInfo as it is encoded. */
export function publicKeyOf(subjectPublicKeyInfo: Uint8Array): string {
  return `key:${sha256Hex(subjectPublicKeyInfo)}`;
}

/** Identity by issuer and serial number, both as they are encoded: how a list of distrust names what it does not hold. */
export function issuerSerialOf(issuer: Uint8Array, serialNumber: Uint8Array): string {
  return `serial:${sha256Hex(Buffer.concat([issuer, serialNumber]))}`;
}

/** What p11-kit knows a certificate by, besides its bytes. */
export interface CertificateKeys {
  readonly publicKey: string;
  readonly issuerSerial: string;
  /** extendedKeyUsage of the certificate itself; null where it has none, which limits nothing (RFC 5280 §4.2.1.12). */
  readonly purposes: readonly string[] | null;
  /**
   * What p11-kit takes for an authority where no source says otherwise (calc_certificate_category of trust/builder.c): basicConstraints
   * with CA:TRUE, or version 1 with the issuer's name for its own, whose signature it does not check.
   */
  readonly authority: boolean;
}

/** Throws CertificateParseError. */
export function keysOf(der: Uint8Array): CertificateKeys {
  const { issuer, subject, publicKeyInfo } = readCertificateFields(der);
  const parts = bodyParts(der);
  const version = parts[0]?.tag === VERSION ? parts[0] : null;
  const serial = parts[version === null ? 0 : 1];
  const purposes = extensionOf(parts, EXTENDED_KEY_USAGE);
  const constraints = extensionOf(parts, BASIC_CONSTRAINTS);
  if (serial === undefined) throw new CertificateParseError('it has no serial number');
  return {
    publicKey: publicKeyOf(publicKeyInfo),
    issuerSerial: issuerSerialOf(encoded(issuer), encoded(serial)),
    purposes: purposes === null ? null : purposesOfExtension(purposes),
    authority:
      constraints === null
        ? isFirstVersion(version) && Buffer.compare(encoded(subject), encoded(issuer)) === 0
        : constrainsToAuthority(constraints),
  };
}

function bodyParts(der: Uint8Array): DerElement[] {
  const [body] = children(readElement(der, 0));
  return body === undefined ? [] : children(body);
}

/** version [0] EXPLICIT INTEGER DEFAULT v1(0) (RFC 5280 §4.1). */
function isFirstVersion(version: DerElement | null): boolean {
  if (version === null) return true;
  const [number] = children(version);
  return number !== undefined && Buffer.compare(content(number), Buffer.of(0)) === 0;
}

/** The first of this name among extensions [3] EXPLICIT SEQUENCE OF Extension (RFC 5280 §4.1), whole. */
function extensionOf(parts: readonly DerElement[], identifier: Uint8Array): Uint8Array | null {
  const extensions = parts.find((part) => part.tag === EXTENSIONS);
  if (extensions === undefined) return null;
  const [list] = children(extensions);
  for (const extension of list === undefined ? [] : children(list)) {
    const [name] = children(extension);
    if (name !== undefined && Buffer.compare(encoded(name), identifier) === 0) return encoded(extension);
  }
  return null;
}
