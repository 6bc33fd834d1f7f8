import {
  CertificateParseError,
  children,
  type DerElement,
  encoded,
  readCertificateFields,
  readElement,
  sha256Hex,
} from '@trustfleet/certificates';
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
}

/** Throws CertificateParseError. */
export function keysOf(der: Uint8Array): CertificateKeys {
  const { issuer, publicKeyInfo } = readCertificateFields(der);
  const parts = bodyParts(der);
  const serial = parts[parts[0]?.tag === VERSION ? 1 : 0];
  if (serial === undefined) throw new CertificateParseError('it has no serial number');
  return {
    publicKey: publicKeyOf(publicKeyInfo),
    issuerSerial: issuerSerialOf(encoded(issuer), encoded(serial)),
    purposes: ownPurposes(parts),
  };
}

function bodyParts(der: Uint8Array): DerElement[] {
  const [body] = children(readElement(der, 0));
  return body === undefined ? [] : children(body);
}

/** extensions [3] EXPLICIT SEQUENCE OF Extension (RFC 5280 §4.1). */
function ownPurposes(parts: readonly DerElement[]): readonly string[] | null {
  const extensions = parts.find((part) => part.tag === EXTENSIONS);
  if (extensions === undefined) return null;
  const [list] = children(extensions);
  for (const extension of list === undefined ? [] : children(list)) {
    const [name] = children(extension);
    if (name !== undefined && Buffer.compare(encoded(name), EXTENDED_KEY_USAGE) === 0)
      return purposesOfExtension(encoded(extension));
  }
  return null;
}
