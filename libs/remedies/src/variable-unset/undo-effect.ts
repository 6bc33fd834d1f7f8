import type { HostFacts } from '@trustfleet/policy';
import type { UndoEffect } from '../types.ts';
import type { VariableUndoContext } from '../variables/context.ts';
import type { VariableUnsetParameters } from '../variables/schema.ts';
import { undoVariable } from '../variables/undo.ts';

export const undoUnsetVariableEffect = (
  facts: HostFacts,
  parameters: VariableUnsetParameters,
  context: VariableUndoContext,
): UndoEffect => undoVariable(facts, parameters, context);
