import { spawn, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { RunRequest, RunResult } from './types.ts';
import { errorCode, errorText } from './errors.ts';
import { pathProblem } from './path-problem.ts';
import { processTrees, type ProcessTree } from './process-tree.ts';

const DEFAULT_OUTPUT_BYTES = 1024 * 1024;
/** A grandchild may keep the pipes open after the program ended; we do not wait for it longer than this. */
const PIPE_GRACE_MS = 250;
/** A program that waits for a file server does not die of SIGKILL before that answers (signal(7), state D): it is given up. */
const ABANDON_MS = 1000;

/**
 * Runs one program without a shell, in its own process group (Windows: see process-tree.ts), at low priority, with stdin closed
 * unless there is `input`.
 * Never throws and never outlives `timeoutMs` by more than `graceMs` and the pipe grace: every failure is a state.
 */
export async function runProgram(request: RunRequest): Promise<RunResult> {
  const opened = processTrees.open();
  const tree = opened instanceof Promise ? await opened : opened;
  try {
    const refusal = refuse(request);
    if (refusal !== null) return notStarted(refusal);
    let child: ChildProcess;
    try {
      child = start(request);
    } catch (error) {
      return notStarted(`${request.argv[0]} could not be started: ${errorText(error)}`);
    }
    tree.root(child);
    return await supervise({ child, tree }, request);
  } finally {
    tree.release();
  }
}

interface Started {
  readonly child: ChildProcess;
  readonly tree: ProcessTree;
}

function refuse(request: RunRequest): string | null {
  const program = request.argv[0];
  const problem = pathProblem(program);
  if (problem !== null) return `${program} was not started: ${problem}`;
  const own = ownUid();
  if (request.signal?.aborted === true) return `${program} was not started: the work was stopped before`;
  if (request.runAs !== undefined && own !== 0 && request.runAs.uid !== own)
    return `${program} was not started: only root can run it as uid ${request.runAs.uid}`;
  return null;
}

function start(request: RunRequest): ChildProcess {
  const [program, ...args] = request.argv;
  // With a uid or gid libuv calls setgroups(0), setgid and setuid in this order: real, effective and saved ids change,
  // so there is no way back (uv__process_child_init).
  const identity =
    request.runAs !== undefined && ownUid() === 0 ? { uid: request.runAs.uid, gid: request.runAs.gid } : {};
  return spawn(program, args, {
    cwd: request.cwd ?? processTrees.directory,
    env: { ...request.env },
    detached: processTrees.detached,
    shell: false,
    stdio: [request.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    windowsHide: true,
    ...identity,
  });
}

function supervise({ child, tree }: Started, request: RunRequest): Promise<RunResult> {
  const limit = request.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES;
  const output = { stdout: collector(limit), stderr: collector(limit) };
  let ended: RunResult['state'] | null = null;
  let startError: string | null = null;
  let grace: NodeJS.Timeout | undefined;
  let abandon: NodeJS.Timeout | undefined;
  lowerPriority(child);
  const ask = hand({ child, tree }, request);

  return new Promise((resolve) => {
    const stopWith = (state: RunResult['state']): void => {
      ended ??= state;
      ask.toStop();
      abandon ??= setTimeout(
        () => {
          giveUp(child);
          finish();
        },
        (request.graceMs ?? 0) + ABANDON_MS,
      );
    };
    const timer = setTimeout(stopWith, request.timeoutMs, 'timedOut');
    const abort = (): void => {
      stopWith('signalled');
    };
    request.signal?.addEventListener('abort', abort, { once: true });
    child.stdout?.on('data', (chunk: Buffer) => {
      if (!output.stdout.add(chunk)) stopWith('outputTooLarge');
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      if (!output.stderr.add(chunk)) stopWith('outputTooLarge');
    });
    child.once('error', (error) => {
      if (child.pid !== undefined) return;
      startError = `${request.argv[0]} could not be started: ${errorText(error)}`;
      finish();
    });
    child.once('exit', () => {
      grace = setTimeout(() => {
        tree.kill(child);
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, PIPE_GRACE_MS);
    });
    child.once('close', finish);

    function finish(): void {
      clearTimeout(timer);
      clearTimeout(grace);
      clearTimeout(abandon);
      ask.done();
      request.signal?.removeEventListener('abort', abort);
      const bytes = { stdout: output.stdout.bytes(), stderr: output.stderr.bytes() };
      resolve(startError === null ? describe(child, { request, ended, ...bytes }) : notStarted(startError));
    }
  });
}

/** Nothing of it keeps this process from going on, or from ending. */
function giveUp(child: ChildProcess): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
}

/** Hands `input` over. `toStop` ends stdin and kills the group after `graceMs`; without an input, at once. */
function hand(
  { child, tree }: Started,
  { input, graceMs = 0 }: RunRequest,
): { toStop(): void; done(): void } {
  const { stdin } = child;
  let timer: NodeJS.Timeout | undefined;
  // EPIPE: it ended, or closed its stdin, before it had read all. How it ended says the rest.
  stdin?.on('error', () => undefined);
  if (input !== undefined) stdin?.write(input);
  return {
    toStop() {
      stdin?.destroy();
      if (stdin === null || graceMs === 0) tree.kill(child);
      else
        timer ??= setTimeout(() => {
          tree.kill(child);
        }, graceMs);
    },
    done() {
      clearTimeout(timer);
      stdin?.destroy();
    },
  };
}

interface Ending {
  readonly request: RunRequest;
  readonly ended: RunResult['state'] | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

function describe(child: ChildProcess, ending: Ending): RunResult {
  const { stdout, stderr, request } = ending;
  const state = ending.ended ?? (child.exitCode === null ? 'signalled' : 'exited');
  const reasons: Record<RunResult['state'], string | null> = {
    exited: child.exitCode === 0 ? null : `${request.argv[0]} ended with exit code ${child.exitCode ?? -1}`,
    signalled: `${request.argv[0]} was ended by ${child.signalCode ?? 'a signal'}`,
    timedOut: `${request.argv[0]} was killed: no end after ${request.timeoutMs} ms`,
    outputTooLarge: `${request.argv[0]} was killed: it printed more than ${request.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES} bytes`,
    notStarted: null,
  };
  return {
    state,
    exitCode: child.exitCode,
    signal: child.signalCode,
    stdout,
    stderr,
    reason: reasons[state],
  };
}

function notStarted(reason: string): RunResult {
  return {
    state: 'notStarted',
    exitCode: null,
    signal: null,
    stdout: new Uint8Array(),
    stderr: new Uint8Array(),
    reason,
  };
}

function collector(limit: number): { add(chunk: Buffer): boolean; bytes(): Uint8Array } {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    add(chunk) {
      const room = limit - size;
      if (room > 0) chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
      size = Math.min(limit, size + chunk.length);
      return chunk.length <= room;
    },
    bytes: () => Buffer.concat(chunks),
  };
}

function lowerPriority(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch (error) {
    // It may have ended already, or the host forbids it: neither changes the result of the run.
    if (!['ESRCH', 'EPERM', 'EACCES'].includes(errorCode(error))) throw error;
  }
}

/** Effective uid; -1 where the system has none (Windows). */
export function ownUid(): number {
  return process.geteuid?.() ?? -1;
}
