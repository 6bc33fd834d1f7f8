import { publicKeyBits } from '../x509/public-key.ts';
import { X509_ERRORS } from './codes.ts';
import { readableKey } from './issued-by.ts';
import type { Path, PathContext } from './path.ts';
import type { PathCertificate } from './path-certificate.ts';
import type { VerifyRules } from './rules.ts';

/** Bits of security that each level asks for (minbits_table). */
const LEVEL_BITS = [0, 80, 112, 128, 192, 256] as const;

function bitsOfLevel({ openssl, rules }: PathContext): number {
  return rules.securityLevels ? (LEVEL_BITS[Math.min(Math.max(openssl.securityLevel, 0), 5)] ?? 0) : 0;
}

/** Asked before anything else. False: an objection ended it. */
export function checkLeafKey(context: PathContext): boolean {
  const least = bitsOfLevel(context);
  if (least === 0 || keySecurity(context.leaf, context.rules) >= least) return true;
  return context.object(X509_ERRORS.leafKeyTooSmall, 0);
}

/** Keys of the authorities, and signatures of all but the top (check_auth_level). */
export function checkSecurityLevel(context: PathContext, { certificates }: Path): boolean {
  const least = bitsOfLevel(context);
  if (least === 0) return true;
  for (const [depth, certificate] of certificates.entries()) {
    if (depth > 0 && keySecurity(certificate, context.rules) < least) {
      if (!context.object(X509_ERRORS.authorityKeyTooSmall, depth)) return false;
    }
    if (depth + 1 < certificates.length && signatureSecurity(certificate, context.rules) < least) {
      if (!context.object(X509_ERRORS.digestTooWeak, depth)) return false;
    }
  }
  return true;
}

/** NIST SP 800-57 part 1, table 2, as EVP_PKEY_security_bits has it. A key that cannot be read has none. */
function keySecurity(certificate: PathCertificate, rules: VerifyRules): number {
  const key = readableKey(certificate, rules);
  const type = key?.asymmetricKeyType;
  const bits = key === null ? null : publicKeyBits(key);
  if (bits === null) return 0;
  if (type === 'ed25519') return 128;
  if (type === 'ed448') return 224;
  return type === 'ec' ? curveSecurity(bits) : modulusSecurity(bits);
}

function curveSecurity(bits: number): number {
  if (bits >= 512) return 256;
  if (bits >= 384) return 192;
  if (bits >= 256) return 128;
  if (bits >= 224) return 112;
  return bits >= 160 ? 80 : Math.floor(bits / 2);
}

function modulusSecurity(bits: number): number {
  if (bits >= 15360) return 256;
  if (bits >= 7680) return 192;
  if (bits >= 3072) return 128;
  if (bits >= 2048) return 112;
  return bits >= 1024 ? 80 : 0;
}

const DIGEST_BITS: Readonly<Record<string, number>> = {
  sha224: 112,
  sha256: 128,
  sha384: 192,
  sha512: 256,
};

/** Half the digest's bits (X509_get_signature_info). */
function signatureSecurity({ signatureName }: PathCertificate, { sha1Bits, md5Bits }: VerifyRules): number {
  const name = signatureName.toLowerCase();
  if (name === 'ed25519') return 128;
  if (name === 'ed448') return 224;
  if (/sha1(?!\d)/.test(name)) return sha1Bits;
  if (/md[245]/.test(name)) return md5Bits;
  const digest = Object.keys(DIGEST_BITS).find((known) => name.includes(known));
  return digest === undefined ? 0 : (DIGEST_BITS[digest] ?? 0);
}
