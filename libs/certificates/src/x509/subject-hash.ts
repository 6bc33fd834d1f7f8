import { hash } from 'node:crypto';
import { readCertificateFields } from './certificate-fields.ts';
import { canonicalNameBytes } from './canonical-name.ts';

/**
 * The name under which OpenSSL looks a certificate up in a directory, eight hex digits: X509_NAME_hash of 1.0.0 and later
 * (crypto/x509/x_name.c), the first four bytes, little-endian, of the SHA-1 of the canonical subject. Throws CertificateParseError.
 */
export function subjectHash(der: Uint8Array): string {
  const { subject } = readCertificateFields(der);
  const digest = hash('sha1', canonicalNameBytes(subject), 'buffer');
  return digest.readUInt32LE(0).toString(16).padStart(8, '0');
}
