import type { PresentEntry } from '../../entry-store.ts';
import { certificatesOf, standingOf, type NssStore } from './change.ts';
import { readKeyIds } from './read.ts';

/** Every certificate but the owner's own ones, which nothing of ours touches. Throws where the database cannot be read. */
export async function allEntries(store: NssStore): Promise<ReadonlyMap<string, PresentEntry>> {
  const certificates = await certificatesOf(store);
  const keys = await readKeyIds(store.ports, store.place);
  return new Map(
    certificates
      .filter(({ keyId }) => keyId === '' || !keys.has(keyId))
      .toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1))
      .map((certificate) => [certificate.sha256, standingOf(certificate)]),
  );
}
