import { constants } from 'node:fs';
import { errorCode } from '../errors.ts';
import { ownUid } from '../run-program.ts';
import type { GuardedCalls, GuardedHandle, GuardedStats } from './types.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
const OTHERS_MAY_WRITE = 0o022;

/** What is not touched, and why: a sentence for a person. */
export class NotOursError extends Error {
  override readonly name = 'NotOursError';
}

/** A name in an open directory: whatever becomes of the path meanwhile, this is that directory (proc(5), /proc/self/fd). */
export const within = ({ fd }: GuardedHandle, name: string): string => `/proc/self/fd/${fd}/${name}`;

function guard(stats: GuardedStats, path: string): void {
  if (stats.uid !== 0 && stats.uid !== ownUid())
    throw new NotOursError(`${path} belongs to uid ${stats.uid}: what lies in it is left alone.`);
  // A sticky directory counts: others may create there what does not exist yet.
  if ((stats.mode & OTHERS_MAY_WRITE) !== 0)
    throw new NotOursError(
      `${path} can be written by others than its owner: what lies in it is left alone. Take that right away (chmod go-w).`,
    );
}

export interface Chain {
  readonly root: string;
  readonly calls: GuardedCalls;
}

/** Steps from an open directory into one in it; null when there is none. */
async function enter(
  calls: GuardedCalls,
  from: GuardedHandle,
  { name, path }: { readonly name: string; readonly path: string },
): Promise<GuardedHandle | null> {
  let handle: GuardedHandle;
  try {
    handle = await calls.open(within(from, name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return null;
    if (code === 'ELOOP' || code === 'ENOTDIR')
      throw new NotOursError(`${path} is a link or no directory: nothing is written through it.`);
    throw error;
  }
  try {
    guard(await handle.stat(), path);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Opens a directory one name after the other, below `root`, and checks each by its descriptor: nobody else than root (or this process's
 * own account) owns it or can write there, and no link leads there. Null when a part is missing. The caller closes it.
 */
export async function openDirectory({ calls, root }: Chain, path: string): Promise<GuardedHandle | null> {
  const names = namesBelow(root, path);
  let handle = await calls.open(root, O_RDONLY | O_DIRECTORY);
  let at = root.replace(/\/+$/, '');
  try {
    for (const name of names) {
      at = `${at}/${name}`;
      const next = await enter(calls, handle, { name, path: at });
      await handle.close();
      if (next === null) return null;
      handle = next;
    }
    return handle;
  } catch (error) {
    // Closing twice is an error of its own, and the first one says what happened.
    await handle.close().catch(() => undefined);
    throw error;
  }
}

/** Parts of a path below the root. */
export function namesBelow(root: string, path: string): string[] {
  const base = root.replace(/\/+$/, '');
  if (!path.startsWith(`${base}/`) || path.includes('\0'))
    throw new NotOursError(`${path} does not lie below ${root}.`);
  const names = path
    .slice(base.length)
    .split('/')
    .filter((part) => part !== '' && part !== '.');
  if (names.includes('..')) throw new NotOursError(`${path} goes up: it is left alone.`);
  return names;
}
