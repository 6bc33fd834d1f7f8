import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorCode } from './errors.ts';
import { hostPlatform } from './platform.ts';

/** One program that runs on this machine. */
export interface RunningProcess {
  readonly pid: number;
  /** Its own name: of the executable where the system tells it. */
  readonly name: string;
  /** Account that it runs as; null where it is not told. */
  readonly account: string | null;
  readonly startedAt: Date;
}

/** USER_HZ, in which Linux tells times of processes on every architecture that Node runs on (proc(5), sysconf(_SC_CLK_TCK)). */
const TICKS_PER_SECOND = 100;
const GONE = ['ENOENT', 'ESRCH', 'EACCES'];
const MAX_NAME = 512;

/** Every program that runs now; one that ends meanwhile is left out. `accounts`: names by uid. */
export async function readProcesses(
  accounts: ReadonlyMap<number, string>,
  proc = '/proc',
): Promise<RunningProcess[]> {
  return hostPlatform() === 'linux' ? readProc(accounts, proc) : await askSystem();
}

async function readProc(accounts: ReadonlyMap<number, string>, proc: string): Promise<RunningProcess[]> {
  const boot = /^btime (\d+)$/m.exec(await readFile(join(proc, 'stat'), 'utf8'))?.[1];
  if (boot === undefined) throw new Error(`${join(proc, 'stat')} does not say when this machine started.`);
  const pids = (await readdir(proc)).filter((name) => /^\d+$/.test(name));
  const found: RunningProcess[] = [];
  for (const pid of pids) {
    try {
      found.push(await readOne(join(proc, pid), { pid: Number(pid), boot: Number(boot), accounts }));
    } catch (error) {
      if (!GONE.includes(errorCode(error))) throw error;
    }
  }
  return found;
}

/** proc_pid_stat(5): the name stands in parentheses and may hold some itself; field 22 is when it started. */
async function readOne(
  directory: string,
  { pid, boot, accounts }: { pid: number; boot: number; accounts: ReadonlyMap<number, string> },
): Promise<RunningProcess> {
  const [text, { uid }] = await Promise.all([readFile(join(directory, 'stat'), 'utf8'), stat(directory)]);
  const [open, close] = [text.indexOf('('), text.lastIndexOf(')')];
  const ticks = Number(text.slice(close + 2).split(' ')[19]);
  return {
    pid,
    name: text.slice(open + 1, close).slice(0, MAX_NAME),
    account: accounts.get(uid) ?? String(uid),
    startedAt: new Date((boot + ticks / TICKS_PER_SECOND) * 1000),
  };
}

const listed = z.object({
  list: z.array(
    z.object({ pid: z.int().nonnegative(), name: z.string(), started: z.string(), user: z.string() }),
  ),
});

/** Tells local times without a zone. */
async function askSystem(): Promise<RunningProcess[]> {
  const { processes } = await import('systeminformation');
  return listed.parse(await processes()).list.flatMap(({ pid, name, started, user }) => {
    const startedAt = new Date(started.replace(' ', 'T'));
    return Number.isNaN(startedAt.getTime())
      ? []
      : [{ pid, name: name.slice(0, MAX_NAME), account: user === '' ? null : user, startedAt }];
  });
}
