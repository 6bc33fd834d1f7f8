import type { AnchorContext, AnchorUndoContext } from '../anchor-stores/context.ts';
import { anchorParameters, type AnchorParameters } from '../anchor-stores/schema.ts';
import type { Remedy } from '../types.ts';
import { removeAnchorEffect } from './effect.ts';
import { undoRemoveAnchorEffect } from './undo-effect.ts';

/** Has the programs of one trust store trust a CA no longer. */
export const trustStoreRemoveAnchor: Remedy<AnchorParameters, AnchorContext, AnchorUndoContext> = {
  name: 'trustStore.removeAnchor',
  class: 'trust',
  parameters: anchorParameters,
  artifacts: ({ anchor }) => [anchor],
  title: ({ anchor }) => anchor.slice(0, 16),
  effect: removeAnchorEffect,
  undoEffect: undoRemoveAnchorEffect,
};
