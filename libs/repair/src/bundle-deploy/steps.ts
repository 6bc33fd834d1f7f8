import { sha256Hex } from '@trustfleet/certificates';
import { StepFailedError, StepRefusedError, type RemedyStep, type UndoStep } from '../remedy.ts';
import { keptVersion, standingAt } from './host-look.ts';
import type { BundleFileInverse, BundleInverse } from './inverses.ts';
import type { BundleAccess } from './ports.ts';

async function inverseAt(access: BundleAccess, path: string, written: string): Promise<BundleFileInverse> {
  const found = await access.attributes(path);
  const standing = await standingAt(access, path);
  const attributes = found === null ? null : { mode: found.mode, uid: found.uid, gid: found.gid };
  return { kind: 'bundleFile', path, written, previous: standing?.sha256 ?? null, attributes };
}

/** What is to stand at a path; `expected`: what the plan found there, so that a change by somebody else meanwhile is noticed. */
export interface WrittenFile {
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
  readonly expected?: string | null;
  bytes(): Promise<Uint8Array | null>;
}

/** Writes the whole file: temporary file, fsync, rename. Mode 0644, root's. */
export function writeStep(access: BundleAccess, file: WrittenFile): RemedyStep {
  const { name, path, sha256, expected } = file;
  return {
    name,
    async inverse(): Promise<BundleInverse> {
      const inverse = await inverseAt(access, path, sha256);
      const changed = expected !== undefined && inverse.previous !== expected;
      if (changed)
        throw new StepFailedError(`${path} was changed since the plan was made, so it is not overwritten.`);
      return inverse;
    },
    async run() {
      const bytes = await file.bytes();
      if (bytes === null || sha256Hex(bytes) !== sha256)
        throw new StepFailedError(`What was to be written to ${path} is no longer at hand.`);
      await access.makePlace();
      await access.writeFile(path, bytes);
      await access.sweep(path);
    },
  };
}

/** Removes an old copy, while it is what its name says. */
export function dropCopyStep(access: BundleAccess, copy: { path: string; sha256: string }): RemedyStep {
  return {
    name: 'dropOldBundle',
    inverse: () =>
      Promise.resolve<BundleInverse>({ kind: 'copyDropped', path: copy.path, sha256: copy.sha256 }),
    async run() {
      const standing = await standingAt(access, copy.path);
      if (standing?.sha256 === copy.sha256) await access.removeFile(copy.path);
    },
  };
}

/** Is it what a write of ours may have left: the bytes as a whole, or their beginning? */
export type IsOurs = (bytes: Uint8Array) => boolean;

/** Puts back what stood there, while the file is what the run left. */
export function restoreStep(access: BundleAccess, inverse: BundleFileInverse, isOurs: IsOurs): UndoStep {
  const { path, written, previous } = inverse;
  return {
    name: previous === null ? 'removeBundle' : 'putBundleBack',
    derives: false,
    inverse: (): Promise<BundleInverse> => inverseAt(access, path, previous ?? ''),
    async run() {
      const now = await standingAt(access, path);
      const found = now?.sha256 ?? null;
      const ours = found === written || (now !== null && isOurs(now.bytes));
      if (ours) await putBack(access, inverse);
      else if (found !== previous && path === access.path)
        throw new StepRefusedError(
          `${path} no longer holds the bundle of this job, so it was left as it is. Deploy the bundle that you want.`,
        );
      await access.sweep(path);
    },
  };
}

async function putBack(access: BundleAccess, inverse: BundleFileInverse): Promise<void> {
  const { path, previous, attributes } = inverse;
  if (previous === null) return access.removeFile(path);
  const now = await standingAt(access, path);
  const bytes = now?.sha256 === previous ? now.bytes : await keptVersion(access, previous);
  if (bytes === null)
    throw new StepRefusedError(
      `The version that stood at ${path} before (${previous}) is no longer kept beside it. Deploy the bundle that you want.`,
    );
  await access.writeFile(path, bytes, attributes ?? undefined);
}
