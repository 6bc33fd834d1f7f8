import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CliError, errorCode } from '@trustfleet/terminal';

const LOCK_FILE = 'agent.lock';
const ATTEMPTS = 5;

/** Another process holds the lock. */
export class AgentRunsError extends CliError {}

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

/** Number of the living process that holds the lock file, or null when it is stale. */
async function livingHolder(path: string): Promise<number | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
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

/** Is an agent running on this state directory? Its process number, or null. */
export const runningAgent = (stateDir: string): Promise<number | null> =>
  livingHolder(join(stateDir, LOCK_FILE));

/**
 * One agent a state directory: two would write one journal. A lock of a process that is gone is taken over. Answers
 * the function that gives it back.
 */
export async function takeInstanceLock(stateDir: string): Promise<() => Promise<void>> {
  const path = join(stateDir, LOCK_FILE);
  const own = `${path}.${process.pid}`;
  await writeFile(
    own,
    JSON.stringify({ format: 1, pid: process.pid, started: await processStart(process.pid) }),
    { mode: 0o600 },
  );
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (await linkIfFree(own, path)) return () => rm(path, { force: true });
      const holder = await livingHolder(path);
      if (holder !== null) {
        throw new AgentRunsError(
          `An agent runs on ${stateDir} already (process ${holder}). Stop it first, or name another --state-dir.`,
        );
      }
      await rename(path, `${own}.stale`).catch((error: unknown) => {
        if (errorCode(error) !== 'ENOENT') throw error;
      });
    }
  } finally {
    await rm(own, { force: true });
    await rm(`${own}.stale`, { force: true });
  }
  throw new CliError(`The lock ${path} could not be taken: other agents are starting on it. Try again.`);
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
