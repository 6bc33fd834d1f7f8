import type { HostFacts } from '@trustfleet/policy';
import type { UndoEffect } from '../types.ts';
import type { VariableUndoContext } from '../variables/context.ts';
import type { VariableSetParameters } from '../variables/schema.ts';
import { undoVariable } from '../variables/undo.ts';

export const undoSetVariableEffect = (
  facts: HostFacts,
  parameters: VariableSetParameters,
  context: VariableUndoContext,
): UndoEffect => undoVariable(facts, parameters, context);
