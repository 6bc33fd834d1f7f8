import type { RemedyExecutor } from '../remedy.ts';
import { anchorExecutor, type AnchorRemedy } from '../anchor-stores/anchoring.ts';
import type { AnchorStoreAccess } from '../anchor-stores/ports.ts';
import { evaluateRemoval, evaluateReturn } from '../anchor-stores/verify.ts';

const removeAnchor: AnchorRemedy = {
  name: 'trustStore.removeAnchor',
  after: 'remove',
  trusts: false,
  check: evaluateRemoval,
  checkUndone: evaluateReturn,
};

/** `trustStore.removeAnchor`: takes away what this machine's owner added, leaves out what its system ships (trust-stores.md §6). */
export function createRemoveAnchor(access: AnchorStoreAccess): RemedyExecutor {
  return anchorExecutor(removeAnchor, access);
}
