import type { RemedyExecutor } from '../remedy.ts';
import { anchorExecutor, type AnchorRemedy } from '../anchor-stores/anchoring.ts';
import type { AnchorStoreAccess } from '../anchor-stores/ports.ts';
import { evaluateAbsence } from '../anchor-stores/verify.ts';

const addAnchor: AnchorRemedy = {
  name: 'trustStore.addAnchor',
  after: 'add',
  trusts: true,
  check: (seen) => seen,
  checkUndone: evaluateAbsence,
};

/** `trustStore.addAnchor`: by a file and the store's tool, or as an entry (trust-stores.md §6). */
export function createAddAnchor(access: AnchorStoreAccess): RemedyExecutor {
  return anchorExecutor(addAnchor, access);
}
