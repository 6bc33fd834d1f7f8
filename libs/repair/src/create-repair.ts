import { randomUUID } from 'node:crypto';
import type { JobEvent, JobMessage } from '@trustfleet/protocol';
import { acceptJob, claimedJob, type ClaimedJob } from './accept-job.ts';
import type { AllowList } from './allow-list.ts';
import { messageOf } from './detail.ts';
import { openArchive, type JobArchive } from './job-archive.ts';
import { createJobEvents, type EventSource } from './job-events.ts';
import { JOURNAL_FORMAT } from './journal/entries.ts';
import { acceptedOf, finalOf, type Journal } from './journal/journal.ts';
import type { DurableFiles, EventListener, FaultPoint, RepairIdentity, RepairLog } from './ports.ts';
import { recoverJob, recoveryNeed } from './recover-job.ts';
import type { RemedyExecutor } from './remedy.ts';
import { runJob, type JobRun } from './run-job.ts';

/** Jobs that may wait or stand with unacknowledged events; more are left to the server, which brings them again. */
const MAX_OPEN_JOBS = 64;

export interface RepairOptions {
  readonly stateDir: string;
  readonly files: DurableFiles;
  readonly identity: RepairIdentity;
  readonly remedies: readonly RemedyExecutor[];
  /** Read anew for every job. */
  readonly allowList: () => Promise<AllowList>;
  /** Server time (see `acceptJob`); null while it is not known. */
  readonly serverTime: () => Date | null;
  /** After a change and before its final event. A failure is logged and holds nothing up. */
  readonly beforeFinal: () => Promise<void>;
  readonly onEvent: EventListener;
  readonly log: RepairLog;
  readonly now?: () => Date;
  readonly fault?: FaultPoint;
}

/** The agent's executor of jobs: one at a time, each with its journal. */
export interface Repair {
  /** Ends every job that a stop or crash left open. To be called once, before the first `accept`. */
  recover(): Promise<void>;
  /** Takes a job from the server. Returns when it stands in the journal (or was answered), not when it is done. */
  accept(message: JobMessage): Promise<void>;
  /** Gives a job up, if no step of it began. */
  cancel(jobId: string): void;
  /** Events that the server has not acknowledged, oldest first. */
  pending(): JobEvent[];
  acknowledge(eventIds: readonly string[]): Promise<void>;
  /** Resolves when no job waits or runs. */
  idle(): Promise<void>;
}

interface Worker {
  readonly options: RepairOptions;
  readonly archive: JobArchive;
  readonly cancelled: Set<string>;
  readonly source: EventSource;
  readonly remedies: Readonly<Record<string, RemedyExecutor>>;
}

const noFault: FaultPoint = () => undefined;

function jobRun(worker: Worker, journal: Journal): JobRun | null {
  const accepted = acceptedOf(journal);
  if (accepted === null) return null;
  const { options } = worker;
  return {
    journal,
    accepted,
    events: createJobEvents(worker.source, journal, accepted.job),
    remedies: worker.remedies,
    fault: options.fault ?? noFault,
    log: options.log,
    cancelled: () => worker.cancelled.has(journal.jobId),
    async beforeFinal() {
      try {
        await options.beforeFinal();
      } catch (error) {
        options.log('warn', 'the inventory could not be read again after a job', {
          jobId: journal.jobId,
          reason: messageOf(error),
        });
      }
    },
  };
}

/** Runs one job to its end. What still escapes (a full disk under the journal) is logged; the next start recovers. */
async function work(worker: Worker, journal: Journal, how: 'run' | 'recover'): Promise<void> {
  const run = jobRun(worker, journal);
  if (run === null) return;
  try {
    if (how === 'recover') await recoverJob(run);
    else await runJob(run, AbortSignal.timeout(run.accepted.job.executionTimeoutMs));
    const { state, undone } = finalOf(journal) ?? {};
    worker.options.log('info', 'a job ended', { jobId: journal.jobId, state, undone });
    await worker.archive.prune();
  } catch (error) {
    worker.options.log('error', 'a job could not be carried on and will be taken up at the next start', {
      jobId: journal.jobId,
      reason: messageOf(error),
    });
  } finally {
    worker.cancelled.delete(journal.jobId);
  }
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

/** Journal of a job that is to be run, or null when it was answered at once. */
async function takeIn(worker: Worker, message: JobMessage): Promise<Journal | null> {
  const { options, archive } = worker;
  const claimed = claimedJob(message);
  if (claimed === null) {
    options.log('warn', 'a job message names no job and was dropped');
    return null;
  }
  const held = archive.find(claimed.jobId);
  if (held !== null) {
    const event = archive.sendAgain(held);
    if (event !== null) options.onEvent(event);
    return null;
  }
  if (archive.unsettled() >= MAX_OPEN_JOBS) {
    options.log('warn', 'too many jobs are open; this one is left to the server', { jobId: claimed.jobId });
    return null;
  }
  const allowList = await options.allowList();
  const context = {
    identity: options.identity,
    serverTime: options.serverTime(),
    allowList,
    remedies: worker.remedies,
  };
  const result = acceptJob(message, context);
  if (result.kind === 'answered') {
    options.log('warn', 'a job was not taken on', {
      jobId: claimed.jobId,
      state: result.state,
      detail: result.detail,
    });
    await answerJob(worker, claimed, result);
    return null;
  }
  const journal = await archive.open(result.job.jobId);
  const { order, job, artifacts } = result;
  await journal.append({
    kind: 'accepted',
    format: JOURNAL_FORMAT,
    at: worker.source.now().toISOString(),
    order,
    job,
    artifacts,
  });
  options.log('info', 'a job was accepted', { jobId: job.jobId, remedy: order.remedy, mode: order.mode });
  return journal;
}

async function recoverAll(worker: Worker): Promise<void> {
  for (const journal of worker.archive.journals()) {
    const need = recoveryNeed(journal);
    if (need === 'forget') await worker.archive.forget(journal.jobId);
    else if (need !== 'nothing') await work(worker, journal, 'recover');
  }
}

/** Opens the journals of `stateDir`. Rejects when they cannot be read or written. */
export async function createRepair(options: RepairOptions): Promise<Repair> {
  const archive = await openArchive({
    files: options.files,
    stateDir: options.stateDir,
    fault: options.fault ?? noFault,
    log: options.log,
  });
  const source: EventSource = {
    identity: options.identity,
    now: options.now ?? (() => new Date()),
    newId: randomUUID,
    listener: options.onEvent,
  };
  const remedies = Object.fromEntries(options.remedies.map((remedy) => [remedy.name, remedy]));
  const worker: Worker = { options, archive, cancelled: new Set(), source, remedies };
  let intake: Promise<void> = Promise.resolve();
  let queue: Promise<void> = Promise.resolve();
  return {
    recover: () => recoverAll(worker),
    accept(message) {
      // One after the other, so that two copies of one job meet as "held already".
      const taken = intake.then(() => takeIn(worker, message));
      intake = taken.then(
        (journal) => {
          if (journal !== null) queue = queue.then(() => work(worker, journal, 'run'));
        },
        (error: unknown) => {
          options.log('error', 'a job could not be taken in', { reason: messageOf(error) });
        },
      );
      return intake;
    },
    cancel(jobId) {
      const journal = archive.find(jobId);
      if (journal !== null && finalOf(journal) === null) worker.cancelled.add(jobId);
    },
    pending: () => archive.pending(),
    acknowledge: (eventIds) => archive.acknowledge(eventIds),
    async idle() {
      await intake;
      await queue;
    },
  };
}
