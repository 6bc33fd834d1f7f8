import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { pinnedKeySet } from '@trustfleet/agent-link';
import { fileCalls } from '@trustfleet/host';
import type { JobEvent, PlanChange } from '@trustfleet/protocol';
import {
  createDurableFiles,
  createJobReader,
  type JobReader,
  type JobReading,
  type RepairLog,
} from '@trustfleet/repair';
import { CliError, errorCode, messageOf, plain } from '@trustfleet/terminal';
import { createLogger } from '../logger.ts';
import { openAgentRepair, openRemedies } from '../run/open-repair.ts';
import { loadIdentity, type LoadedIdentity } from '../state/identity.ts';
import { AgentRunsError, runningAgent, takeInstanceLock } from '../state/instance-lock.ts';
import { requireOwnStateDir } from '../state/state-directory.ts';
import { dropUndoRequest, leaveUndoRequest, takeUndoRequests } from '../state/undo-requests.ts';

const POLL_MS = 250;
/** Longest pause between two tries of this command's own (a full disk, a tool that fails): each runs the store's tool again. */
const LONGEST_PAUSE_MS = 30_000;
/** Longest look at what becomes of a request; the agent goes on with it in any case. */
const FOLLOW_LIMIT_MS = 10 * 60_000;

export interface UndoOptions {
  readonly job?: string;
  readonly list: boolean;
  readonly yes: boolean;
  readonly stateDir: string;
  readonly root: string;
}

export interface UndoStreams {
  readonly stdin: () => NodeJS.ReadStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

const HOW_TO_LIST = 'trustfleet-agent undo --list shows which jobs can be taken back.';

type Lines = {
  readonly [Kind in PlanChange['kind']]: (change: Extract<PlanChange, { kind: Kind }>) => string;
};

const PLAN_LINES: Lines = {
  addFile: ({ path }) => `write the file   ${path}`,
  removeFile: ({ path }) => `remove the file  ${path}`,
  restoreFile: ({ path }) => `put back         ${path}`,
  changeFile: ({ path }) => `change the file  ${path}`,
  runTool: ({ argv }) => `run              ${argv.join(' ')}`,
  addAnchor: ({ subject, anchor }) => `trusted then     ${subject} (${anchor})`,
  removeAnchor: ({ subject, anchor }) => `no longer there  ${subject} (${anchor})`,
  distrustAnchor: ({ subject, anchor }) => `rejected then    ${subject} (${anchor})`,
  setVariable: ({ name, source, value }) =>
    value === null
      ? `unset            ${name} in ${source}`
      : `set              ${name}=${value} in ${source}`,
  changePackage: ({ python, name, from, to }) =>
    `package          ${name} ${from ?? 'absent'} → ${to ?? 'absent'} in ${python}`,
  replaceCode: ({ path, from, to }) => `replace          ${path}: ${from ?? 'absent'} → ${to}`,
  propose: ({ path, owner }) => `left to others   ${path} (${owner})`,
};

const planLine = (change: PlanChange): string =>
  (PLAN_LINES[change.kind] as (change: PlanChange) => string)(change);

async function printList(reader: JobReader, stdout: NodeJS.WritableStream): Promise<void> {
  const jobs = await reader.undoable();
  if (jobs.length === 0) {
    stdout.write('No job of this host left a change that can be taken back.\n');
    return;
  }
  for (const { jobId, remedy, at, state, reason } of jobs)
    stdout.write(`${jobId}  ${at}  ${remedy}  ${state}  ${plain(reason)}\n`);
}

/** The one job whose id begins as given. */
async function findJob(reader: JobReader, given: string | undefined): Promise<string> {
  if (given === undefined)
    throw new CliError(`Name the job to take back: trustfleet-agent undo JOB. ${HOW_TO_LIST}`, 2);
  if (!/^[0-9a-f][0-9a-f-]{3,35}$/.test(given))
    throw new CliError(
      `“${plain(given)}” is no id of a job: it has hex digits and dashes, at least 4 of them. ${HOW_TO_LIST}`,
      2,
    );
  const [found, ...more] = await reader.find(given);
  if (found === undefined) throw new CliError(`This host holds no job ${given}. ${HOW_TO_LIST}`);
  if (more.length > 0)
    throw new CliError(`${more.length + 1} jobs begin with ${given}: give more of the id. ${HOW_TO_LIST}`, 2);
  return found;
}

/** Prints what would be done; false when there is nothing to do. */
async function showPlan(reader: JobReader, jobId: string, stdout: NodeJS.WritableStream): Promise<boolean> {
  const plan = await reader.planUndo(jobId);
  if (!('kind' in plan)) {
    if (plan.state !== 'alreadyCompliant') throw new CliError(plan.detail);
    stdout.write(`${plan.detail}\n`);
    return false;
  }
  if (plan.kind === 'blocked' || plan.kind === 'notApplicable' || plan.kind === 'proposed')
    throw new CliError(plan.reason);
  if (plan.kind === 'none') {
    stdout.write(`Nothing is left of what job ${jobId} did: there is nothing to take back.\n`);
    return false;
  }
  stdout.write(`To take job ${jobId} back, this host would:\n`);
  for (const change of plan.plan.changes) stdout.write(`  ${plain(planLine(change))}\n`);
  return true;
}

async function confirm(options: UndoOptions, streams: UndoStreams): Promise<void> {
  if (options.yes) return;
  const stdin = streams.stdin();
  if (!stdin.isTTY)
    throw new CliError('Nobody is there to be asked: add --yes to do it without a question.', 2);
  const prompt = createInterface({ input: stdin, output: streams.stdout });
  // Ctrl-C and Ctrl-D close the prompt, and a closed prompt may leave its question open.
  const left = new Promise<string>((resolve) => prompt.once('close', resolve.bind(null, '')));
  try {
    const answer = await Promise.race([prompt.question('Do it? [y/N] '), left]);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CliError('Nothing was changed.');
  } finally {
    prompt.close();
  }
}

/** Does what the agent would do, while none runs: the instance lock keeps every other away meanwhile. */
async function performHere(
  options: UndoOptions,
  { identity, stderr }: { identity: LoadedIdentity; stderr: NodeJS.WritableStream },
): Promise<void> {
  const release = await takeInstanceLock(options.stateDir);
  const write = createLogger(stderr, () => new Date());
  const log: RepairLog = (level, message, fields) => {
    if (level === 'error') write(level, message, fields);
  };
  try {
    const repair = await openAgentRepair({
      ...options,
      identity: identity.link,
      keySet: () => pinnedKeySet(identity.link),
      // Nothing is taken from a server here: what the owner asks for needs no permission.
      allowList: () => Promise.reject(new Error('an undo by the owner asks for no permission')),
      serverTime: () => null,
      // The agent looks at the machine when it starts again.
      beforeFinal: () => Promise.resolve(),
      onEvent: () => undefined,
      log,
    });
    try {
      await repair.recover({ settleOnly: true });
      await takeUndoRequests(options.stateDir, { repair, log });
      await repair.idle();
    } finally {
      repair.stop();
    }
  } finally {
    await release();
  }
}

function createPrinter(stdout: NodeJS.WritableStream): (reading: JobReading | null) => void {
  let printed = 0;
  return (reading) => {
    for (const event of (reading?.events ?? []).slice(printed)) {
      const step = event.step === null ? '' : ` ${event.step}`;
      stdout.write(`${event.at}  ${event.state}${plain(step)}\n`);
      printed += 1;
    }
  };
}

interface Following {
  readonly reader: JobReader;
  readonly options: UndoOptions;
  readonly identity: LoadedIdentity;
  readonly streams: UndoStreams;
  readonly requestId: string;
}

/** Nobody waits for the end any more: takes the request back where nobody has begun with it. Answers what became of it. */
async function leaveBehind({ reader, options, requestId }: Following, because: string): Promise<CliError> {
  await dropUndoRequest(options.stateDir, requestId);
  // Whoever had read it by then has written its journal soon after.
  await wait(POLL_MS);
  return new CliError(
    (await reader.read(requestId)) === null
      ? `${because}. Nobody had begun with the request, so it was withdrawn and nothing was changed. Look at the log of the agent that runs, or stop it and try again.`
      : `${because}. The undo has begun and the agent goes on with it. Look at its log, and at: trustfleet-agent undo --list`,
  );
}

/** Ends early with `signal`. */
async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Follows the journal of the request to its final event, until `left`; whoever holds the lock writes it. */
async function follow(following: Following, left: AbortSignal): Promise<JobEvent> {
  const { reader, options, identity, streams, requestId } = following;
  const print = createPrinter(streams.stdout);
  const until = performance.now() + FOLLOW_LIMIT_MS;
  let pause = POLL_MS;
  while (!left.aborted && performance.now() < until) {
    if ((await runningAgent(options.stateDir)) === null) {
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      try {
        await performHere(options, { identity, stderr: streams.stderr });
      } catch (error) {
        // Taken by an agent that starts just now: it does the work.
        if (!(error instanceof AgentRunsError)) throw error;
      }
    }
    const reading = await reader.read(requestId);
    print(reading);
    if (reading?.final) return reading.final;
    await pauseFor(pause, left);
  }
  throw await leaveBehind(
    following,
    left.aborted ? 'Left' : `It has not ended after ${FOLLOW_LIMIT_MS / 60_000} minutes`,
  );
}

/** The first Ctrl-C leaves in good order, the second at once (the journal makes that safe). */
async function untilInterrupted<T>(
  stderr: NodeJS.WritableStream,
  work: (left: AbortSignal) => Promise<T>,
): Promise<T> {
  const left = new AbortController();
  const leave = (): void => {
    stderr.write(
      'Leaving; what this command itself has begun comes to its end first (Ctrl-C again: at once).\n',
    );
    left.abort();
  };
  process.once('SIGINT', leave);
  try {
    return await work(left.signal);
  } finally {
    process.off('SIGINT', leave);
  }
}

async function readable<T>(stateDir: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes(errorCode(error))) throw error;
    throw new CliError(
      `${stateDir} cannot be read (${messageOf(error)}). Run with the account that runs the agent, as a rule root (Windows: as an administrator).`,
    );
  }
}

/** `undo JOB`: the owner takes a job back, whether the service runs or not. Throws {@link CliError} unless nothing of it is left. */
export async function undoCommand(options: UndoOptions, streams: UndoStreams): Promise<void> {
  const { stateDir } = options;
  const { stdout } = streams;
  await requireOwnStateDir(stateDir);
  const remedies = openRemedies(options.root);
  const reader = createJobReader({ files: createDurableFiles(fileCalls), stateDir, remedies });
  if (options.list) return readable(stateDir, printList(reader, stdout));
  const jobId = await readable(stateDir, findJob(reader, options.job));
  const identity = await loadIdentity(stateDir);
  if (identity === null) throw new CliError(`This machine is not enrolled (${stateDir} holds no identity).`);
  if (!(await showPlan(reader, jobId, stdout))) return;
  await confirm(options, streams);
  const requestId = randomUUID();
  const final = await untilInterrupted(streams.stderr, async (left) => {
    await leaveUndoRequest(stateDir, { requestId, undoes: jobId });
    return follow({ reader, options, identity, streams, requestId }, left);
  });
  const detail = final.detail === null ? '' : ` ${plain(final.detail)}`;
  if (final.state !== 'verified' && final.state !== 'alreadyCompliant')
    throw new CliError(`Job ${jobId} was not taken back (${final.state}).${detail}`);
  stdout.write(
    `Job ${jobId} is taken back.${detail} Programs that run keep what they loaded until they are started again.\n`,
  );
}
