import type { Remedy } from '../types.ts';
import type { ApiContext, ApiUndoContext } from './context.ts';
import { replaceApiEffect } from './effect.ts';
import { shotgunApiReplaceParameters, type ShotgunApiReplaceParameters } from './schema.ts';
import { undoReplaceApiEffect } from './undo-effect.ts';

/** Replaces a loose copy of shotgun_api3 by a release. */
export const shotgunApiReplace: Remedy<ShotgunApiReplaceParameters, ApiContext, ApiUndoContext> = {
  name: 'shotgunApi.replace',
  class: 'code',
  parameters: shotgunApiReplaceParameters,
  artifacts: ({ wheel }) => [wheel],
  title: ({ path, version }) => `shotgun_api3 ${version} in ${path}`,
  effect: replaceApiEffect,
  undoEffect: undoReplaceApiEffect,
};
