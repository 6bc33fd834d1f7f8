import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Error codes of a system call, narrowed. */
export function systemErrorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** Content of a file, null when it does not exist. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return null;
    throw error;
  }
}

/** Does a process with this id run (whoever owns it)? */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ESRCH') return false;
    if (systemErrorCode(error) === 'EPERM') return true;
    throw error;
  }
}

/** Command line of a process; null when it is gone or will not say. */
export async function commandLine(pid: number): Promise<string | null> {
  if (process.platform === 'linux')
    return (await readIfThere(`/proc/${String(pid)}/cmdline`))?.replaceAll('\0', ' ') ?? null;
  return await ps(pid, 'command=');
}

/**
 * Tells this process from a later one with the same id (after a restart of the machine or container the ids begin anew).
 * Null when the process is gone.
 */
export async function processIdentity(pid: number): Promise<string | null> {
  if (process.platform !== 'linux') return await ps(pid, 'lstart=');
  const stat = await readIfThere(`/proc/${String(pid)}/stat`);
  if (stat === null) return null;
  // proc_pid_stat(5): field 22, counted behind the command name, which may hold spaces and brackets.
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  const boot = (await readIfThere('/proc/sys/kernel/random/boot_id'))?.trim() ?? '';
  return `${boot}/${started}`;
}

async function ps(pid: number, field: string): Promise<string | null> {
  try {
    const { stdout } = await run('ps', ['-p', String(pid), '-o', field], { timeout: 5000 });
    return stdout.trim() === '' ? null : stdout.trim();
  } catch (error) {
    // ps ends with 1 when there is no such process.
    if (error instanceof Error && 'code' in error && error.code === 1) return null;
    throw error;
  }
}

/** Polls until the process is gone; false when `limitMs` ran out. */
export async function waitForExit(pid: number, limitMs: number): Promise<boolean> {
  const end = Date.now() + limitMs;
  while (isAlive(pid)) {
    if (Date.now() > end) return false;
    await sleep(25);
  }
  return true;
}
