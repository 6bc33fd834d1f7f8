import { setTimeout as wait } from 'node:timers/promises';
import { mkdir, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { errorCode } from '../errors.ts';
import type { FileCalls } from '../types.ts';

/** What Windows says of a name that another program (a reader, a virus scanner, an indexer) has open for a moment. */
const IN_USE = new Set(['EPERM', 'EACCES', 'EBUSY']);
const ATTEMPTS = 12;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 250;

/** Tries again while somebody holds the file, two seconds at most; then the system's error stands. */
async function whenFree<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS || !IN_USE.has(errorCode(error))) throw error;
      await wait(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt) * (0.5 + Math.random()));
    }
  }
}

/** FlushFileBuffers wants a handle that may write, and has nothing to do for a directory. */
async function flush(path: string): Promise<void> {
  if ((await stat(path)).isDirectory()) return;
  const handle = await whenFree(() => open(path, 'r+'));
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Stands for what is opened with 'r', which is done to sync it alone. */
async function openToSync(path: string): Promise<Awaited<ReturnType<FileCalls['open']>>> {
  await stat(path);
  return {
    writeFile: () => Promise.reject(new Error(`${path} was opened to sync it`)),
    chmod: () => Promise.reject(new Error(`${path} was opened to sync it`)),
    chown: () => Promise.reject(new Error(`${path} was opened to sync it`)),
    sync: () => flush(path),
    close: () => Promise.resolve(),
  };
}

/**
 * The calls of a change of a file, as NTFS needs them. A directory cannot be synced there: its entries are in the journal of the file
 * system, in order, and flushing the file itself after a rename writes that journal as far as the rename. A removal has nothing left
 * that could be flushed: after a power cut the file may stand there again, which every reader here takes for "not removed yet".
 */
export const windowsFileCalls: FileCalls = {
  open: (path, flags, mode) => (flags === 'r' ? openToSync(path) : whenFree(() => open(path, flags, mode))),
  async rename(from, to) {
    await whenFree(() => rename(from, to));
    await flush(to);
  },
  unlink: (path) => whenFree(() => unlink(path)),
  rm: (path, options) => rm(path, { ...options, maxRetries: 10, retryDelay: 50 }),
  mkdir,
  readFile: (path) => whenFree(() => readFile(path)),
  readdir,
};
