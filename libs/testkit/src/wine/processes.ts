import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../exists.ts';

export interface WineRunOptions {
  /** Added to the lab's own environment (nothing of this process is inherited). */
  readonly env?: Readonly<Record<string, string>>;
  /** A folder of this machine; default the lab's scratch folder. */
  readonly cwd?: string;
  /** After this the program is killed. */
  readonly timeoutMs: number;
  /** Whole text of its stdin, which is a file: Node for Windows cannot open a pipe from outside. Default: empty. */
  readonly input?: string;
}

export interface WineResult {
  /** As the program gave it; Wine keeps its lowest 8 bits. Null when it was killed. */
  readonly exitCode: number | null;
  /** The time limit ended it. */
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

export interface WineProcess {
  /** Of this machine, and the process group's. */
  readonly pid: number;
  /** What it printed until now. */
  stdout(): string;
  stderr(): string;
  /** Resolves once, also after `kill`. */
  readonly exited: Promise<WineResult>;
  /** Ends it with its process group, whatever it does. Idempotent. */
  kill(): Promise<WineResult>;
}

export interface StartRequest {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly input: string;
  /** Where the files of stdin, stdout and stderr are made. */
  readonly scratch: string;
}

/** stdout and stderr go to files: on a pipe from outside Node for Windows dies with EBADF. */
export function startProcess(request: StartRequest): WineProcess {
  const directory = mkdtempSync(join(request.scratch, 'run-'));
  const [stdin, stdout, stderr] = ['stdin', 'stdout', 'stderr'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(stdin, request.input);
  const descriptors = [openSync(stdin, 'r'), openSync(stdout, 'w'), openSync(stderr, 'w')];
  const [program = '', ...args] = request.argv;
  const child = spawn(program, args, {
    cwd: request.cwd,
    env: { ...request.env },
    stdio: descriptors,
    detached: true,
  });
  for (const descriptor of descriptors) closeSync(descriptor);
  const read = (path: string) => (): string => readFileSync(path, 'utf8');
  const exited = waitFor(child, request.timeoutMs).then((end) => ({
    ...end,
    stdout: read(stdout)(),
    stderr: read(stderr)(),
  }));
  exited.catch(() => undefined); // the caller of `exited` is told; nobody else has to ask
  return {
    pid: child.pid ?? 0,
    stdout: read(stdout),
    stderr: read(stderr),
    exited,
    kill() {
      killGroup(child);
      return exited;
    },
  };
}

function waitFor(
  child: ChildProcess,
  timeoutMs: number,
): Promise<{ readonly exitCode: number | null; readonly timedOut: boolean }> {
  return new Promise((resolve, reject) => {
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child);
    }, timeoutMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('exit', (exitCode) => {
      clearTimeout(timer);
      resolve({ exitCode, timedOut });
    });
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // Gone between the question and the signal.
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
