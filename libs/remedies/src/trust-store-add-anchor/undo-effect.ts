import type { HostFacts } from '@trustfleet/policy';
import type { LocalAnchor, PlanChange, TrustStore } from '@trustfleet/protocol';
import type { UndoContext, UndoEffect, UndoFile } from '../types.ts';
import { ANCHOR_TOOLS } from './drivers.ts';
import type { AddAnchorParameters } from './schema.ts';

/**
 * What takes a finished run back: each of its files goes, or gets its former content, while it still holds exactly what the run wrote;
 * then the bundle is rebuilt. A file that somebody changed since is theirs: nothing is done then. Where another file brings the same
 * anchor, the store keeps it: the run did not put that one there.
 */
export function undoAnchorEffect(
  facts: HostFacts,
  { anchor }: AddAnchorParameters,
  { certificate, files }: UndoContext,
): UndoEffect {
  const store = facts.trustStores?.stores.find((candidate) => candidate.operatingSystem);
  if (store === undefined)
    return blocked("The agent finds no operating system's trust store on this host any more.");
  const foreign = files.find((file) => file.now !== file.written && file.now !== file.previous);
  if (foreign !== undefined)
    return blocked(
      `${foreign.path} no longer holds what that job wrote, so it is left as it is. Look at the file, remove it if it is not wanted, and run the store's tool.`,
    );
  const restored = files.flatMap(restoring);
  const elsewhere = otherHolders(store, { anchor, files });
  const leaves = store.bundle.anchors.includes(anchor) && elsewhere.length === 0;
  if (restored.length === 0 && !leaves) return { kind: 'none' };
  return rebuilding(store, {
    restored,
    removed: leaves
      ? [{ kind: 'removeAnchor', store: store.id, anchor, subject: certificate.subject.slice(0, 2048) }]
      : [],
  });
}

/** Paths of files of the anchor directory, other than the run's own, that bring the anchor into the bundle. */
export function otherHolders(
  store: { readonly localAnchors: readonly LocalAnchor[] },
  { anchor, files }: { readonly anchor: string; readonly files: readonly Pick<UndoFile, 'path'>[] },
): string[] {
  const own = new Set(files.map(({ path }) => path));
  return store.localAnchors
    .filter((local) => local.anchor === anchor && local.path.endsWith('.crt') && !own.has(local.path))
    .map(({ path }) => path);
}

function restoring({ path, now, written, previous }: UndoFile): PlanChange[] {
  if (now === previous) return [];
  return previous === null
    ? [{ kind: 'removeFile', path, sha256: written }]
    : [{ kind: 'restoreFile', path, sha256: previous }];
}

function rebuilding(
  { cannotChange, driver, name }: TrustStore,
  { restored, removed }: { restored: PlanChange[]; removed: PlanChange[] },
): UndoEffect {
  const argv = ANCHOR_TOOLS.get(driver);
  if (argv === undefined)
    return blocked(`${name}: stores of the kind "${driver}" cannot be changed by this release.`);
  if (cannotChange !== null) return blocked(`${name} cannot be changed: ${cannotChange}`);
  return { kind: 'change', changes: [...restored, { kind: 'runTool', argv: [...argv] }, ...removed] };
}

function blocked(reason: string): UndoEffect {
  return { kind: 'blocked', reason };
}
