import type { Host } from '@trustfleet/host';
import {
  askTreeProcess,
  doTreeWork,
  readTreeProcess,
  StepFailedError,
  type Account,
  type TreeAccess,
  type TreeAnswer,
  type TreeRequest,
  type Writer,
} from '@trustfleet/repair';

const WORK_LIMIT_MS = 120_000;
/** A tree of 32 MiB as base64, and its names. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** The group that owns nothing. */
const NOGROUP = 65534;

export interface TreeParts {
  readonly host: Pick<Host, 'uid' | 'canActAs' | 'platform' | 'inspectPath' | 'users' | 'runProgram'>;
  /** Machine paths lie below it. */
  readonly root: string;
  /** argv of `tree-work` in a new process. */
  readonly command: readonly [string, ...string[]];
}

const nobody = (reason: string): Writer => ({ kind: 'nobody', reason });

async function writerOf({ host, root }: TreeParts, directory: string): Promise<Writer> {
  const { state, owners, writable, directory: isDirectory } = await host.inspectPath(directory);
  if (state !== 'resolved' || !isDirectory) return nobody('it is no directory that the agent can look at.');
  if (writable !== null) return nobody(`${writable} can be written by its group or by others.`);
  if (owners.length > 1)
    return nobody(`the way to it belongs to several accounts (uid ${owners.join(', ')}).`);
  return ownersOwn({ host, root }, owners[0]);
}

async function ownersOwn(
  { host, root }: Pick<TreeParts, 'host' | 'root'>,
  owner: number | undefined,
): Promise<Writer> {
  if (owner === undefined)
    return host.uid === 0 || host.platform === 'windows'
      ? { kind: 'writer', account: null }
      : nobody(`it belongs to root, and the agent has only the rights of uid ${host.uid}.`);
  if (owner === host.uid) return { kind: 'writer', account: null };
  if (!host.canActAs)
    return nobody(`it belongs to uid ${owner}, and the agent has only the rights of uid ${host.uid}.`);
  const { users } = await host.users(root);
  const gid = users.find(({ uid }) => uid === owner)?.gid ?? NOGROUP;
  // Root's group would be a right that the account itself does not have.
  return { kind: 'writer', account: { uid: owner, gid: gid === 0 ? NOGROUP : gid } };
}

async function work(parts: TreeParts, account: Account | null, request: TreeRequest): Promise<TreeAnswer> {
  if (account === null) return doTreeWork(request);
  // It begins as root, since the agent's own code may lie where that account cannot read it, and drops its rights first of all.
  const result = await parts.host.runProgram({
    argv: parts.command,
    env: { PATH: '/usr/bin:/bin', UV_USE_IO_URING: '0' },
    input: askTreeProcess(account, request),
    timeoutMs: WORK_LIMIT_MS,
    maxOutputBytes: MAX_ANSWER_BYTES,
  });
  if (result.state !== 'exited' || result.exitCode !== 0)
    throw new StepFailedError(
      `The process that works as uid ${account.uid} failed: ${result.reason ?? 'no reason given'}.`,
    );
  return readTreeProcess(Buffer.from(result.stdout).toString('utf8'));
}

/** Files of one account, changed with its rights. */
export function createTreeAccess(parts: TreeParts): TreeAccess {
  return {
    writerOf: (directory) => writerOf(parts, directory),
    work: (account, request) => work(parts, account, request),
  };
}
