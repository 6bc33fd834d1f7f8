import type { UndoEffect } from '../types.ts';

/** A report changes nothing, so nothing of it is left. */
export function undoCodeReportEffect(): UndoEffect {
  return { kind: 'none' };
}
