import { sha256Hex } from '@trustfleet/certificates';
import type { UndoFile } from '@trustfleet/remedies';
import { StepFailedError, StepRefusedError, type RemedyStep, type UndoStep } from '../remedy.ts';
import type { RestoreFile } from './inverse.ts';
import type { FileAccess } from './ports.ts';

/** Largest file of somebody else's that is kept in the journal, to be put back. */
const MAX_PREVIOUS_BYTES = 256 * 1024;

interface Standing {
  readonly bytes: Uint8Array;
  readonly inverse: RestoreFile;
}

async function standingAt(
  access: FileAccess,
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
  access: FileAccess,
  path: string,
  written: string | null,
): Promise<RestoreFile> {
  const standing = await standingAt(access, path, written);
  return standing?.inverse ?? { kind: 'restoreFile', path, written, previous: null };
}

/** Gives a file other content; mode and owner stay. */
export async function rewrite(access: FileAccess, path: string, bytes: Uint8Array): Promise<void> {
  const attributes = await access.attributes(path);
  await access.writeFile(path, bytes, attributes ?? undefined);
}

/** Writes a file as a whole. `keepsAttributes`: one that stands there keeps its mode and owner; else it is root's, mode 0644. */
export function writeFileStep(
  access: FileAccess,
  file: {
    readonly name: string;
    readonly path: string;
    readonly bytes: Uint8Array;
    readonly keepsAttributes: boolean;
  },
): RemedyStep {
  const written = sha256Hex(file.bytes);
  return {
    name: file.name,
    inverse: () => inverseAt(access, file.path, written),
    async run() {
      if (file.keepsAttributes) await rewrite(access, file.path, file.bytes);
      else await access.writeFile(file.path, file.bytes);
    },
  };
}

/** Removes a file, while it is the one of the plan. */
export function removeFileStep(
  access: FileAccess,
  file: { readonly name: string; readonly path: string; readonly sha256: string },
): RemedyStep {
  return {
    name: file.name,
    async inverse(): Promise<RestoreFile> {
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

const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));
const digestOf = (bytes: Uint8Array | null): string | null => (bytes === null ? null : sha256Hex(bytes));

/** What a run's journal says of a file, beside what has become of it. */
export async function fileLeft(access: FileAccess, inverse: RestoreFile): Promise<UndoFile> {
  const { path, written, previous } = inverse;
  const now = digestOf(await access.readFile(path));
  return { path, now, written, previous: previous === null ? null : sha256Hex(bytesOf(previous)) };
}

/** Puts back what stood there, while the file is exactly what the run left; `names` are those of the step, `advice` is told a person otherwise. */
export function restoreFileStep(
  access: FileAccess,
  inverse: RestoreFile,
  {
    names,
    advice,
  }: { readonly names: { readonly remove: string; readonly restore: string }; readonly advice: string },
): UndoStep {
  const { path, written, attributes } = inverse;
  const previous = inverse.previous === null ? null : bytesOf(inverse.previous);
  return {
    name: previous === null ? names.remove : names.restore,
    derives: false,
    inverse: () => inverseAt(access, path, digestOf(previous)),
    async run() {
      const now = digestOf(await access.readFile(path));
      if (now !== digestOf(previous) && now !== written)
        throw new StepRefusedError(
          `${path} no longer holds what this job wrote, so it was left as it is. ${advice}`,
        );
      if (previous === null) await access.removeFile(path);
      else if (now === written) await access.writeFile(path, previous, attributes ?? undefined);
      await access.sweep(path);
    },
  };
}
