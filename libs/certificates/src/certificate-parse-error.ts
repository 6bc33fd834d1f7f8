/** These bytes are no certificate that OpenSSL reads; `message` says why. */
export class CertificateParseError extends Error {
  override readonly name = 'CertificateParseError';
}
