import { sha256Hex } from '@trustfleet/certificates';
import type { UndoEntry, UndoFile } from '@trustfleet/remedies';
import { StepFailedError, StepRefusedError, type UndoStep } from '../remedy.ts';
import { digestOfEntry, type EntryState } from './entry-state.ts';
import { inversesIn, type AnchorInverse, type EntryInverse, type Reselect } from './inverses.ts';
import type { AnchorStoreAccess, StoreName } from './ports.ts';
import { reselect } from './selection.ts';
import { fileLeft, inverseAt, restoreFileStep, rewrite } from '../guarded-files/steps.ts';

const digestOf = (bytes: Uint8Array | null): string | null => (bytes === null ? null : sha256Hex(bytes));

/** What a run's journal says of its files and entries, the last one first, beside what has become of them. */
export async function whatIsLeft(
  access: AnchorStoreAccess,
  journaled: readonly unknown[],
): Promise<{ readonly files: UndoFile[]; readonly entries: UndoEntry[] }> {
  const files: UndoFile[] = [];
  const entries: UndoEntry[] = [];
  for (const inverse of inversesIn(journaled)) {
    if (inverse.kind === 'restoreFile') files.push(await fileLeft(access, inverse));
    if (inverse.kind === 'reselect') files.push(...(await selectionLeft(access, inverse)));
    if (inverse.kind === 'entry') entries.push(await entryLeft(access, inverse));
  }
  return { files, entries };
}

/** Whoever rewrote the file meanwhile: our lines alone count, and only where they stand as we left them. */
async function selectionLeft(access: AnchorStoreAccess, { path, lines }: Reselect): Promise<UndoFile[]> {
  const content = await access.readFile(path);
  if (content === null) return [];
  const now = sha256Hex(content);
  return [{ path, now, written: now, previous: sha256Hex(reselect(content, lines)) }];
}

async function entryLeft(
  access: AnchorStoreAccess,
  { store, anchor, written, previous }: EntryInverse,
): Promise<UndoEntry> {
  const now = digestOfEntry(await access.entry({ anchor, store: store ?? undefined }));
  return {
    ...{ store: store ?? "the operating system's store", now, written },
    previous: {
      digest: digestOfEntry(previous),
      trust: previous.kind === 'present' ? previous.trust : null,
    },
  };
}

/** Paths of the files that a run wrote or removed. */
export const touchedFiles = (journaled: readonly unknown[]): string[] =>
  inversesIn(journaled).flatMap((inverse) => (inverse.kind === 'restoreFile' ? [inverse.path] : []));

const PUT_BACK = {
  names: { remove: 'removeAnchorFile', restore: 'putFileBack' },
  advice: "Look at the file, remove it if it is not wanted, and run the store's tool.",
};

function reselectStep(access: AnchorStoreAccess, { path, lines }: Reselect): UndoStep {
  return {
    name: 'changeSelectionBack',
    derives: false,
    async inverse(): Promise<AnchorInverse> {
      const present = await access.readFile(path);
      return inverseAt(access, path, present === null ? null : sha256Hex(reselect(present, lines)));
    },
    async run() {
      const present = await access.readFile(path);
      const wanted = present === null ? null : reselect(present, lines);
      if (wanted !== null && digestOf(wanted) !== digestOf(present)) await rewrite(access, path, wanted);
      await access.sweep(path);
    },
  };
}

/** What we left, what was there before, or what a change of ours that was killed half-way left. */
async function isOurs(
  access: AnchorStoreAccess,
  { anchor, previous, store, written }: EntryInverse,
  present: EntryState,
): Promise<boolean> {
  const now = digestOfEntry(present);
  if (now === written || now === digestOfEntry(previous)) return true;
  return previous.kind === 'absent' && access.isUnfinished({ anchor, store: store ?? undefined }, present);
}

/** Ours is gone, and the store says that a copy of somebody else stays: so be it, as with two files that hold one anchor. */
async function onlyOthersHoldIt(access: AnchorStoreAccess, inverse: EntryInverse): Promise<boolean> {
  const where = { anchor: inverse.anchor, store: inverse.store ?? undefined };
  const now = await access.entry(where);
  return (
    inverse.previous.kind === 'absent' &&
    now.kind === 'present' &&
    digestOfEntry(now) !== inverse.written &&
    !(await access.isUnfinished(where, now))
  );
}

function putEntryBackStep(access: AnchorStoreAccess, inverse: EntryInverse): UndoStep {
  const where = { anchor: inverse.anchor, store: inverse.store ?? undefined };
  const previous = digestOfEntry(inverse.previous);
  return {
    name: 'changeEntryBack',
    derives: false,
    async inverse(): Promise<AnchorInverse> {
      return {
        ...{ kind: 'entry', store: inverse.store, anchor: inverse.anchor },
        ...{ written: previous, previous: await access.entry(where) },
      };
    },
    async run(signal) {
      const present = await access.entry(where);
      if (!(await isOurs(access, inverse, present))) {
        throw new StepRefusedError(
          `The certificate's entry in ${inverse.store ?? "the operating system's store"} is no longer what this job made of it, so it was left as it is. Look at it there, and change it by hand if it is not wanted.`,
        );
      }
      const { reason } = await access.putEntry(where, inverse.previous, signal);
      if (reason !== null && !(await onlyOthersHoldIt(access, inverse))) throw new StepFailedError(reason);
    },
  };
}

function rerunToolStep(access: AnchorStoreAccess, store: StoreName): UndoStep {
  return {
    name: 'rerunStoreTool',
    derives: true,
    inverse: () => Promise.resolve<AnchorInverse>({ kind: 'runTool' }),
    async run(signal) {
      const { reason } = await access.runTool({ store, after: 'remove', signal });
      if (reason !== null) throw new StepFailedError(reason);
    },
  };
}

/**
 * Files and entries first, the store's tool once at the end, whichever steps began: a tool that ran half-way, or that somebody else ran
 * in between, may have taken a file in. The same steps take a failed attempt back and carry out an order to undo.
 */
export function undoSteps(
  access: AnchorStoreAccess,
  journaled: readonly unknown[],
  store: StoreName,
): UndoStep[] {
  const inverses = inversesIn(journaled);
  const steps = inverses.flatMap((inverse): UndoStep[] => {
    if (inverse.kind === 'restoreFile') return [restoreFileStep(access, inverse, PUT_BACK)];
    if (inverse.kind === 'reselect') return [reselectStep(access, inverse)];
    return inverse.kind === 'entry' ? [putEntryBackStep(access, inverse)] : [];
  });
  const ofFiles = inverses.some(({ kind }) => kind !== 'entry');
  return ofFiles ? [...steps, rerunToolStep(access, store)] : steps;
}
