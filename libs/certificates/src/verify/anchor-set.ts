import { sha256Hex } from '../encoding.ts';
import { encoded } from '../x509/der.ts';
import { readCertificateFields } from '../x509/certificate-fields.ts';
import type { AnchorSet } from './types.ts';

/** Makes an {@link AnchorSet}. What cannot be read as a certificate is left out: OpenSSL would not have loaded it. */
export function createAnchorSet(ders: Iterable<Uint8Array>): AnchorSet {
  const subjects = new Map<string, Uint8Array[]>();
  const digests = new Set<string>();
  for (const der of ders) {
    const key = Buffer.from(encoded(readCertificateFields(der).subject)).toString('latin1');
    subjects.set(key, [...(subjects.get(key) ?? []), der]);
    digests.add(sha256Hex(der));
  }
  return {
    size: digests.size,
    bySubject: (subject) => subjects.get(Buffer.from(subject).toString('latin1')) ?? [],
    has: (sha256) => digests.has(sha256),
  };
}
