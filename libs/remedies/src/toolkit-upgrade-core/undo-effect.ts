import type { HostFacts } from '@trustfleet/policy';
import type { PlanChange } from '@trustfleet/protocol';
import type { UndoEffect, UndoFile } from '../types.ts';
import type { CoreUndoContext } from './context.ts';
import type { ToolkitUpgradeCoreParameters } from './schema.ts';

/** Puts core_api.yml, or the core that tank replaced, back: while what stands there is what the run left. */
export function undoUpgradeCoreEffect(
  _facts: HostFacts,
  { version }: ToolkitUpgradeCoreParameters,
  { files, core }: CoreUndoContext,
): UndoEffect {
  const reason = whyBlocked(files, core);
  if (reason !== null) return { kind: 'blocked', reason };
  const changes = [...coreBack(core, version), ...files.flatMap(fileBack)];
  return changes.length === 0 ? { kind: 'none' } : { kind: 'change', changes };
}

type Core = CoreUndoContext['core'];

function whyBlocked(files: readonly UndoFile[], core: Core): string | null {
  const foreign = files.find(({ now, written, previous }) => now !== written && now !== previous);
  if (foreign !== undefined)
    return `${foreign.path} no longer holds what that job wrote, so it is left as it is. Look who changed it, and write the wanted version into it by hand.`;
  if (core?.standing === 'changed')
    return `${core.path} is no longer the core that tank left there (it says ${core.now ?? 'no version'}), so it is left as it is. Put the wanted one there with tank core.`;
  return core?.standing === 'asLeft' ? core.noBackup : null;
}

function coreBack(core: Core, version: string): PlanChange[] {
  if (core?.standing !== 'asLeft') return [];
  const [from, to] = [core.now ?? version, core.previous ?? 'the one before'];
  return [{ kind: 'replaceCode', path: core.path, from, to }];
}

const fileBack = ({ path, now, previous }: UndoFile): PlanChange[] =>
  previous === null || now === previous ? [] : [{ kind: 'restoreFile', path, sha256: previous }];
