import type { AnchorContext, AnchorUndoContext } from '../anchor-stores/context.ts';
import { anchorParameters, type AnchorParameters } from '../anchor-stores/schema.ts';
import type { Remedy } from '../types.ts';
import { addAnchorEffect } from './effect.ts';
import { undoAddAnchorEffect } from './undo-effect.ts';

/** Adds one CA to a trust store. */
export const trustStoreAddAnchor: Remedy<AnchorParameters, AnchorContext, AnchorUndoContext> = {
  name: 'trustStore.addAnchor',
  class: 'trust',
  parameters: anchorParameters,
  artifacts: ({ anchor }) => [anchor],
  title: ({ anchor }) => anchor.slice(0, 16),
  effect: addAnchorEffect,
  undoEffect: undoAddAnchorEffect,
};
