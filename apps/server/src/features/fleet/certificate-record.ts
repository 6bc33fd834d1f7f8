import type { CertificateFacts } from '@trustfleet/certificates';
import type { CertificateRecord } from '@trustfleet/database';

/** What the database keeps of a certificate; its PEM can be made again from the DER. */
export function certificateRecord(facts: CertificateFacts, der: Uint8Array): CertificateRecord {
  const { pem: _pem, ...stored } = facts;
  return { ...stored, der };
}
