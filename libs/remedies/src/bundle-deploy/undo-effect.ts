import type { HostFacts } from '@trustfleet/policy';
import type { PlanChange } from '@trustfleet/protocol';
import type { UndoEffect, UndoFile } from '../types.ts';
import type { BundleUndoContext } from './context.ts';
import { whoNames } from './place.ts';
import type { BundleDeployParameters } from './schema.ts';

const blocked = (reason: string): UndoEffect => ({ kind: 'blocked', reason });

/**
 * Puts the version back that stood there before, while the file is exactly what the run left. A place that something names is never left
 * empty: programs would find nothing there, and verify nothing.
 */
export function undoDeployBundleEffect(
  facts: HostFacts,
  _parameters: BundleDeployParameters,
  context: BundleUndoContext,
): UndoEffect {
  const { path, files } = context;
  const union = files.find((file) => file.path === path);
  const hindrance = union === undefined ? null : hindranceOf(facts, union, context);
  if (hindrance !== null) return blocked(hindrance);
  const changes = files.flatMap((file) => restoring(file));
  return changes.length === 0 ? { kind: 'none' } : { kind: 'change', changes };
}

function hindranceOf(
  facts: HostFacts,
  { now, written, previous }: UndoFile,
  context: BundleUndoContext,
): string | null {
  const { path } = context;
  if (now === previous) return null;
  if (now !== written)
    return `${path} no longer holds the bundle of that job: another one has taken its place, and stays. Take that one back first, or deploy the bundle that you want.`;
  if (previous !== null)
    return context.atHand.includes(previous)
      ? null
      : `The version that stood at ${path} before (${previous}) is no longer kept beside it. Deploy the bundle that you want.`;
  const users = whoNames(facts, context);
  return users.length === 0
    ? null
    : `${path} is named by ${users.join(', ').slice(0, 1500)}: without the file these programs would verify nothing. Unset what names it first (variable.unset).`;
}

/** A copy that somebody changed stays as it is: nothing reads it. */
function restoring({ path, now, written, previous }: UndoFile): PlanChange[] {
  if (now === previous || now !== written) return [];
  if (previous !== null) return [{ kind: 'restoreFile', path, sha256: previous }];
  return written === null ? [] : [{ kind: 'removeFile', path, sha256: written }];
}
