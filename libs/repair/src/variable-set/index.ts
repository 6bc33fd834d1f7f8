import type { RemedyExecutor } from '../remedy.ts';
import { variableExecutor } from '../variables/executor.ts';
import type { VariableAccess } from '../variables/ports.ts';

/** `variable.set` on one host. */
export const createVariableSet = (access: VariableAccess): RemedyExecutor =>
  variableExecutor('variable.set', access);
