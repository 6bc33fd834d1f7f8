import type { Remedy } from '../types.ts';
import { codeReportEffect } from './effect.ts';
import { codeReportParameters, type CodeReportParameters } from './schema.ts';
import { undoCodeReportEffect } from './undo-effect.ts';

/** Says where code decides trust by itself, and what to write there instead. */
export const codeReport: Remedy<CodeReportParameters, undefined, undefined> = {
  name: 'code.report',
  class: 'setting',
  parameters: codeReportParameters,
  artifacts: () => [],
  title: () => 'code that decides trust by itself',
  effect: codeReportEffect,
  undoEffect: undoCodeReportEffect,
};
