import type { CertificateFacts } from '../types.ts';
import type { AnchorClass, ClassificationContext } from './anchor-class.ts';

/** What of a certificate decides its class. */
export type ClassifiedFacts = Pick<
  CertificateFacts,
  'sha256' | 'sha1' | 'spkiSha256' | 'subject' | 'issuer' | 'commonName' | 'selfSigned' | 'isAuthority'
>;

const UNKNOWN: AnchorClass = {
  kind: 'unknown',
  evidence: 'none',
  name: null,
  saysItIs: null,
  entered: null,
  left: null,
  note: null,
};

/**
 * What is known of an anchor. By SHA-256 of its DER, then by its key; never by serial, and its own words only ever make it suspect
 * (trust-stores.md §10). Pure.
 */
export function classifyAnchor(facts: ClassifiedFacts, context: ClassificationContext): AnchorClass {
  const root = context.catalogue.bySha256(facts.sha256);
  if (root?.left === null)
    return {
      ...UNKNOWN,
      kind: 'publicCurrent',
      evidence: 'fingerprint',
      name: root.subject,
      entered: root.entered,
    };
  return UNKNOWN;
}
