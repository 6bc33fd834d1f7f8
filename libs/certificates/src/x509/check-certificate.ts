import { sha256Hex } from '../encoding.ts';
import { readCertificateFields } from './certificate-fields.ts';
import { openCertificate } from './open-certificate.ts';

/** Some 100 bytes each. */
const MOST = 5000;
const passed = new Set<string>();

/**
 * Throws CertificateParseError where we or OpenSSL cannot read it as a certificate. One that was read is not read again: ten Pythons
 * bring ten bundles of the same roots.
 */
export function checkCertificate(der: Uint8Array): void {
  const sha256 = sha256Hex(der);
  if (passed.has(sha256)) return;
  readCertificateFields(der);
  openCertificate(der);
  if (passed.size < MOST) passed.add(sha256);
}
