import type { OpenSslProfile } from '@trustfleet/certificates';
import type { NetworkState } from '@trustfleet/protocol';

/** X509_verify_cert_error_string of OpenSSL 3. Match on codes, never on these: they changed (failures.md §7.1). */
const TEXTS: Readonly<Record<number, string>> = {
  1: 'unspecified certificate verification error',
  2: 'unable to get issuer certificate',
  6: 'unable to decode issuer public key',
  7: 'certificate signature failure',
  9: 'certificate is not yet valid',
  10: 'certificate has expired',
  13: "format error in certificate's notBefore field",
  14: "format error in certificate's notAfter field",
  18: 'self-signed certificate',
  19: 'self-signed certificate in certificate chain',
  20: 'unable to get local issuer certificate',
  21: 'unable to verify the first certificate',
  22: 'certificate chain too long',
  24: 'invalid CA certificate',
  25: 'path length constraint exceeded',
  26: 'unsuitable certificate purpose',
  32: 'key usage does not include certificate signing',
  34: 'unhandled critical extension',
  40: 'proxy certificates not allowed, please set the appropriate flag',
  41: 'invalid or inconsistent certificate extension',
  47: 'permitted subtree violation',
  48: 'excluded subtree violation',
  49: 'name constraints minimum and maximum not supported',
  51: 'unsupported name constraint type',
  52: 'unsupported or invalid name constraint syntax',
  53: 'unsupported or invalid name syntax',
  62: 'hostname mismatch',
  64: 'IP address mismatch',
  66: 'EE certificate key too weak',
  67: 'CA certificate key too weak',
  68: 'CA signature digest algorithm too weak',
  78: 'Cert signature algorithm does not match signature algorithm',
  79: 'invalid CA certificate',
  80: 'Path length invalid for non-CA cert',
  81: 'Path length given without key usage keyCertSign',
  82: 'Key usage keyCertSign invalid for non-CA cert',
  83: 'Issuer name empty',
  84: 'Subject name empty',
  85: 'Missing Authority Key Identifier',
  86: 'Missing Subject Key Identifier',
  87: 'Empty Subject Alternative Name extension',
  88: 'Subject empty and Subject Alt Name extension not critical',
  89: 'Basic Constraints of CA cert not marked critical',
  90: 'Authority Key Identifier marked critical',
  91: 'Subject Key Identifier marked critical',
  92: 'CA cert does not include key usage extension',
  93: 'Using cert extension requires at least X509v3',
  94: 'Certificate public key has explicit ECC parameters',
};

/** In the words of that version: before 3.0 "self signed" had no hyphen. */
export function verifyErrorText(code: number, { version, libressl }: OpenSslProfile): string {
  const text = TEXTS[code] ?? `error number ${code}`;
  const old = libressl || version[0] < 3;
  return `certificate verify failed: ${old ? text.replace('self-signed', 'self signed') : text}`;
}

export const NETWORK_ERRORS: Readonly<Record<Exclude<NetworkState, 'connected'>, string>> = {
  dnsFailed: 'the name could not be resolved',
  refused: 'connection refused',
  timedOut: 'timed out',
  reset: 'connection reset by peer',
  unreachable: 'no route to host',
  proxyRefused: 'the proxy refused the connection',
  notTls: 'wrong version number: the answer is no TLS',
};
