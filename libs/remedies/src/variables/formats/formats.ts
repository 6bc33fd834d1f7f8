import { environmentD } from './environment-d.ts';
import { etcEnvironment } from './etc-environment.ts';
import { unitDropIn } from './unit-drop-in.ts';
import type { VariableFormat } from './types.ts';

/** Kinds of files that this remedy writes. */
export const VARIABLE_FORMATS = { etcEnvironment, environmentD, unitDropIn } as const satisfies Record<
  string,
  VariableFormat
>;
export type VariableFormatName = keyof typeof VARIABLE_FORMATS;
