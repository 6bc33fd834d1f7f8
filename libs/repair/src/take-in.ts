import type { JobEvent, JobMessage } from '@trustfleet/protocol';
import { acceptJob, claimedJob, type Acceptance, type ClaimedJob } from './accept-job.ts';
import { createJobEvents } from './job-events.ts';
import { JOURNAL_FORMAT } from './journal/entries.ts';
import { acceptedOf, finalOf, type Journal } from './journal/journal.ts';
import type { Worker } from './worker.ts';

/** Jobs that may wait or stand with unacknowledged events; more are left to the server, which brings them again. */
const MAX_OPEN_JOBS = 64;

/** A journal to be worked on. `recover`: it was begun before. */
export interface TakenJob {
  readonly journal: Journal;
  readonly how: 'run' | 'recover';
}

async function answerJob(
  worker: Worker,
  claimed: ClaimedJob,
  result: { state: JobEvent['state']; detail: string },
): Promise<void> {
  const journal = await worker.archive.open(claimed.jobId);
  await createJobEvents(worker.source, journal, claimed).finish(result.state, { detail: result.detail });
  await worker.archive.prune();
}

/** A job that the server brings again: answered with its last event, or taken up where something had stopped it. */
async function takeHeld(worker: Worker, held: Journal): Promise<TakenJob | null> {
  const { archive, options } = worker;
  if (finalOf(held) === null && !worker.active.has(held.jobId)) {
    return { journal: await archive.reload(held.jobId), how: 'recover' };
  }
  const event = archive.sendAgain(held);
  if (event !== null) options.onEvent(event);
  return null;
}

async function begin(worker: Worker, accepted: Extract<Acceptance, { kind: 'accepted' }>): Promise<TakenJob> {
  const { order, job, artifacts } = accepted;
  const journal = await worker.archive.open(job.jobId);
  const at = worker.source.now().toISOString();
  await journal.append({ kind: 'accepted', format: JOURNAL_FORMAT, at, order, job, artifacts });
  worker.options.log('info', 'a job was accepted', {
    jobId: job.jobId,
    remedy: order.remedy,
    mode: order.mode,
  });
  return { journal, how: 'run' };
}

/** The job of a message, or null when there is nothing (more) to do about it. */
export async function takeIn(worker: Worker, message: JobMessage): Promise<TakenJob | null> {
  const { options, archive } = worker;
  const claimed = claimedJob(message);
  if (claimed === null) {
    options.log('warn', 'a job message names no job and was dropped');
    return null;
  }
  const held = archive.find(claimed.jobId);
  if (held !== null && (acceptedOf(held) !== null || finalOf(held) !== null)) return takeHeld(worker, held);
  // A journal without any whole entry: the disk was full when it was begun.
  if (held !== null) await archive.forget(claimed.jobId);
  if (archive.unsettled() >= MAX_OPEN_JOBS) {
    options.log('warn', 'too many jobs are open; this one is left to the server', { jobId: claimed.jobId });
    return null;
  }
  const allowList = await options.allowList();
  const { identity } = options;
  const result = acceptJob(message, {
    identity,
    serverTime: options.serverTime(),
    allowList,
    remedies: worker.remedies,
  });
  if (result.kind === 'accepted') return begin(worker, result);
  const { state, detail } = result;
  options.log('warn', 'a job was not taken on', { jobId: claimed.jobId, state, detail });
  await answerJob(worker, claimed, result);
  return null;
}
