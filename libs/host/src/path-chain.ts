import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { errorCode } from './errors.ts';
import type { PathChain } from './types.ts';

const MAX_STEPS = 400;
const MAX_LINKS = 40;

/**
 * Walks a path as the kernel would and notes everyone who could change where it leads: each directory, each symbolic link's
 * directory and target, the end itself. Only metadata is looked at. A sticky directory counts as writable: others may not
 * delete there, but they may create what does not exist yet. POSIX ACLs show in the group bits (the mask), so they count too.
 */
export function inspectPath(path: string): Promise<PathChain> {
  return Promise.resolve().then(() => walkPath(path));
}

/** At once: a scan asks for thousands of paths, each step a few microseconds. */
function walkPath(path: string): PathChain {
  const walk: Walk = {
    at: '/',
    pending: split(path),
    owners: new Set(),
    writable: null,
    openToAll: true,
    links: 0,
    directory: true,
  };
  if (!isAbsolute(path) || path.includes('\0')) return chainOf(walk, 'missing');
  try {
    note(walk, '/', lstatSync('/'));
    for (let step = 0; walk.pending.length > 0; step += 1) {
      if (step > MAX_STEPS || walk.links > MAX_LINKS) return chainOf(walk, 'unreadable');
      advance(walk);
    }
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return chainOf(walk, 'missing');
    if (['EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG', 'EINVAL', 'EIO', 'ESTALE'].includes(code))
      return chainOf(walk, 'unreadable');
    throw error;
  }
  return chainOf(walk, 'resolved');
}

/** What was seen before the end was reached stands in it too: whoever owns a directory on the way can make the rest appear. */
function chainOf(walk: Walk, state: PathChain['state']): PathChain {
  const resolved = state === 'resolved';
  return {
    state,
    realPath: resolved ? walk.at : null,
    directory: resolved && walk.directory,
    owners: [...walk.owners].sort((a, b) => a - b),
    writable: walk.writable,
    openToAll: resolved && walk.openToAll,
  };
}

interface Walk {
  at: string;
  pending: string[];
  readonly owners: Set<number>;
  writable: string | null;
  openToAll: boolean;
  links: number;
  directory: boolean;
}

function advance(walk: Walk): void {
  const part = walk.pending.shift();
  if (part === undefined) return;
  const next = join(walk.at, part);
  const stats = lstatSync(next);
  if (stats.isSymbolicLink()) {
    walk.links += 1;
    const target = readlinkSync(next);
    walk.pending.unshift(...split(target));
    if (isAbsolute(target)) walk.at = '/';
    return;
  }
  walk.at = next;
  note(walk, next, stats);
}

function note(walk: Walk, path: string, stats: Stats): void {
  walk.directory = stats.isDirectory();
  if (stats.uid !== 0) walk.owners.add(stats.uid);
  if ((stats.mode & 0o022) !== 0) walk.writable ??= path;
  const needed = stats.isDirectory() || (stats.mode & 0o111) !== 0 ? 0o005 : 0o004;
  if ((stats.mode & needed) !== needed) walk.openToAll = false;
}

function split(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}
