import { runProgram } from './run-program.ts';
import { failure, tooLarge } from './file-states.ts';
import type { Account, FileRead, RunResult } from './types.ts';

interface ReadAs {
  /** Null: the agent's own. */
  readonly account: Account | null;
  readonly maxBytes: number;
  readonly head: boolean;
  readonly timeoutMs: number;
}

/** LC_ALL=C so that the messages of stat are the ones we know. */
export const TOOL_ENV = { LC_ALL: 'C', PATH: '/usr/bin:/bin' };
const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
const BLOCK = 65_536;

/**
 * Reads with another account's rights: small children whose rights were dropped before they touch the path (security.md,
 * "a local user"). coreutils do it rather than a Node child: the agent is a single executable that takes no `-e`, its own
 * Node may lie where the account cannot execute it, and dd starts in two milliseconds. In-process seteuid is out: it changes
 * every thread of the pool. A file swapped between stat and dd gives at most maxBytes of what the account can read anyway;
 * `nonblock` keeps a FIFO from hanging, the time limit everything else.
 */
export async function readFileAs(path: string, how: ReadAs): Promise<FileRead> {
  const looked = await run(['/usr/bin/stat', '-L', '--printf=%f %s', '--', path], how);
  if (looked.exitCode !== 0) return failed(path, looked);
  const [mode, size] = text(looked.stdout).split(' ');
  const realPath = await realPathAs(path, how);
  if ((Number.parseInt(mode ?? '', 16) & S_IFMT) !== S_IFREG)
    return { state: 'notRegularFile', detail: `${path} is not a regular file`, size: null, realPath };
  const found = { path, realPath, size: Number(size), maxBytes: how.maxBytes };
  if (found.size > how.maxBytes && !how.head) return tooLarge(found);
  const blocks = Math.ceil((how.maxBytes + 1) / BLOCK);
  const argv = [
    '/usr/bin/dd',
    `if=${path}`,
    'iflag=nonblock,fullblock',
    `bs=${BLOCK}`,
    `count=${blocks}`,
    'status=none',
  ] as const;
  const read = await run(argv, how);
  if (read.exitCode !== 0) return failed(path, read);
  const bytes = how.head ? read.stdout.subarray(0, how.maxBytes) : read.stdout;
  if (bytes.length > how.maxBytes) return tooLarge({ ...found, size: bytes.length });
  return { state: 'read', bytes, size: bytes.length, realPath };
}

async function realPathAs(path: string, how: ReadAs): Promise<string | null> {
  const resolved = await run(['/usr/bin/realpath', '-ez', '--', path], how);
  return resolved.exitCode === 0 ? text(resolved.stdout).replace(/\0$/, '') : null;
}

function run(argv: readonly [string, ...string[]], how: ReadAs): Promise<RunResult> {
  return runProgram({
    argv,
    env: TOOL_ENV,
    timeoutMs: how.timeoutMs,
    maxOutputBytes: how.maxBytes + 2 * BLOCK,
    runAs: how.account ?? undefined,
  });
}

function failed(path: string, result: RunResult): FileRead {
  if (result.state === 'timedOut') return failure('unreadable', `${path} does not answer`);
  const said = text(result.stderr);
  if (/No such file or directory|Not a directory/.test(said))
    return failure('missing', `${path} does not exist`);
  if (/Permission denied/.test(said)) return failure('unreadable', `${path} may not be read by its user`);
  return failure(
    'unreadable',
    `${path} was not read: ${result.state === 'exited' ? said.trim().slice(-200) : (result.reason ?? '')}`,
  );
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
