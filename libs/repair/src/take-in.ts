import type { JobEvent, JobMessage } from '@trustfleet/protocol';
import { acceptJob, claimedJob, type Acceptance } from './accept-job.ts';
import { createJobEvents, type UnacceptedJob } from './job-events.ts';
import { JOURNAL_FORMAT, type AcceptedEntry } from './journal/entries.ts';
import type { Journal } from './journal/journal.ts';
import { acceptedOf, attemptOf, finalOf, inversesOf, isOwners } from './journal/progress.ts';
import { needOf } from './recover-job.ts';
import { undoTarget } from './undo-target.ts';
import { enqueue, prune, type Worker } from './worker.ts';

/** Jobs that may wait or stand with unacknowledged events; more are left to the server, which brings them again. */
const MAX_OPEN_JOBS = 64;
/** Execution clock of an undo that the owner asks for on the host. */
const OWNER_TIMEOUT_MS = 300_000;

interface Answer {
  readonly state: JobEvent['state'];
  readonly detail: string;
}

async function answerJob(worker: Worker, jobId: string, answer: Answer & UnacceptedJob): Promise<void> {
  const { state, detail, ...unaccepted } = answer;
  const journal = await worker.archive.open(jobId);
  await createJobEvents(worker.source, journal, unaccepted).finish(state, { detail });
  await prune(worker);
}

/** A job that the server brings again: answered with its last event, or taken up where something had stopped it. */
function takeHeld(worker: Worker, held: Journal): void {
  const { archive, options, waits, stuck } = worker;
  const { jobId } = held;
  const waitsForTime = waits.has(jobId) && !stuck.has(jobId);
  if (finalOf(held) === null && !worker.active.has(jobId) && !waitsForTime) {
    // Its journal may have been written last by a call that failed: what is on disk counts.
    if (!stuck.has(jobId)) stuck.set(jobId, 1);
    enqueue(worker, jobId);
    return;
  }
  // No server knows the owner's own jobs: whoever asked reads their journal.
  if (isOwners(held)) return;
  const event = archive.sendAgain(held);
  if (event !== null) options.onEvent(event);
}

async function begin(
  worker: Worker,
  accepted: Pick<AcceptedEntry, 'order' | 'job' | 'artifacts' | 'origin'>,
): Promise<void> {
  const { order, job } = accepted;
  const journal = await worker.archive.open(job.jobId);
  const at = worker.source.now().toISOString();
  await journal.append({ kind: 'accepted', format: JOURNAL_FORMAT, at, ...accepted });
  worker.options.log('info', 'a job was accepted', {
    jobId: job.jobId,
    remedy: order.remedy,
    mode: order.mode,
  });
  enqueue(worker, job.jobId);
}

/** True when nothing is to be done about a job because of what this host has of it already. */
async function isHeld(worker: Worker, jobId: string): Promise<boolean> {
  const { archive, options } = worker;
  if (archive.isForeign(jobId)) {
    options.log('error', 'a job that this release cannot read was brought again; it is left alone', {
      jobId,
    });
    return true;
  }
  const held = archive.find(jobId);
  if (held === null) return false;
  if (acceptedOf(held) !== null || finalOf(held) !== null) {
    takeHeld(worker, held);
    return true;
  }
  // A journal without any whole entry: the disk was full when it was begun.
  await archive.forget(jobId);
  return false;
}

async function judge(worker: Worker, message: JobMessage): Promise<Acceptance> {
  const { options, remedies } = worker;
  const allowList = await options.allowList();
  return acceptJob(message, {
    identity: options.identity,
    serverTime: options.serverTime(),
    allowList,
    remedies,
    fetches: worker.artifacts !== null,
  });
}

/** Takes the job of a message in: it stands in line, or is answered, when this resolves. */
export async function takeIn(worker: Worker, message: JobMessage): Promise<void> {
  const { options, archive } = worker;
  const claimed = claimedJob(message);
  if (claimed === null) {
    options.log('warn', 'a job message names no job and was dropped');
    return;
  }
  const { jobId, attempt } = claimed;
  if (await isHeld(worker, jobId)) return;
  if (archive.unsettled() >= MAX_OPEN_JOBS) {
    options.log('warn', 'too many jobs are open; this one is left to the server', { jobId });
    return;
  }
  const result = await judge(worker, message);
  if (result.kind === 'accepted') {
    const { order, job, artifacts } = result;
    return begin(worker, { order, job, artifacts: { ...artifacts } });
  }
  const { state, detail } = result;
  options.log('warn', 'a job was not taken on', { jobId, state, detail });
  return answerJob(worker, jobId, { state, detail, attempt });
}

/** What the host's owner asks for on the host itself. */
export interface OwnerUndo {
  /** Becomes the id of the job that undoes; UUID, new for each request. */
  readonly requestId: string;
  /** The job to take back. */
  readonly undoes: string;
}

/** The owner's own undo: a job like others, but it needs neither order nor allow-list, and no server knows it. */
export async function takeOwnerUndo(worker: Worker, { requestId, undoes }: OwnerUndo): Promise<void> {
  if (await isHeld(worker, requestId)) return;
  const target = undoTarget(worker.archive.find(undoes), undoes, { order: null, by: requestId });
  if ('state' in target) return answerJob(worker, requestId, { ...target, attempt: 1, origin: 'owner' });
  const { order, job, artifacts } = target.accepted;
  return begin(worker, {
    origin: 'owner',
    order: { ...order, mode: 'undo', limits: undefined },
    job: { ...job, jobId: requestId, undoes, attempt: 1, executionTimeoutMs: OWNER_TIMEOUT_MS },
    artifacts,
  });
}

/** A turn that comes while the end is being written waits for it: the job must not begin after all. */
async function endBeforeTurn(worker: Worker, journal: Journal): Promise<void> {
  const ended = createJobEvents(worker.source, journal).finish('cancelled');
  // Whoever cancelled hears of a failure; the turn only waits.
  worker.ending.set(
    journal.jobId,
    ended.catch(() => undefined),
  );
  try {
    await ended;
  } finally {
    worker.ending.delete(journal.jobId);
  }
}

/**
 * Gives a job up, if no step of its attempt began; one that is changing its host goes on. A job that never came is answered too, so
 * that it does nothing should it come after all.
 */
export async function takeCancel(worker: Worker, jobId: string): Promise<void> {
  const { archive, waits, queue } = worker;
  const journal = archive.find(jobId);
  if (journal === null) {
    if (archive.isForeign(jobId) || archive.unsettled() >= MAX_OPEN_JOBS) return;
    return answerJob(worker, jobId, {
      state: 'cancelled',
      detail: 'It was cancelled before it came to this host.',
      attempt: 1,
    });
  }
  if (finalOf(journal) !== null) {
    takeHeld(worker, journal);
    return;
  }
  const need = needOf(journal);
  if (queue.running !== jobId && (need === 'begin' || need === 'retry')) {
    waits.remove(jobId);
    return endBeforeTurn(worker, journal);
  }
  if (inversesOf(attemptOf(journal)).length > 0) return;
  worker.cancelled.add(jobId);
  await journal.append({ kind: 'cancelAsked', at: worker.source.now().toISOString() });
}
