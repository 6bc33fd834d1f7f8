import type { HostFacts } from '@trustfleet/policy';
import type { PlanChange, StoreEntry, TrustStore } from '@trustfleet/protocol';
import type { AnchorUndoContext } from './context.ts';
import type { UndoEffect, UndoFile } from '../types.ts';
import { ANCHOR_WAYS } from './drivers.ts';
import { toolLine } from './plan-lines.ts';
import type { AnchorParameters } from './schema.ts';
import { entriesOf, holdersOf, storeIn, wayOf } from './target.ts';

/** How one remedy's runs are told, when they are taken back. */
export interface Undoing {
  /** Is what the store's tool made of the run's files still there? */
  remains(store: TrustStore): boolean;
  /** The line that says what becomes of the certificate. */
  readonly line: (store: TrustStore) => PlanChange;
}

function blocked(reason: string): UndoEffect {
  return { kind: 'blocked', reason };
}

/**
 * What takes a finished run back: each of its files and entries gets what was there before, while it still is exactly what the run left;
 * then the store's tool runs, where it has one. What somebody changed since is theirs: nothing is done then.
 */
export function undoRun(
  facts: HostFacts,
  { store: reference }: AnchorParameters,
  { context, undoing }: { readonly context: AnchorUndoContext; readonly undoing: Undoing },
): UndoEffect {
  const store = storeIn(facts, reference);
  if (store === null) return blocked(whyGone(reference));
  const foreign = foreignTo(context);
  if (foreign !== null) return blocked(foreign);
  const restored = context.files.flatMap(restoring);
  const entries = context.entries.filter(({ now, previous }) => now !== previous.digest);
  const remains = ANCHOR_WAYS.get(store.driver)?.kind !== 'entry' && undoing.remains(store);
  if (restored.length === 0 && entries.length === 0 && !remains) return { kind: 'none' };
  return carriedOut(store, restored, remains || entries.length > 0 ? [undoing.line(store)] : []);
}

function carriedOut(
  store: TrustStore,
  restored: readonly PlanChange[],
  outcome: readonly PlanChange[],
): UndoEffect {
  const way = wayOf(store);
  if (way.kind === 'notApplicable') return blocked(way.reason);
  const tool = way.kind === 'file' ? [toolLine(way)] : [];
  return { kind: 'change', changes: [...restored, ...tool, ...outcome] };
}

const whyGone = (reference: string | undefined): string =>
  reference === undefined
    ? "The agent finds no operating system's trust store on this host any more."
    : `The agent finds no store ${reference} on this host any more.`;

function foreignTo({ files, entries }: AnchorUndoContext): string | null {
  const file = files.find(({ now, written, previous }) => now !== written && now !== previous);
  if (file !== undefined)
    return `${file.path} no longer holds what that job wrote, so it is left as it is. Look at the file, remove it if it is not wanted, and run the store's tool.`;
  const entry = entries.find(({ now, written, previous }) => now !== written && now !== previous.digest);
  return entry === undefined
    ? null
    : `The certificate's entry in ${entry.store} is no longer what that job made of it, so it is left as it is. Look at it there, and change it by hand if it is not wanted.`;
}

function restoring({ path, now, written, previous }: UndoFile): PlanChange[] {
  if (now === previous) return [];
  if (previous !== null) return [{ kind: 'restoreFile', path, sha256: previous }];
  // What stands there is what the run wrote: anything else was refused before.
  return written === null ? [] : [{ kind: 'removeFile', path, sha256: written }];
}

/**
 * What brings the anchor into the store beside a run of ours, each as a place for a person: files of the anchor directory other than
 * `own`; copies that a policy or the system's maker put into a store in which such copies stand beside ours.
 */
export function otherHolders(
  store: Pick<TrustStore, 'driver' | 'localAnchors' | 'entries' | 'name'>,
  { anchor, own }: { readonly anchor: string; readonly own: readonly string[] },
): string[] {
  const way = ANCHOR_WAYS.get(store.driver);
  if (way?.kind === 'entry') {
    const beside = (entry: StoreEntry): boolean => entry.origin === 'policy' || entry.origin === 'vendor';
    if (way.vendor === 'entry') return [];
    return entriesOf(store, anchor)
      .filter((entry) => beside(entry) && entry.trust !== 'distrusted')
      .map(({ location }) => location ?? store.name);
  }
  return holdersOf(store, anchor)
    .map(({ path }) => path)
    .filter((path) => !own.includes(path));
}
