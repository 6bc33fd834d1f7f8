import type { OrderRemedy } from '@trustfleet/api';

const WORDS = { 'trustStore.addAnchor': 'add', 'trustStore.removeAnchor': 'remove' } as const;

/** Part of the catalogue below `order.words` that speaks of this remedy. */
export function wordsOf(remedy: OrderRemedy): (typeof WORDS)[OrderRemedy] {
  return WORDS[remedy];
}
