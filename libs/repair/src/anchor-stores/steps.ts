import { sha256Hex } from '@trustfleet/certificates';
import { StepFailedError, type RemedyStep } from '../remedy.ts';
import { rewrite } from '../guarded-files/steps.ts';
import { digestOfEntry, type EntryState } from './entry-state.ts';
import type { AnchorInverse } from './inverses.ts';
import type { AnchorInStore, AnchorStoreAccess, StoreName } from './ports.ts';
import { deselect } from './selection.ts';

/** Switches off the lines by which the system takes in what it ships. */
export function deselectStep(
  access: AnchorStoreAccess,
  file: { path: string; sha256: string | null; names: readonly string[] },
): RemedyStep {
  const wanted = async () => {
    const content = await access.readFile(file.path);
    return content === null ? null : deselect(content, file.names);
  };
  return {
    name: 'changeSelection',
    async inverse(): Promise<AnchorInverse> {
      const next = await wanted();
      if (next === null || sha256Hex(next.content) !== file.sha256)
        throw new StepFailedError(
          `${file.path} was changed since the plan was made, so it is left as it is.`,
        );
      return { kind: 'reselect', path: file.path, lines: next.lines };
    },
    async run() {
      const next = await wanted();
      if (next !== null) await rewrite(access, file.path, next.content);
    },
  };
}

/** Runs the store's own tool, which makes what programs load. */
export function runToolStep(
  access: AnchorStoreAccess,
  how: { store: StoreName; after: 'add' | 'remove' },
): RemedyStep {
  return {
    name: 'runStoreTool',
    inverse: () => Promise.resolve<AnchorInverse>({ kind: 'runTool' }),
    async run(signal) {
      const { reason } = await access.runTool({ ...how, signal });
      if (reason !== null) throw new StepFailedError(reason);
    },
  };
}

/** Gives one entry of a store another standing. */
export function putEntryStep(
  access: AnchorStoreAccess,
  where: AnchorInStore,
  wanted: EntryState,
): RemedyStep {
  return {
    name: 'changeEntry',
    async inverse(): Promise<AnchorInverse> {
      const previous = await access.entry(where);
      const written = digestOfEntry(wanted);
      return { kind: 'entry', store: where.store ?? null, anchor: where.anchor, written, previous };
    },
    async run(signal) {
      const { reason } = await access.putEntry(where, wanted, signal);
      if (reason !== null) throw new StepFailedError(reason);
    },
  };
}
