import { sha256Hex } from '@trustfleet/certificates';
import { StepFailedError, StepRefusedError, type UndoStep } from '../remedy.ts';
import type { AnchorStoreAccess } from './ports.ts';
import { anchorInverse, type AnchorInverse } from './steps.ts';

type RestoreFile = Extract<AnchorInverse, { kind: 'restoreFile' }>;

const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));
const digestOf = (bytes: Uint8Array | null): string | null => (bytes === null ? null : sha256Hex(bytes));

/** A file of a run with what has become of it; digests are SHA-256, null where there is no file. */
export interface RestorableFile {
  readonly path: string;
  readonly now: string | null;
  readonly written: string | null;
  readonly previous: string | null;
}

/** What a run's journal says of its files, the last one first, beside what stands there now. */
export async function restorableFiles(
  access: AnchorStoreAccess,
  journaled: readonly unknown[],
): Promise<RestorableFile[]> {
  const files: RestorableFile[] = [];
  for (const { path, written, previous } of fileInverses(journaled)) {
    const now = digestOf(await access.readFile(path));
    files.push({ path, now, written, previous: previous === null ? null : sha256Hex(bytesOf(previous)) });
  }
  return files;
}

/** Files that a run touched, the last one first. */
export const fileInverses = (journaled: readonly unknown[]): RestoreFile[] =>
  journaled
    .map((inverse) => anchorInverse.parse(inverse))
    .filter((inverse) => inverse.kind === 'restoreFile')
    .reverse();

function restoreFileStep(access: AnchorStoreAccess, inverse: RestoreFile): UndoStep {
  const { path, written } = inverse;
  const previous = inverse.previous === null ? null : bytesOf(inverse.previous);
  return {
    name: 'removeAnchorFile',
    derives: false,
    async inverse(): Promise<AnchorInverse> {
      const present = await access.readFile(path);
      return {
        kind: 'restoreFile',
        path,
        written: digestOf(previous),
        previous: present === null ? null : Buffer.from(present).toString('base64'),
      };
    },
    async run() {
      const now = digestOf(await access.readFile(path));
      if (now !== digestOf(previous) && now !== written) {
        throw new StepRefusedError(
          `${path} no longer holds what this job wrote, so it was left as it is. Look at the file, remove it if it is not wanted, and run the store's tool.`,
        );
      }
      if (previous === null) await access.removeFile(path);
      else if (now === written) await access.writeFile(path, previous);
      await access.sweep(path);
    },
  };
}

/**
 * Files first, the tool once at the end, whichever steps began: a tool that ran half-way, or that somebody else ran
 * in between, may have taken the file in. The same steps take a failed attempt back and carry out an order to undo.
 */
export function undoSteps(access: AnchorStoreAccess, journaled: readonly unknown[]): UndoStep[] {
  return [
    ...fileInverses(journaled).map((inverse) => restoreFileStep(access, inverse)),
    {
      name: 'rerunUpdateCaCertificates',
      derives: true,
      inverse: () => Promise.resolve<AnchorInverse>({ kind: 'runTool' }),
      async run(signal) {
        const { reason } = await access.runTool({ after: 'remove', signal });
        if (reason !== null) throw new StepFailedError(reason);
      },
    },
  ];
}
