import type { AllowList } from './allow-list.ts';
import { messageOf } from './detail.ts';
import type { JobArchive } from './job-archive.ts';
import { createJobEvents, type EventSource } from './job-events.ts';
import { acceptedOf, finalOf, type Journal } from './journal/journal.ts';
import type { DurableFiles, EventListener, FaultPoint, RepairIdentity, RepairLog } from './ports.ts';
import { recoverJob, recoveryNeed } from './recover-job.ts';
import type { RemedyExecutor } from './remedy.ts';
import { runJob, type JobRun } from './run-job.ts';

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

/** What every job of this host is worked with. */
export interface Worker {
  readonly options: RepairOptions;
  readonly archive: JobArchive;
  readonly cancelled: Set<string>;
  /** Jobs that wait or run in this process. */
  readonly active: Set<string>;
  readonly source: EventSource;
  readonly remedies: Readonly<Record<string, RemedyExecutor>>;
}

export const noFault: FaultPoint = () => undefined;

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

/**
 * Runs one job to its end. What still escapes (a full disk under the journal) is logged: the job is taken up again when
 * the server brings it again, or at the next start.
 */
export async function work(worker: Worker, journal: Journal, how: 'run' | 'recover'): Promise<void> {
  const run = jobRun(worker, journal);
  if (run === null) return;
  try {
    if (how === 'recover') await recoverJob(run);
    else await runJob(run, AbortSignal.timeout(run.accepted.job.executionTimeoutMs));
    const { state, undone } = finalOf(journal) ?? {};
    worker.options.log('info', 'a job ended', { jobId: journal.jobId, state, undone });
    await worker.archive.prune();
  } catch (error) {
    worker.options.log('error', 'a job could not be carried on and will be taken up again later', {
      jobId: journal.jobId,
      reason: messageOf(error),
    });
  } finally {
    worker.cancelled.delete(journal.jobId);
    worker.active.delete(journal.jobId);
  }
}

/** Ends what a stop or crash left open, one job after the other. */
export async function recoverAll(worker: Worker): Promise<void> {
  for (const journal of worker.archive.journals()) {
    const need = recoveryNeed(journal);
    if (need === 'forget') await worker.archive.forget(journal.jobId);
    else if (need !== 'nothing') await work(worker, journal, 'recover');
  }
}
