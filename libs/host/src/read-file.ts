import { constants, type Stats } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { errorCode, fileProblem } from './errors.ts';
import { failure, tooLarge } from './file-states.ts';
import { pathProblem } from './path-problem.ts';
import { readFileAs } from './read-file-as.ts';
import { ownUid } from './run-program.ts';
import type { Account, FileFailureState, FileRead, ReadOptions } from './types.ts';

const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads a regular file whole, up to a limit. FIFOs, devices, sockets and directories are refused without being read;
 * nothing blocks on them. Every failure is a state, never an exception.
 */
export async function readBoundedFile(path: string, options: ReadOptions = {}): Promise<FileRead> {
  const problem = pathProblem(path);
  if (problem !== null) return failure('unreadable', problem);
  const { maxBytes = DEFAULT_MAX_BYTES, head = false, timeoutMs = 5000 } = options;
  const child = inChild(options.asUser, options.apart);
  if (child === null) return await readOwn(path, { maxBytes, head });
  const refusal = child.account === null ? null : whyNotAs(path, child.account);
  if (refusal !== null) return failure('unreadable', refusal);
  return await readFileAs(path, { maxBytes, head, timeoutMs, account: child.account });
}

/** Null where this process itself reads; `account` null: the child keeps the agent's own identity. */
function inChild(
  asUser: Account | undefined,
  apart: boolean | undefined,
): { readonly account: Account | null } | null {
  if (asUser !== undefined && asUser.uid !== ownUid()) return { account: asUser };
  // Windows has no such child.
  return apart === true && ownUid() !== -1 ? { account: null } : null;
}

function whyNotAs(path: string, account: Account): string | null {
  if (ownUid() === 0) return null;
  return ownUid() === -1
    ? `${path} was not read: on Windows nothing is opened with a person's rights yet`
    : `${path} was not read: only root can read with the rights of uid ${account.uid}`;
}

interface Limit {
  readonly maxBytes: number;
  readonly head: boolean;
}

async function readOwn(path: string, limit: Limit): Promise<FileRead> {
  try {
    return await openAndRead(path, limit);
  } catch (error) {
    return failure(STATES[errorCode(error)] ?? 'unreadable', fileProblem(error, path));
  }
}

/** ENXIO is what open says of a socket, or of a FIFO swapped in after the check. */
const STATES: Readonly<Record<string, FileFailureState>> = {
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  ENXIO: 'notRegularFile',
};

async function openAndRead(path: string, { maxBytes, head }: Limit): Promise<FileRead> {
  // Asked before opening: opening a device can itself do something.
  const before = await stat(path);
  const real = await realpath(path);
  if (!before.isFile()) return notRegular({ path, realPath: real, stats: before });
  // O_NONBLOCK: should a FIFO be swapped in now, open returns at once and fstat tells. Windows has neither flag (undefined, which
  // counts as 0), nor FIFOs among its files.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return notRegular({ path, realPath: real, stats });
    if (stats.size > maxBytes && !head) return tooLarge({ path, realPath: real, size: stats.size, maxBytes });
    const bytes = await readUpTo(handle, { expected: Math.min(stats.size, maxBytes), limit: maxBytes, head });
    if (bytes === null) return tooLarge({ path, realPath: real, size: stats.size, maxBytes });
    return { state: 'read', bytes, size: bytes.length, realPath: real };
  } finally {
    await handle.close();
  }
}

interface Readable {
  read(buffer: Uint8Array, offset: number, length: number, position: null): Promise<{ bytesRead: number }>;
}

/** Null when there is more than the limit: a file may grow while it is read, and files of /proc claim size 0. */
async function readUpTo(
  handle: Readable,
  size: { expected: number; limit: number; head: boolean },
): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const chunk = new Uint8Array(Math.max(4096, Math.min(size.expected - total + 1, 1024 * 1024)));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, null);
    if (bytesRead === 0) return Buffer.concat(chunks);
    total += bytesRead;
    chunks.push(chunk.subarray(0, bytesRead));
    if (total > size.limit) return size.head ? Buffer.concat(chunks).subarray(0, size.limit) : null;
  }
}

function notRegular(found: { path: string; realPath: string; stats: Stats }): FileRead {
  return {
    state: 'notRegularFile',
    detail: `${found.path} is ${kindWords(found.stats)}, not a regular file`,
    size: null,
    realPath: found.realPath,
  };
}

function kindWords(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}
