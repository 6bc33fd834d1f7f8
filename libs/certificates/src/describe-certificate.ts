import { X509Certificate } from 'node:crypto';
import { CertificateParseError } from './certificate-parse-error.ts';
import { sha1Thumbprint, sha256Hex, toPem } from './encoding.ts';
import type { CertificateFacts } from './types.ts';
import { readCertificateFields } from './x509/certificate-fields.ts';
import { encoded, readElement } from './x509/der.ts';
import { nameConstraintsOf } from './x509/name-constraints.ts';
import { commonNameOf, oneLineName } from './x509/names.ts';
import { openCertificate } from './x509/open-certificate.ts';
import { publicKeyFacts } from './x509/public-key.ts';
import { signatureAlgorithmName } from './x509/signature-algorithm.ts';

/** Reads one DER certificate, which must fill `der` to its last byte. Throws CertificateParseError. */
export function describeCertificate(der: Uint8Array): CertificateFacts {
  const outer = readElement(der, 0);
  if (outer.end !== der.length)
    throw new CertificateParseError(`${der.length - outer.end} bytes follow the certificate`);
  const fields = readCertificateFields(der);
  const certificate = openCertificate(der);
  const { keyType, keyBits } = publicKeyFacts(certificate);
  const pem = toPem(der);
  const sameNames = Buffer.compare(encoded(fields.subject), encoded(fields.issuer)) === 0;
  let selfSigned: boolean | null = null;
  return {
    sha256: sha256Hex(der),
    sha1: sha1Thumbprint(der),
    spkiSha256: sha256Hex(fields.publicKeyInfo),
    subject: oneLineName(certificate.subject),
    issuer: oneLineName(certificate.issuer),
    commonName: commonNameOf(fields.subject),
    notBefore: readDate(certificate.validFromDate, 'notBefore'),
    notAfter: readDate(certificate.validToDate, 'notAfter'),
    keyType,
    keyBits,
    signatureAlgorithm: signatureAlgorithmName(fields.signatureAlgorithm),
    isAuthority: certificate.ca,
    get selfSigned() {
      selfSigned ??= isSelfSigned(pem, sameNames);
      return selfSigned;
    },
    serial: wholeBytes(certificate.serialNumber),
    nameConstraints: nameConstraintsOf(fields.extensions),
    pem,
  };
}

/** OpenSSL writes zero as one digit. */
function wholeBytes(hex: string): string {
  return hex.length % 2 === 1 && !hex.startsWith('-') ? `0${hex}` : hex;
}

function readDate(date: Date, field: string): Date {
  if (Number.isNaN(date.getTime())) throw new CertificateParseError(`its ${field} is no date`);
  return date;
}

/** Opens it anew, so that facts which are kept hold nothing of OpenSSL's. */
function isSelfSigned(pem: string, sameNames: boolean): boolean {
  if (!sameNames) return false;
  const certificate = new X509Certificate(pem);
  const { key } = publicKeyFacts(certificate);
  return key !== null && certificate.verify(key);
}
