import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
/** None of this machine's CA variables, and no interpreter of it either. */
const ENV = { PATH: '/nonexistent' };

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningAgent {
  readonly child: ChildProcess;
  /** Resolves when stderr so far matches; rejects when the process ends before. */
  saw(pattern: RegExp): Promise<void>;
  readonly finished: Promise<Finished>;
}

/** Starts `trustfleet-agent` from source in a process of its own. */
export function startAgent(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningAgent {
  const child = spawn(process.execPath, ['--conditions=@trustfleet/source', MAIN, ...args], {
    env: { ...ENV, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    for (const watcher of watchers) watcher();
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
  const saw = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!pattern.test(stderr)) return;
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      look();
      void finished.then(() => {
        reject(new Error(`The agent ended before it said ${pattern}:\n${stderr}`));
      });
    });
  return { child, saw, finished };
}

/** Runs one command to its end. */
export const agent = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> => startAgent(args, env).finished;
