import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { errorCode } from '../errors.ts';
import { namesBelow, NotOursError, openDirectory, within, type Chain } from './directory-chain.ts';
import type { GuardedCalls, GuardedHandle, OwnedAttributes, OwnedFiles } from './types.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
const MAX_BYTES = 16 * 1024 * 1024;
/** user_namespaces(7): what the kernel shows for every account that a namespace does not know; it cannot be given. */
const UNKNOWN_ID = 65_534;

const REAL_CALLS: GuardedCalls = {
  open,
  lstat,
  rename,
  unlink,
  mkdir: (path, mode) => mkdir(path, { mode }),
  rmdir,
  readdir,
};

/** Works in the open directory that holds `path`; `absent` is the answer where that directory is missing. */
async function inDirectoryOf<T>(
  chain: Chain,
  path: string,
  { absent, work }: { absent: T; work: (directory: GuardedHandle, name: string) => Promise<T> },
): Promise<T> {
  const directory = await openDirectory(chain, dirname(path));
  if (directory === null) return absent;
  try {
    return await work(directory, basename(path));
  } finally {
    await directory.close();
  }
}

async function attributesAt(
  { calls }: Chain,
  directory: GuardedHandle,
  name: string,
): Promise<OwnedAttributes | null> {
  try {
    const found = await calls.lstat(within(directory, name));
    return { plain: found.isFile(), mode: found.mode & 0o7777, uid: found.uid, gid: found.gid };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function readAt(
  { calls }: Chain,
  directory: GuardedHandle,
  { name, path }: { name: string; path: string },
): Promise<Uint8Array | null> {
  let handle: GuardedHandle;
  try {
    handle = await calls.open(within(directory, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    if (errorCode(error) === 'ELOOP') throw new NotOursError(`${path} is a link: it is not read.`);
    throw error;
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new NotOursError(`${path} is no plain file.`);
    if (stats.size > MAX_BYTES) throw new NotOursError(`${path} is larger than ${MAX_BYTES} bytes.`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

interface Content {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly attributes: Parameters<OwnedFiles['writeFile']>[2];
}

async function fill(handle: GuardedHandle, { attributes, bytes }: Content): Promise<void> {
  try {
    await handle.writeFile(bytes);
    // Before chmod: a change of owner takes set-id bits away.
    if (attributes !== undefined && attributes.uid !== UNKNOWN_ID && attributes.gid !== UNKNOWN_ID)
      await handle.chown(attributes.uid, attributes.gid);
    await handle.chmod(attributes?.mode ?? 0o644);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeAt(chain: Chain, directory: GuardedHandle, content: Content): Promise<void> {
  const { calls } = chain;
  const name = basename(content.path);
  const standing = await attributesAt(chain, directory, name);
  if (standing !== null && !standing.plain)
    throw new NotOursError(`${content.path} is a link or no plain file: it is not replaced.`);
  const temporary = within(directory, `.${name}.${randomBytes(8).toString('hex')}.tmp`);
  const handle = await calls.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    await fill(handle, content);
    await calls.rename(temporary, within(directory, name));
  } catch (error) {
    await unlinkIfThere(calls, temporary);
    throw error;
  }
  await directory.sync();
}

async function unlinkIfThere(calls: GuardedCalls, path: string): Promise<boolean> {
  try {
    await calls.unlink(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

async function sweepAt({ calls }: Chain, directory: GuardedHandle, name: string): Promise<void> {
  const left = (await calls.readdir(within(directory, '.'))).filter(
    (one) => one.startsWith(`.${name}.`) && one.endsWith('.tmp'),
  );
  for (const one of left) await unlinkIfThere(calls, within(directory, one));
  if (left.length > 0) await directory.sync();
}

async function missingDirectories(chain: Chain, path: string): Promise<string[]> {
  const names = namesBelow(chain.root, path);
  const base = chain.root.replace(/\/+$/, '');
  for (let count = names.length; count > 0; count -= 1) {
    const directory = await openDirectory(chain, `${base}/${names.slice(0, count).join('/')}`);
    if (directory === null) continue;
    await directory.close();
    return names.slice(count).map((_, at) => `${base}/${names.slice(0, count + at + 1).join('/')}`);
  }
  return names.map((_, at) => `${base}/${names.slice(0, at + 1).join('/')}`);
}

async function makeOne(chain: Chain, path: string): Promise<boolean> {
  return inDirectoryOf(chain, path, {
    absent: false,
    async work(directory, name) {
      try {
        await chain.calls.mkdir(within(directory, name), 0o755);
      } catch (error) {
        if (errorCode(error) === 'EEXIST') return false;
        throw error;
      }
      // Whatever this process's mask took away.
      const made = await openDirectory(chain, path);
      await made?.chmod(0o755);
      await made?.close();
      await directory.sync();
      return true;
    },
  });
}

async function removeIfEmpty(chain: Chain, path: string): Promise<void> {
  await inDirectoryOf(chain, path, {
    absent: undefined,
    async work(directory, name) {
      try {
        await chain.calls.rmdir(within(directory, name));
      } catch (error) {
        if (['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(errorCode(error))) return;
        throw error;
      }
      await directory.sync();
    },
  });
}

/**
 * Files of the machine below `root` (Linux). Each directory on the way is opened from the one above it and checked by its descriptor, and
 * the work is done in the last one: neither a link nor a swap of a directory leads anywhere else.
 */
export function createGuardedFiles(root = '/', calls: GuardedCalls = REAL_CALLS): OwnedFiles {
  const chain: Chain = { root, calls };
  return {
    readFile: (path) =>
      inDirectoryOf<Uint8Array | null>(chain, path, {
        absent: null,
        work: (directory, name) => readAt(chain, directory, { name, path }),
      }),
    attributes: (path) =>
      inDirectoryOf<OwnedAttributes | null>(chain, path, {
        absent: null,
        work: (directory, name) => attributesAt(chain, directory, name),
      }),
    async writeFile(path, bytes, attributes) {
      const written = await inDirectoryOf(chain, path, {
        absent: false,
        async work(directory) {
          await writeAt(chain, directory, { path, bytes, attributes });
          return true;
        },
      });
      if (!written) throw new NotOursError(`${dirname(path)} is not there, so ${path} was not written.`);
    },
    removeFile: (path) =>
      inDirectoryOf(chain, path, {
        absent: undefined,
        async work(directory, name) {
          if (await unlinkIfThere(calls, within(directory, name))) await directory.sync();
        },
      }),
    sweep: (path) =>
      inDirectoryOf(chain, path, {
        absent: undefined,
        work: (directory, name) => sweepAt(chain, directory, name),
      }),
    missingDirectories: (path) => missingDirectories(chain, path),
    async makeDirectory(path) {
      const made: string[] = [];
      for (const one of await missingDirectories(chain, path)) if (await makeOne(chain, one)) made.push(one);
      return made;
    },
    removeEmptyDirectory: (path) => removeIfEmpty(chain, path),
  };
}
