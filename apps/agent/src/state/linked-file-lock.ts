import { createHash } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorCode } from '@trustfleet/terminal';
import type { LockKind } from './instance-lock.ts';

const LOCK_FILE = 'agent.lock';
const ATTEMPTS = 5;

/** A process by its number and its start (ticks since boot): the number alone is given again to others. */
const lockFile = z.strictObject({ format: z.literal(1), pid: z.int().positive(), started: z.string() });

/** When the process started, as the kernel counts (field 22 of /proc/<pid>/stat, proc(5)); '' when there is none. */
async function processStart(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'ENOTDIR'].includes(errorCode(error))) return '';
    throw error;
  }
}

async function readLock(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Number of the living process that wrote this into a lock file, or null when it is gone. */
async function livingHolder(text: string): Promise<number | null> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  const holder = lockFile.safeParse(value);
  if (!holder.success) return null;
  const alive = (await processStart(holder.data.pid)) === holder.data.started && holder.data.started !== '';
  return alive ? holder.data.pid : null;
}

type Outcome =
  { readonly kind: 'taken' } | { readonly kind: 'held'; readonly by: number } | { readonly kind: 'busy' };

/** Links `own` to `path`, where that is free or its holder is gone. */
async function take(own: string, path: string): Promise<Outcome> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (await linkIfFree(own, path)) return { kind: 'taken' };
    const found = await readLock(path);
    if (found === null) continue;
    const holder = await livingHolder(found);
    if (holder !== null) return { kind: 'held', by: holder };
    if (await replaceStale({ own, path, stale: found })) return { kind: 'taken' };
  }
  return { kind: 'busy' };
}

/**
 * Many may find the same stale lock. The right to replace it is a lock of its own, named after what is replaced: whoever holds that one,
 * and still finds the stale one in place, puts its own over it in one step. A holder that died on the way leaves a stale lock again,
 * which is taken over in the same way.
 */
async function replaceStale(lock: {
  readonly own: string;
  readonly path: string;
  readonly stale: string;
}): Promise<boolean> {
  const { own, path, stale } = lock;
  const right = `${path}.${createHash('sha256').update(stale).digest('hex').slice(0, 16)}`;
  if ((await take(own, right)).kind !== 'taken') return false;
  try {
    if ((await readLock(path)) !== stale) return false;
    await rm(`${own}.next`, { force: true });
    await link(own, `${own}.next`);
    await rename(`${own}.next`, path);
    return true;
  } finally {
    await rm(right, { force: true });
  }
}

async function linkIfFree(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** A file with the number and the start of its holder's process, put in place by link(2), which only one can do. */
export const linkedFileLock: LockKind = {
  async holder(stateDir) {
    const text = await readLock(join(stateDir, LOCK_FILE));
    return text === null ? null : livingHolder(text);
  },
  async take(stateDir) {
    const path = join(stateDir, LOCK_FILE);
    const own = `${path}.${process.pid}`;
    const started = await processStart(process.pid);
    // One that a killed process of this number left may be the lock itself under a second name: never written into.
    await rm(own, { force: true });
    await writeFile(own, JSON.stringify({ format: 1, pid: process.pid, started }), { mode: 0o600 });
    try {
      const outcome = await take(own, path);
      return outcome.kind === 'taken' ? { ...outcome, release: () => rm(path, { force: true }) } : outcome;
    } finally {
      await rm(own, { force: true });
    }
  },
};
