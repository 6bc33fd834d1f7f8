import { randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/**
 * Makes a directory and its parents; one that is there stays as it is. Not by Node's own `recursive`, which never
 * returns where a parent exists and yet nothing can be made in it (/proc).
 */
export async function makeDirectory(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (hasCode(error, 'ENOENT') && dirname(path) !== path) {
      await makeDirectory(dirname(path), 0o755);
      await mkdir(path, { mode });
    } else if (!hasCode(error, 'EEXIST') || !(await stat(path)).isDirectory()) {
      throw error;
    }
  }
}

/** Makes a directory that only this account may enter, and tightens one that is there already. */
export async function makePrivateDirectory(path: string): Promise<void> {
  await makeDirectory(path, 0o700);
  await chmod(path, 0o700);
}

/**
 * Writes a file that only this account may read, whole or not at all: under another name, synced, renamed,
 * directory synced. A crash between any two steps leaves the old content.
 */
export async function writePrivateFile(path: string, content: string | Uint8Array): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Text of a file, or null where there is none. */
export async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}
