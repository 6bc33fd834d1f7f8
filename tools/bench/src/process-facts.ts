import { readdirSync, readFileSync } from 'node:fs';

/** Resident memory of one process, MiB. Linux only, as the benches are. */
export function rssMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** proc(5) `stat`: after the name in brackets, which may hold anything. */
function statOf(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

const TICKS_A_SECOND = 100;

/** CPU seconds that a process has used, its own and the kernel's for it. */
export function cpuSeconds(pid: number): number {
  const stat = statOf(pid);
  return (Number(stat[11]) + Number(stat[12])) / TICKS_A_SECOND;
}

/** True for what reading /proc of a process that has ended throws. */
function hasEnded(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code));
}

/** The same; null for a process that has ended (PostgreSQL's workers come and go). */
export function cpuSecondsIfAlive(pid: number): number | null {
  try {
    return cpuSeconds(pid);
  } catch (error) {
    if (hasEnded(error)) return null;
    throw error;
  }
}

/** The processes below `pid`, however deep: a server's PostgreSQL. */
export function descendants(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      parents.set(Number(name), Number(statOf(Number(name))[1]));
    } catch (error) {
      // It ended while we looked.
      if (!hasEnded(error)) throw error;
    }
  }
  const below = (parent: number): number[] =>
    [...parents].filter(([, of]) => of === parent).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}
