import { CertificateParseError } from '../certificate-parse-error.ts';
import { sha256Hex } from '../encoding.ts';
import { readCertificateFields } from '../x509/certificate-fields.ts';
import { type DerElement, readElement } from '../x509/der.ts';
import { canonicalName } from './canonical-name.ts';
import type { AnchorSet } from './types.ts';

/**
 * Anchors in the order in which a client loads them. Only subjects are read now; a certificate is when a path comes to it. What cannot be
 * read as a certificate is left out, as OpenSSL would have refused it.
 */
export function createAnchorSet(ders: Iterable<Uint8Array>): AnchorSet {
  const bySubject = new Map<string, Uint8Array[]>();
  const anchors: Uint8Array[] = [];
  for (const der of ders) {
    const subject = subjectOf(der);
    if (subject === null) continue;
    const same = bySubject.get(subject);
    if (same === undefined) bySubject.set(subject, [der]);
    // Twice in a bundle is once in the store (X509_STORE_add_cert).
    else if (same.some((other) => Buffer.compare(other, der) === 0)) continue;
    else same.push(der);
    anchors.push(der);
  }
  let digests: ReadonlySet<string> | null = null;
  return {
    size: anchors.length,
    bySubject: (subject) => bySubject.get(keyOf(readElement(subject, 0))) ?? [],
    bySubjectKey: (key) => bySubject.get(key) ?? [],
    has(sha256) {
      digests ??= new Set(anchors.map((der) => sha256Hex(der)));
      return digests.has(sha256);
    },
  };
}

function keyOf(name: DerElement): string {
  return canonicalName(name).key;
}

function subjectOf(der: Uint8Array): string | null {
  try {
    return keyOf(readCertificateFields(der).subject);
  } catch (error) {
    if (error instanceof CertificateParseError) return null;
    throw error;
  }
}
