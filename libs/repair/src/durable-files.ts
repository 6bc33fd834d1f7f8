import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DurableFiles } from './ports.ts';

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeAndSync(path: string, bytes: Uint8Array, flags: 'wx' | 'a'): Promise<void> {
  const handle = await open(path, flags, 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    await writeAndSync(temporary, bytes, 'wx');
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

async function appendToFile(path: string, bytes: Uint8Array): Promise<void> {
  await writeAndSync(path, bytes, 'a');
  await syncDirectory(dirname(path));
}

async function makeDirectoryTree(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made));
}

/**
 * {@link DurableFiles} on the real file system, for what this library itself keeps (its journal). The machine's own
 * files are reached through the ports of each remedy.
 */
export function createDurableFiles(): DurableFiles {
  return {
    async read(path) {
      try {
        return await readFile(path);
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    replace: replaceFile,
    append: appendToFile,
    async list(directory) {
      try {
        return (await readdir(directory)).sort();
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    },
    makeDirectory: makeDirectoryTree,
    async removeDirectory(path) {
      await rm(path, { recursive: true, force: true });
      await syncDirectory(dirname(path));
    },
  };
}
