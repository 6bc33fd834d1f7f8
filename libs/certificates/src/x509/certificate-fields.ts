import { CertificateParseError } from '../certificate-parse-error.ts';
import { children, type DerElement, encoded, readElement } from './der.ts';

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

/** Parts that `node:crypto` does not give, or gives only from Node 24 on. All are views into the DER. */
export interface CertificateFields {
  readonly signatureAlgorithm: DerElement;
  readonly issuer: DerElement;
  readonly subject: DerElement;
  readonly publicKeyInfo: Uint8Array;
  /** Extensions ::= the [3] around SEQUENCE OF Extension (RFC 5280 §4.1.2.9); null where it has none. */
  readonly extensions: DerElement | null;
}

/** Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue } (RFC 5280 §4.1). Throws CertificateParseError. */
export function readCertificateFields(der: Uint8Array): CertificateFields {
  const [body, signatureAlgorithm] = children(expectTag(readElement(der, 0), SEQUENCE));
  const parts = children(expectTag(body, SEQUENCE));
  const first = parts[0]?.tag === VERSION ? 1 : 0;
  expectTag(parts[first], INTEGER);
  return {
    signatureAlgorithm: expectTag(signatureAlgorithm, SEQUENCE),
    issuer: expectTag(parts[first + 2], SEQUENCE),
    subject: expectTag(parts[first + 4], SEQUENCE),
    publicKeyInfo: encoded(expectTag(parts[first + 5], SEQUENCE)),
    extensions: parts.slice(first + 6).find(({ tag }) => tag === EXTENSIONS) ?? null,
  };
}

function expectTag(element: DerElement | undefined, tag: number): DerElement {
  if (element?.tag !== tag)
    throw new CertificateParseError('its parts are not those of a certificate (RFC 5280 §4.1)');
  return element;
}
