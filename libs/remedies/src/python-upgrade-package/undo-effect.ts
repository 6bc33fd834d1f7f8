import type { HostFacts } from '@trustfleet/policy';
import type { UndoEffect } from '../types.ts';
import type { PackageUndoContext } from './context.ts';
import type { PythonUpgradePackageParameters } from './schema.ts';

/** Puts the files of the earlier release back, while every file is one that the run left. */
export function undoUpgradePackageEffect(
  _facts: HostFacts,
  { python, package: name }: PythonUpgradePackageParameters,
  { previous, now, standing, stranger }: PackageUndoContext,
): UndoEffect {
  if (standing === 'asBefore') return { kind: 'none' };
  if (standing === 'changed')
    return {
      kind: 'blocked',
      reason: `${name} in ${python} is no longer what this job left there (${stranger ?? 'files differ'}), so it was left as it is. Look who changed it, and install ${previous ?? 'what is wanted'} by hand.`,
    };
  return { kind: 'change', changes: [{ kind: 'changePackage', python, name, from: now, to: previous }] };
}
