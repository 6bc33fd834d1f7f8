import type { KeyObject, X509Certificate } from 'node:crypto';

export interface PublicKeyFacts {
  readonly keyType: string;
  readonly keyBits: number | null;
  readonly key: KeyObject | null;
}

/** Sizes of the curves whose name does not say it: SEC 2 and RFC 8032. */
const SIZE_BY_NAME: Readonly<Record<string, number>> = {
  prime192v1: 192,
  prime239v1: 239,
  prime256v1: 256,
  ed25519: 256,
  ed448: 456,
};

/** A certificate whose key OpenSSL cannot read (an unknown curve, say) is still a certificate: `unknown`, without a size. */
export function publicKeyFacts(certificate: X509Certificate): PublicKeyFacts {
  const key = publicKeyOf(certificate);
  const keyType = key?.asymmetricKeyType;
  if (key === null || keyType === undefined) return { keyType: 'unknown', keyBits: null, key: null };
  return { keyType, keyBits: publicKeyBits(key), key };
}

/** RSA and DSA: modulus; EC: field size; null where it is not known. */
export function publicKeyBits(key: KeyObject): number | null {
  const details = key.asymmetricKeyDetails;
  return details?.modulusLength ?? curveBits(details?.namedCurve ?? key.asymmetricKeyType ?? '');
}

function publicKeyOf(certificate: X509Certificate): KeyObject | null {
  try {
    return certificate.publicKey;
  } catch (error) {
    if (error instanceof Error) return null; // OpenSSL has no decoder for this key: reported as `unknown`.
    throw error;
  }
}

function curveBits(name: string): number | null {
  const named = SIZE_BY_NAME[name];
  if (named !== undefined) return named;
  const digits = /\d{3}/.exec(name)?.[0];
  return digits === undefined ? null : Number(digits);
}
