import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { errorCode } from './errors.ts';
import { hostPlatform } from './platform.ts';

/** How a program is started so that all it starts can be ended with it, and how that is done. */
export interface ProcessTree {
  /** Of spawn: the leader of a process group of its own. */
  readonly detached: boolean;
  /** Where a program works that was not told where. */
  readonly directory: string;
  kill(child: ChildProcess): void;
}

const processGroup: ProcessTree = {
  detached: true,
  directory: '/',
  kill(child) {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch (error) {
      // ESRCH: all of the group are gone. EPERM: what is left of it belongs to an account that we may not signal.
      if (!['ESRCH', 'EPERM'].includes(errorCode(error))) throw error;
    }
  },
};

const TASKKILL_LIMIT_MS = 5000;

/**
 * Windows has no process groups to signal. Not detached, the child is in libuv's job object (JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE), and
 * ends with this process however that ends. taskkill.exe goes by parents: it finds what a program has started as long as that program
 * itself runs, so a child that ended and left something behind has left it for good; its pipes are closed all the same.
 */
function windowsTree(systemRoot: string): ProcessTree {
  const system = join(systemRoot, 'System32');
  return {
    detached: false,
    directory: system,
    kill(child) {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const killer = spawn(join(system, 'taskkill.exe'), ['/T', '/F', '/PID', String(child.pid)], {
        ...{ cwd: system, env: {}, stdio: 'ignore', windowsHide: true },
        timeout: TASKKILL_LIMIT_MS,
      });
      // Whatever became of it: TerminateProcess, which the child cannot refuse.
      for (const end of ['error', 'exit']) killer.once(end, () => child.kill('SIGKILL'));
    },
  };
}

export const processTree: ProcessTree =
  hostPlatform() === 'windows' ? windowsTree(process.env['SystemRoot'] ?? 'C:\\Windows') : processGroup;
