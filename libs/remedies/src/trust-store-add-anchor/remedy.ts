import type { Remedy } from '../types.ts';
import { addAnchorEffect } from './effect.ts';
import { undoAnchorEffect } from './undo-effect.ts';
import { addAnchorParameters, type AddAnchorParameters } from './schema.ts';

/** Adds one CA to the operating system's trust store. */
export const trustStoreAddAnchor: Remedy<AddAnchorParameters> = {
  name: 'trustStore.addAnchor',
  class: 'trust',
  parameters: addAnchorParameters,
  effect: addAnchorEffect,
  undoEffect: undoAnchorEffect,
};
