import { X509Certificate } from 'node:crypto';
import { CertificateParseError } from '../certificate-parse-error.ts';
import { toPem } from '../encoding.ts';

/**
 * Hands DER to OpenSSL. It goes in as PEM of our own making: given raw bytes, Node looks for PEM text inside them first, and a
 * certificate can carry that of another one, which would then be described under the wrong fingerprint. Throws CertificateParseError.
 */
export function openCertificate(der: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(toPem(der));
  } catch (error) {
    throw new CertificateParseError(`OpenSSL does not read it as a certificate (${reason(error)})`, {
      cause: error,
    });
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
