import { randomUUID } from 'node:crypto';
import type { JobEvent, JobMessage } from '@trustfleet/protocol';
import { messageOf } from './detail.ts';
import { openArchive } from './job-archive.ts';
import type { EventSource } from './job-events.ts';
import { finalOf } from './journal/journal.ts';
import { takeIn } from './take-in.ts';
import { noFault, recoverAll, work, type RepairOptions, type Worker } from './worker.ts';

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
  const worker: Worker = { options, archive, cancelled: new Set(), active: new Set(), source, remedies };
  let intake: Promise<void> = Promise.resolve();
  let queue: Promise<void> = Promise.resolve();
  return {
    recover: () => recoverAll(worker),
    accept(message) {
      // One after the other, so that two copies of one job meet as "held already".
      const taken = intake.then(() => takeIn(worker, message));
      intake = taken.then(
        (job) => {
          if (job === null) return;
          worker.active.add(job.journal.jobId);
          queue = queue.then(() => work(worker, job.journal, job.how));
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
