import type { Remedy } from '../types.ts';
import type { VariableContext, VariableUndoContext } from '../variables/context.ts';
import { variableUnsetParameters, type VariableUnsetParameters } from '../variables/schema.ts';
import { shown } from '../variables/words.ts';
import { unsetVariableEffect } from './effect.ts';
import { undoUnsetVariableEffect } from './undo-effect.ts';

/** Takes one of the eight CA variables away. */
export const variableUnset: Remedy<VariableUnsetParameters, VariableContext, VariableUndoContext> = {
  name: 'variable.unset',
  class: 'trust',
  parameters: variableUnsetParameters,
  artifacts: () => [],
  title: shown,
  effect: unsetVariableEffect,
  undoEffect: undoUnsetVariableEffect,
};
