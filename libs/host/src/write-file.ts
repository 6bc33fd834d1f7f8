import { randomBytes } from 'node:crypto';
import { open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { errorCode } from './errors.ts';
import type { WriteOptions } from './types.ts';

/**
 * Replaces a file as one step that survives a crash: a new file in the same directory is written, synced and renamed over it,
 * then the directory is synced. After a failure the old file stands unchanged and no temporary file is left. Throws the
 * system's error.
 */
export async function atomicWriteFile(
  path: string,
  bytes: Uint8Array,
  options: WriteOptions = {},
): Promise<void> {
  if (!isAbsolute(path)) throw new Error(`${path} was not written: it is not an absolute path`);
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}.tmp`);
  const mode = options.mode ?? 0o600;
  // 'wx': a link planted under that name makes this fail instead of being followed.
  const handle = await open(temporary, 'wx', mode);
  try {
    try {
      await handle.writeFile(bytes);
      await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await removeIfThere(temporary);
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Deletes a file for good (directory synced). False when it was not there. Throws the system's error otherwise. */
export async function removeFile(path: string): Promise<boolean> {
  const removed = await removeIfThere(path);
  if (removed) await syncDirectory(dirname(path));
  return removed;
}

async function removeIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
