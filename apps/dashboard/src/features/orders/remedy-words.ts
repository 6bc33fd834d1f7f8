import type { AnchorRemedy } from '@trustfleet/api';

const WORDS = { 'trustStore.addAnchor': 'add', 'trustStore.removeAnchor': 'remove' } as const;

/** Part of the catalogue below `order.words` that speaks of this remedy. */
export function wordsOf(remedy: AnchorRemedy): (typeof WORDS)[AnchorRemedy] {
  return WORDS[remedy];
}
