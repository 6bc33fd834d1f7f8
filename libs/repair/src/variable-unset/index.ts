import type { RemedyExecutor } from '../remedy.ts';
import { variableExecutor } from '../variables/executor.ts';
import type { VariableAccess } from '../variables/ports.ts';

/** `variable.unset` on one host. */
export const createVariableUnset = (access: VariableAccess): RemedyExecutor =>
  variableExecutor('variable.unset', access);
