import { sha256Hex } from '@trustfleet/certificates';
import { StepFailedError, type UndoStep } from '../remedy.ts';
import type { AnchorStoreAccess } from './ports.ts';
import { anchorInverse, type AnchorInverse } from './steps.ts';

type RestoreFile = Extract<AnchorInverse, { kind: 'restoreFile' }>;

async function restoreFile(access: AnchorStoreAccess, inverse: RestoreFile): Promise<void> {
  const present = await access.readFile(inverse.path);
  const previous = inverse.previous === null ? null : new Uint8Array(Buffer.from(inverse.previous, 'base64'));
  const digest = present === null ? null : sha256Hex(present);
  const before = previous === null ? null : sha256Hex(previous);
  if (digest === before) return;
  if (digest !== inverse.written) {
    throw new StepFailedError(
      `${inverse.path} no longer holds what this job wrote, so it was left as it is. Look at the file, remove it if it is not wanted, and run the store's tool.`,
    );
  }
  if (previous === null) await access.removeFile(inverse.path);
  else await access.writeFile(inverse.path, previous);
}

/**
 * Files first, the tool once at the end, whichever steps began: a tool that ran half-way, or that somebody else ran
 * in between, may have taken the file in.
 */
export function undoSteps(access: AnchorStoreAccess, journaled: readonly unknown[]): UndoStep[] {
  const inverses = journaled.map((inverse) => anchorInverse.parse(inverse));
  const files = inverses.filter((inverse) => inverse.kind === 'restoreFile').reverse();
  return [
    ...files.map((inverse) => ({ name: 'removeAnchorFile', run: () => restoreFile(access, inverse) })),
    {
      name: 'rerunUpdateCaCertificates',
      async run(signal: AbortSignal) {
        const { reason } = await access.runTool({ after: 'remove', signal });
        if (reason !== null) throw new StepFailedError(reason);
      },
    },
  ];
}
