import { sha256Hex } from '@trustfleet/certificates';
import { StepFailedError, type RemedyStep } from '../remedy.ts';
import { digestOfEntry, type EntryState } from './entry-state.ts';
import type { AnchorInverse } from './inverses.ts';
import type { AnchorInStore, AnchorStoreAccess, StoreName } from './ports.ts';
import { deselect } from './selection.ts';

/** Largest file of somebody else's that is kept in the journal, to be put back. */
const MAX_PREVIOUS_BYTES = 256 * 1024;

interface Standing {
  readonly bytes: Uint8Array;
  readonly inverse: Extract<AnchorInverse, { kind: 'restoreFile' }>;
}

async function standingAt(
  access: AnchorStoreAccess,
  path: string,
  written: string | null,
): Promise<Standing | null> {
  const bytes = await access.readFile(path);
  if (bytes === null) return null;
  if (bytes.length > MAX_PREVIOUS_BYTES) {
    throw new StepFailedError(
      `${path} exists and is larger than ${MAX_PREVIOUS_BYTES} bytes: it is not overwritten. Move it away and try again.`,
    );
  }
  const found = await access.attributes(path);
  const attributes = found === null ? null : { mode: found.mode, uid: found.uid, gid: found.gid };
  const previous = Buffer.from(bytes).toString('base64');
  return { bytes, inverse: { kind: 'restoreFile', path, written, previous, attributes } };
}

/** What brings a path back to what stands there; `written` is the digest of what we put in its place. */
export async function inverseAt(
  access: AnchorStoreAccess,
  path: string,
  written: string | null,
): Promise<AnchorInverse> {
  const standing = await standingAt(access, path, written);
  return standing?.inverse ?? { kind: 'restoreFile', path, written, previous: null };
}

/** Writes a certificate's PEM where the store's tool looks for additions, or for what it has to reject. */
export function writeAnchorFileStep(
  access: AnchorStoreAccess,
  file: { path: string; bytes: Uint8Array },
): RemedyStep {
  const written = sha256Hex(file.bytes);
  return {
    name: 'writeAnchorFile',
    inverse: () => inverseAt(access, file.path, written),
    async run() {
      await access.writeFile(file.path, file.bytes);
    },
  };
}

/** Removes a file that holds the certificate, while it is the one of the plan. */
export function removeAnchorFileStep(
  access: AnchorStoreAccess,
  file: { path: string; sha256: string },
): RemedyStep {
  return {
    name: 'removeAnchorFile',
    async inverse(): Promise<AnchorInverse> {
      const standing = await standingAt(access, file.path, null);
      if (standing === null || sha256Hex(standing.bytes) !== file.sha256)
        throw new StepFailedError(`${file.path} was changed since the plan was made, so it is not removed.`);
      return standing.inverse;
    },
    async run() {
      await access.removeFile(file.path);
    },
  };
}

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

/** Gives a file other content; mode and owner stay. */
export async function rewrite(access: AnchorStoreAccess, path: string, bytes: Uint8Array): Promise<void> {
  const attributes = await access.attributes(path);
  await access.writeFile(path, bytes, attributes ?? undefined);
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
