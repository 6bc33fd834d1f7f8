import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { errorCode } from './errors.ts';
import { fileCalls } from './file-calls.ts';
import { pathProblem } from './path-problem.ts';
import type { Account, Host, WriteCalls, WriteHandle, WriteOptions } from './types.ts';

/** The two ways to change a file of a host, made of the given calls: those of the operating system, or a recorder's. */
export function createFileWriter(calls: WriteCalls = fileCalls): Pick<Host, 'writeFile' | 'removeFile'> {
  return {
    writeFile: (path, bytes, options = {}) => replaceFile(calls, { path, bytes, options }),
    async removeFile(path) {
      const removed = await removeIfThere(calls, path);
      if (removed) await syncDirectory(calls, dirname(path));
      return removed;
    },
  };
}

const writer = createFileWriter();

/**
 * Replaces a file as one step that survives a crash: a new file in the same directory is written, synced and renamed over it,
 * then the directory is synced. After a failure the old file stands unchanged and no temporary file is left. Throws the
 * system's error.
 */
export const atomicWriteFile: Host['writeFile'] = (path, bytes, options) =>
  writer.writeFile(path, bytes, options);

/** Deletes a file for good (directory synced). False when it was not there. Throws the system's error otherwise. */
export const removeFile: Host['removeFile'] = (path) => writer.removeFile(path);

interface Replacement {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly options: WriteOptions;
}

async function replaceFile(calls: WriteCalls, { path, bytes, options }: Replacement): Promise<void> {
  const problem = pathProblem(path);
  if (problem !== null) throw new Error(`${path} was not written: ${problem}`);
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}.tmp`);
  const mode = options.mode ?? 0o600;
  // 'wx': a link planted under that name makes this fail instead of being followed.
  const handle = await calls.open(temporary, 'wx', mode);
  try {
    try {
      await handle.writeFile(bytes);
      // Before chmod: a change of owner takes set-id bits away.
      if (options.owner !== undefined) await changeOwner(handle, options.owner);
      await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await calls.rename(temporary, path);
  } catch (error) {
    await removeIfThere(calls, temporary);
    throw error;
  }
  await syncDirectory(calls, dirname(path));
}

async function changeOwner(handle: WriteHandle, { uid, gid }: Account): Promise<void> {
  if (handle.chown === undefined) throw new Error('Owners cannot be changed here');
  await handle.chown(uid, gid);
}

async function removeIfThere(calls: WriteCalls, path: string): Promise<boolean> {
  try {
    await calls.unlink(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

async function syncDirectory(calls: WriteCalls, path: string): Promise<void> {
  const handle = await calls.open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
