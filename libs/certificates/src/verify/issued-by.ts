import type { KeyObject } from 'node:crypto';
import type { AuthorityKeyIdentifier } from './extensions.ts';
import { type PathCertificate, sameBytes } from './path-certificate.ts';
import type { VerifyRules } from './rules.ts';

export const KEY_USAGE = {
  digitalSignature: 0x80,
  keyEncipherment: 0x20,
  keyAgreement: 0x08,
  certSign: 0x04,
  crlSign: 0x02,
} as const;

/** Whether `issuer` may be the one that signed `subject`, by names, key identifiers and kinds alone (X509_check_issued). */
export function mayHaveIssued(
  issuer: PathCertificate,
  subject: PathCertificate,
  rules: VerifyRules,
): boolean {
  if (issuer.subject.key !== subject.issuer.key) return false;
  if (isInvalid(issuer, rules) || isInvalid(subject, rules)) return false;
  if (!fitsKeyIdentifier(issuer, subject.extensions.authorityKeyIdentifier)) return false;
  return rules.issuerMustSign ? maySign(issuer) : algorithmsFit(issuer, subject, rules);
}

/** EXFLAG_INVALID, as far as that version goes by it: 1.0.2 does not. */
export function isInvalid({ extensions }: PathCertificate, rules: VerifyRules): boolean {
  if (rules.issuerMustSign) return false;
  const { invalid, basicConstraints } = extensions;
  const unauthorized = basicConstraints?.authority === false && (basicConstraints.pathLength ?? 0) > 0;
  return invalid || (rules.pathLengthNeedsAuthority && unauthorized);
}

/** keyUsage, where there is any, lets it sign certificates. */
export function maySign({ extensions: { keyUsage } }: PathCertificate): boolean {
  return keyUsage === null || (keyUsage & KEY_USAGE.certSign) !== 0;
}

/** EXFLAG_SS: the names are one, and the identifiers do not speak against it. The signature is not looked at. */
export function isSelfSigned(certificate: PathCertificate, rules: VerifyRules): boolean {
  if (!certificate.selfIssued) return false;
  if (!fitsKeyIdentifier(certificate, certificate.extensions.authorityKeyIdentifier)) return false;
  return rules.issuerMustSign ? maySign(certificate) : algorithmsFit(certificate, certificate, rules);
}

/** X509_check_akid. */
function fitsKeyIdentifier(issuer: PathCertificate, akid: AuthorityKeyIdentifier | null): boolean {
  if (akid === null) return true;
  const { subjectKeyIdentifier } = issuer.extensions;
  if (akid.keyIdentifier !== null && subjectKeyIdentifier !== null) {
    if (!sameBytes(akid.keyIdentifier, subjectKeyIdentifier)) return false;
  }
  if (akid.serialNumber !== null && !sameBytes(akid.serialNumber, issuer.serialNumber)) return false;
  return akid.issuer === null || akid.issuer.key === issuer.issuer.key;
}

const RSA = '1.2.840.113549.1.1.1';
const RSA_PSS = '1.2.840.113549.1.1.10';
const EC = '1.2.840.10045.2.1';
const DSA = '1.2.840.10040.4.1';
const EDWARDS = '1.3.101.11';

/** Kind of key that a kind of signature needs (OBJ_find_sigid_algs); the Edwards curves sign under their own number. */
function keyFor(signature: string): string | null {
  if (signature === RSA_PSS) return RSA_PSS;
  if (
    signature.startsWith('1.2.840.113549.1.1.') ||
    signature === '1.3.14.3.2.29' ||
    signature === '1.3.14.3.2.3'
  )
    return RSA;
  if (signature.startsWith('1.2.840.10045.4.') || signature.startsWith('2.16.840.1.101.3.4.3.9')) return EC;
  if (signature.startsWith('1.2.840.10040.4.') || /^2\.16\.840\.1\.101\.3\.4\.3\.[1-4]$/.test(signature))
    return DSA;
  return signature.startsWith(EDWARDS) ? signature : null;
}

/** Its key as that version reads it; null for one that it does not know. */
export function readableKey(
  { key, keyAlgorithm }: PathCertificate,
  { edwardsKeys }: VerifyRules,
): KeyObject | null {
  return !edwardsKeys && keyAlgorithm.startsWith(EDWARDS) ? null : key;
}

/** check_sig_alg_match. */
function algorithmsFit(issuer: PathCertificate, subject: PathCertificate, rules: VerifyRules): boolean {
  if (readableKey(issuer, rules) === null) return false;
  const needed = keyFor(subject.signedWith);
  if (needed === issuer.keyAlgorithm) return true;
  return needed === RSA_PSS && issuer.keyAlgorithm === RSA;
}
