import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DurableFiles, FileCalls } from './ports.ts';

const nodeCalls: FileCalls = { mkdir, open, readdir, readFile, rename, rm };

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

async function syncPath(calls: FileCalls, path: string): Promise<void> {
  const handle = await calls.open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

interface Write {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly flags: 'wx' | 'a';
}

async function writeAndSync(calls: FileCalls, { path, bytes, flags }: Write): Promise<void> {
  const handle = await calls.open(path, flags, 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function replaceFile(calls: FileCalls, path: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    await writeAndSync(calls, { path: temporary, bytes, flags: 'wx' });
    await calls.rename(temporary, path);
  } catch (error) {
    await calls.rm(temporary, { force: true });
    throw error;
  }
  await syncPath(calls, dirname(path));
}

async function makeDirectoryTree(calls: FileCalls, path: string): Promise<void> {
  const first = await calls.mkdir(path, { recursive: true, mode: 0o700 });
  // The directory may be there and not be on disk yet: an agent that was killed here made it.
  const top = first ?? path;
  for (let made = path; made.length >= top.length; made = dirname(made)) await syncPath(calls, dirname(made));
}

/** Null for what is missing. */
async function ifThere<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/**
 * {@link DurableFiles} on the real file system, for what this library itself keeps (its journal). The machine's own
 * files are reached through the ports of each remedy.
 */
export function createDurableFiles(calls: FileCalls = nodeCalls): DurableFiles {
  return {
    read: (path) => ifThere(calls.readFile(path)),
    replace: (path, bytes) => replaceFile(calls, path, bytes),
    async append(path, bytes) {
      await writeAndSync(calls, { path, bytes, flags: 'a' });
      await syncPath(calls, dirname(path));
    },
    async list(directory) {
      return ((await ifThere(calls.readdir(directory))) ?? []).sort();
    },
    makeDirectory: (path) => makeDirectoryTree(calls, path),
    async removeDirectory(path) {
      await calls.rm(path, { recursive: true, force: true });
      await syncPath(calls, dirname(path));
    },
    async sync(path) {
      await ifThere(syncPath(calls, path));
      await ifThere(syncPath(calls, dirname(path)));
    },
  };
}
