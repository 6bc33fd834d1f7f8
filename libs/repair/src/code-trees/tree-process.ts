import { z } from 'zod';
import { messageOf } from '../detail.ts';
import { StepFailedError, StepRefusedError } from '../remedy.ts';
import type { Account } from './ports.ts';
import { doTreeWork, treeAnswer, treeRequest, type TreeAnswer, type TreeRequest } from './tree-work.ts';

const account = z.strictObject({ uid: z.int().positive(), gid: z.int().positive() });
const asked = z.strictObject({ account, request: treeRequest });
const answered = z.discriminatedUnion('state', [
  z.looseObject({ state: z.literal('done'), answer: treeAnswer }),
  z.looseObject({ state: z.literal('failed'), reason: z.string(), refused: z.boolean() }),
]);

export const askTreeProcess = (of: Account, request: TreeRequest): string =>
  `${JSON.stringify({ account: of, request })}\n`;

/** What such a process said. Throws {@link StepFailedError}. */
export function readTreeProcess(output: string): TreeAnswer {
  const said = answered.parse(JSON.parse(output));
  if (said.state === 'done') return said.answer;
  throw said.refused ? new StepRefusedError(said.reason) : new StepFailedError(said.reason);
}

const NO_ACCOUNTS = 'This system has no accounts to drop rights to.';

/** For good, and for every thread: real, effective and saved ids (setuid(2)); no group of root's stays. */
function dropRights({ uid, gid }: Account): void {
  const { setgroups, setgid, setuid, getuid, geteuid } = process;
  if (!setgroups || !setgid || !setuid || !getuid || !geteuid) throw new Error(NO_ACCOUNTS);
  if (geteuid() === 0) {
    setgroups([]);
    setgid(gid);
    setuid(uid);
  }
  if (getuid() !== uid || geteuid() !== uid) throw new Error(`This process does not run as uid ${uid}.`);
  if (canReturn(setuid)) throw new Error('Rights could be taken again: nothing is done.');
}

function canReturn(setuid: (id: number) => void): boolean {
  try {
    setuid(0);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EPERM') return false;
    throw error;
  }
}

/**
 * The whole life of a process that does one piece of work as one account: it begins as root, so that its own code is read from wherever it
 * lies, and drops its rights before it touches any path (security.md, "a local user"). `line`: what {@link askTreeProcess} made.
 */
export function treeProcess(line: string): string {
  try {
    const { account: of, request } = asked.parse(JSON.parse(line));
    dropRights(of);
    return JSON.stringify({ state: 'done', answer: doTreeWork(request) });
  } catch (error) {
    const refused = error instanceof StepRefusedError;
    return JSON.stringify({ state: 'failed', refused, reason: messageOf(error).slice(0, 2000) });
  }
}
