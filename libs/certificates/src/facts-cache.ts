import { CertificateParseError } from './certificate-parse-error.ts';
import { describeCertificate } from './describe-certificate.ts';
import type { CertificateFacts } from './types.ts';

/** Facts of certificates that are met again: in a second store, or in a store that has not changed. */
export interface FactsCache {
  /** `sha256` is that of `der`, as a store's reading has it. Null for what cannot be read as a certificate. */
  factsOf(sha256: string, der: Uint8Array): CertificateFacts | null;
}

/** Some 3 KiB each. */
const MOST = 10_000;

/** Keeps the facts of the last 10 000 certificates, by fingerprint: one certificate never has two. */
export function createFactsCache(limit: number = MOST): FactsCache {
  const kept = new Map<string, CertificateFacts | null>();
  return {
    factsOf(sha256, der) {
      const known = kept.get(sha256);
      if (known !== undefined) return known;
      const facts = describeOrNull(der);
      kept.set(sha256, facts);
      for (const oldest of kept.keys()) {
        if (kept.size <= limit) break;
        kept.delete(oldest);
      }
      return facts;
    },
  };
}

function describeOrNull(der: Uint8Array): CertificateFacts | null {
  try {
    return describeCertificate(der);
  } catch (error) {
    if (error instanceof CertificateParseError) return null;
    throw error;
  }
}
