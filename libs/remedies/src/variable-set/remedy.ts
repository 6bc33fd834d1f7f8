import type { Remedy } from '../types.ts';
import type { VariableContext, VariableUndoContext } from '../variables/context.ts';
import { variableSetParameters, type VariableSetParameters } from '../variables/schema.ts';
import { shown } from '../variables/words.ts';
import { setVariableEffect } from './effect.ts';
import { undoSetVariableEffect } from './undo-effect.ts';

/** Lets one of the eight CA variables name a file. */
export const variableSet: Remedy<VariableSetParameters, VariableContext, VariableUndoContext> = {
  name: 'variable.set',
  class: 'trust',
  parameters: variableSetParameters,
  artifacts: () => [],
  title: shown,
  effect: setVariableEffect,
  undoEffect: undoSetVariableEffect,
};
