import { lstat, mkdir, stat } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { isAboutPath } from './errors.ts';
import { pathProblem } from './path-problem.ts';
import type { FileIdentity, Host } from './types.ts';

/**
 * A change within this long before the look may be followed by another one that the file system gives the same time: its clock
 * ticks (4 ms and more on Linux, 2 s on FAT), as git has it of its index ("racily clean").
 */
const SETTLED_AFTER_MS = 3000;
/** Node's pool has four threads; more at once only wait. */
const AT_ONCE = 32;

/** Metadata alone: nothing is opened. What is missing, or cannot be seen, is null; throws where that was not found out (ENOMEM, say). */
export const identify: Host['identify'] = async (paths, options = {}) => {
  const look = options.followLinks === false ? lstat : stat;
  const found: (FileIdentity | null)[] = [];
  for (let at = 0; at < paths.length; at += AT_ONCE)
    found.push(...(await Promise.all(paths.slice(at, at + AT_ONCE).map((path) => identityOf(path, look)))));
  return found;
};

/** `look`: stat or lstat; a test has its own. */
export async function identityOf(
  path: string,
  look: (path: string, options: { readonly bigint: true }) => Promise<BigIntStats>,
): Promise<FileIdentity | null> {
  if (pathProblem(path) !== null) return null;
  try {
    return describe(await look(path, { bigint: true }));
  } catch (error) {
    // Whatever is said of the path but its metadata, there is nothing that a later look could be compared with.
    if (isAboutPath(error)) return null;
    throw error;
  }
}

function describe(stats: BigIntStats): FileIdentity {
  const age = Date.now() - Number(stats.ctimeMs);
  return {
    kind: kindOf(stats),
    identity: [
      stats.dev,
      stats.ino,
      stats.mode,
      stats.uid,
      stats.gid,
      stats.size,
      stats.mtimeNs,
      stats.ctimeNs,
    ].join(':'),
    settled: age > SETTLED_AFTER_MS,
    mode: Number(stats.mode & 0o7777n),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
  };
}

function kindOf(stats: BigIntStats): FileIdentity['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'link' : 'other';
}

/** With all that is missing above it, 0755. Nothing happens to one that is there. Throws the system's error. */
export const makeDirectory: Host['makeDirectory'] = async (path) => {
  const problem = pathProblem(path);
  if (problem !== null) throw new Error(`${path} was not made: ${problem}`);
  await mkdir(path, { recursive: true, mode: 0o755 });
};
