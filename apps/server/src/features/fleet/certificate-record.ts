import type { CertificateFacts } from '@trustfleet/certificates';
import type { CertificateRecord } from '@trustfleet/database';

/** What the database keeps of a certificate; its PEM can be made again from the DER. */
export function certificateRecord(facts: CertificateFacts, der: Uint8Array): CertificateRecord {
  return {
    sha256: facts.sha256,
    sha1: facts.sha1,
    spkiSha256: facts.spkiSha256,
    subject: facts.subject,
    issuer: facts.issuer,
    commonName: facts.commonName,
    notBefore: facts.notBefore,
    notAfter: facts.notAfter,
    keyType: facts.keyType,
    keyBits: facts.keyBits,
    signatureAlgorithm: facts.signatureAlgorithm,
    isAuthority: facts.isAuthority,
    selfSigned: facts.selfSigned,
    serial: facts.serial,
    der,
  };
}
