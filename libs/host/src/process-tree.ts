import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { errorCode } from './errors.ts';
import { hostPlatform } from './platform.ts';
import { loadKoffi } from './windows/load-koffi.ts';
import { createJobs, type Job } from './windows-process/job.ts';

/** A program and all that it starts, to be ended together. */
export interface ProcessTree {
  /** Called at once when the program runs. */
  root(child: ChildProcess): void;
  kill(child: ChildProcess): void;
  /** The program has ended and is no longer listened to. */
  release(): void;
}

/** How programs are started here so that they can be ended with all that they start. */
export interface ProcessTrees {
  /** Of spawn: the leader of a process group of its own. */
  readonly detached: boolean;
  /** Where a program works that was not told where. */
  readonly directory: string;
  /** Before a program starts: at once where nothing has to be made for it. Never rejects. */
  open(): ProcessTree | Promise<ProcessTree>;
}

const group: ProcessTree = {
  root: () => undefined,
  kill(child) {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch (error) {
      // ESRCH: all of the group are gone. EPERM: what is left of it belongs to an account that we may not signal.
      if (!['ESRCH', 'EPERM'].includes(errorCode(error))) throw error;
    }
  },
  release: () => undefined,
};

const processGroups: ProcessTrees = {
  detached: true,
  directory: '/',
  open: () => group,
};

const treeOf = (job: Job | null): ProcessTree => ({
  root(child) {
    if (child.pid !== undefined) job?.add(child.pid);
  },
  kill(child) {
    job?.terminate();
    // Where there is no job, or the system did not take it in: the program alone.
    child.kill('SIGKILL');
  },
  release: () => job?.close(),
});

/**
 * Windows has no process groups to signal, but job objects. Not detached, the program is in libuv's own job besides, and ends with
 * this process however that ends. What a program starts in the moment before it is taken in is not held.
 */
function jobTrees(systemRoot: string): ProcessTrees {
  let jobs: Promise<() => Job | null> | null = null;
  return {
    detached: false,
    directory: join(systemRoot, 'System32'),
    async open() {
      jobs ??= loadKoffi().then(createJobs, () => () => null); // without koffi: the program alone can be ended
      return treeOf((await jobs)());
    },
  };
}

export const processTrees: ProcessTrees =
  hostPlatform() === 'windows' ? jobTrees(process.env['SystemRoot'] ?? 'C:\\Windows') : processGroups;
