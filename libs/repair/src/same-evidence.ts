import type { JobEvidence, StoreEvidence } from '@trustfleet/protocol';

export const isStoreEvidence = (evidence: JobEvidence): evidence is StoreEvidence =>
  'bundleSha256' in evidence;

/** Digest of what stood there; null where nothing did, or where none was taken. */
const digestOf = (evidence: JobEvidence): string | null =>
  isStoreEvidence(evidence) ? evidence.bundleSha256 : evidence.sha256;

/** Did two looks find the same bytes? False where one of them could not tell. */
export function sameEvidence(before: JobEvidence | null, after: JobEvidence | null): boolean {
  if (before === null || after === null) return false;
  const digest = digestOf(before);
  return digest !== null && digest === digestOf(after);
}
