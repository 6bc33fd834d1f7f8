import type { KeyObject, X509Certificate } from 'node:crypto';
import { CertificateParseError } from './certificate-parse-error.ts';
import { sha1Thumbprint, sha256Hex, toPem } from './encoding.ts';
import type { CertificateFacts } from './types.ts';
import { type CertificateFields, readCertificateFields } from './x509/certificate-fields.ts';
import { encoded, readElement } from './x509/der.ts';
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
  const { keyType, keyBits, key } = publicKeyFacts(certificate);
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
    selfSigned: isSelfSigned(certificate, fields, key),
    serial: wholeBytes(certificate.serialNumber),
    pem: toPem(der),
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

function isSelfSigned(
  certificate: X509Certificate,
  fields: CertificateFields,
  key: KeyObject | null,
): boolean {
  if (key === null || Buffer.compare(encoded(fields.subject), encoded(fields.issuer)) !== 0) return false;
  return certificate.verify(key);
}
