import type { HostFacts } from '@trustfleet/policy';
import type { UndoEffect } from '../types.ts';
import type { ApiUndoContext } from './context.ts';
import type { ShotgunApiReplaceParameters } from './schema.ts';

/** Puts the earlier copy back, while every file is one that the run left. */
export function undoReplaceApiEffect(
  _facts: HostFacts,
  { path, version }: ShotgunApiReplaceParameters,
  { previous, now, standing, stranger }: ApiUndoContext,
): UndoEffect {
  if (standing === 'asBefore') return { kind: 'none' };
  if (standing === 'changed')
    return {
      kind: 'blocked',
      reason: `${path} is no longer the copy that this job put there (${stranger ?? 'files differ'}), so it was left as it is. Look who changed it, and put ${previous ?? 'the wanted version'} there by hand.`,
    };
  return {
    kind: 'change',
    changes: [{ kind: 'replaceCode', path, from: now ?? version, to: previous ?? 'nothing' }],
  };
}
