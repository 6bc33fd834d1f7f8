import { sha256Hex } from '@trustfleet/certificates';
import { z } from 'zod';
import { StepFailedError, type RemedyStep } from '../remedy.ts';
import type { AnchorStoreAccess } from './ports.ts';

/** Largest file of somebody else's that is kept in the journal, to be put back. */
const MAX_PREVIOUS_BYTES = 256 * 1024;

/** How the steps of this remedy are taken back; kept in the journal. */
export const anchorInverse = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('restoreFile'),
    path: z.string(),
    /** SHA-256 of what we write, null where we remove: the file is touched again only while it is exactly so. */
    written: z.string().nullable(),
    /** What stood there before, base64; null when there was no file. */
    previous: z.string().nullable(),
  }),
  z.looseObject({ kind: z.literal('runTool') }),
]);
export type AnchorInverse = z.infer<typeof anchorInverse>;

/** Writes the anchor's PEM where the store's tool looks for additions. */
export function writeAnchorFileStep(
  store: AnchorStoreAccess,
  file: { path: string; bytes: Uint8Array },
): RemedyStep {
  return {
    name: 'writeAnchorFile',
    async inverse(): Promise<AnchorInverse> {
      const previous = await store.readFile(file.path);
      if (previous !== null && previous.length > MAX_PREVIOUS_BYTES) {
        throw new StepFailedError(
          `${file.path} exists and is larger than ${MAX_PREVIOUS_BYTES} bytes: it is not overwritten. Move it away and try again.`,
        );
      }
      return {
        kind: 'restoreFile',
        path: file.path,
        written: sha256Hex(file.bytes),
        previous: previous === null ? null : Buffer.from(previous).toString('base64'),
      };
    },
    async run() {
      await store.writeFile(file.path, file.bytes);
    },
  };
}

/** Runs the store's own tool, which makes the bundle that programs load. */
export function runToolStep(access: AnchorStoreAccess): RemedyStep {
  return {
    name: 'runUpdateCaCertificates',
    inverse: () => Promise.resolve<AnchorInverse>({ kind: 'runTool' }),
    async run(signal) {
      const { reason } = await access.runTool({ after: 'add', signal });
      if (reason !== null) throw new StepFailedError(reason);
    },
  };
}
