import { lstat, open, readFile, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { constants, type Stats } from 'node:fs';
import { openFileAccess, type FileAccess } from '@trustfleet/host';
import {
  MAX_ALLOW_LIST_BYTES,
  type AllowListFacts,
  type AllowListSource,
  type PathOwnership,
} from '@trustfleet/repair';
import { CliError, errorCode, messageOf } from '@trustfleet/terminal';

const IS_LINK = 'it is a symbolic link; the file itself has to stand there.';
/** What the kernel shows for an account that a user namespace does not map (user_namespaces(7)). */
const OVERFLOW_UID = 65534;

/** Does this process see only some accounts? Then root's own directories show up under the overflow id. */
async function inPartialUserNamespace(): Promise<boolean> {
  try {
    const map = (await readFile('/proc/self/uid_map', 'utf8')).trim().split(/\s+/).map(Number);
    return (map[2] ?? 0) < 4_294_967_295;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

const ownership = (path: string, stats: Stats): PathOwnership => ({
  path,
  uid: stats.uid,
  // A link has no permissions of its own: who may replace it is said by its owner and its directory.
  mode: stats.isSymbolicLink() ? 0o755 : stats.mode & 0o7777,
});

/** Each directory from `path` up to the root. Throws the system's error for one that is not there. */
export async function directoriesAbove(path: string): Promise<PathOwnership[]> {
  const chain: PathOwnership[] = [];
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    chain.push(ownership(directory, await lstat(directory)));
    if (directory === dirname(directory)) return chain;
  }
}

async function readFacts(path: string, access: FileAccess | null): Promise<AllowListFacts> {
  // O_NOFOLLOW: the file itself is no link. O_NONBLOCK: a FIFO in its place does not hold the agent. Windows has neither (undefined,
  // which counts as 0): `access` looks for links there, before anything is opened.
  const untrusted = (await access?.problem(path, 'write')) ?? null;
  if (untrusted !== null && (await lstat(path)).isSymbolicLink())
    return { kind: 'unreadable', reason: IS_LINK };
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return { kind: 'unreadable', reason: 'it is not a regular file.' };
    const buffer = new Uint8Array(MAX_ALLOW_LIST_BYTES + 1);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    const bytes = buffer.subarray(0, bytesRead);
    if (access !== null) return { kind: 'file', bytes, chain: [], untrusted };
    const real = await realpath(path);
    const above = [...(await directoriesAbove(path)), ...(real === path ? [] : await directoriesAbove(real))];
    return { kind: 'file', bytes, chain: [ownership(path, stats), ...above], untrusted };
  } finally {
    await handle.close();
  }
}

/** Accounts that may own what root goes by: see {@link AllowListSource}. */
export async function trustedAccounts(): Promise<number[]> {
  const own = process.geteuid?.() ?? 0;
  return [0, own, ...((await inPartialUserNamespace()) ? [OVERFLOW_UID] : [])];
}

/** The allow-list on the real file system: owner and mode of the file and of every directory above it; on Windows their access lists. */
export async function createAllowListSource(): Promise<AllowListSource> {
  const trustedUids = await trustedAccounts();
  const access = await openFileAccess().catch((error: unknown) => {
    throw new CliError(messageOf(error), 1, { cause: error });
  });
  return {
    trustedUids,
    async read(path) {
      try {
        return await readFacts(resolve(path), access);
      } catch (error) {
        if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return { kind: 'absent' };
        if (errorCode(error) === 'ELOOP') return { kind: 'unreadable', reason: IS_LINK };
        return { kind: 'unreadable', reason: messageOf(error) };
      }
    },
  };
}
