import { randomUUID } from 'node:crypto';
import type { JobEvent, JobMessage } from '@trustfleet/protocol';
import { createArtifactStore, type ArtifactStore } from './artifacts/artifact-store.ts';
import { messageOf } from './detail.ts';
import { openArchive } from './job-archive.ts';
import { takeCancel, takeIn, takeOwnerUndo, type OwnerUndo } from './take-in.ts';
import { createWaits, systemTimers } from './waits.ts';
import { noFault, recoverAll, type RecoverOptions, type RepairOptions, type Worker } from './worker.ts';

/** The agent's executor of jobs: one at a time, each with its journal. */
export interface Repair {
  /** Ends every job that a stop or crash left open. To be called once, before the first `accept`. */
  recover(options?: RecoverOptions): Promise<void>;
  /** Takes a job from the server. Returns when it stands in the journal (or was answered), not when it is done. */
  accept(message: JobMessage): Promise<void>;
  /** Takes a job back because the host's owner asks for it; its own journal, under `requestId`, says what became of it. Rejects when that cannot be written. */
  undoAsOwner(request: OwnerUndo): Promise<void>;
  /** Gives a job up, if no step of it began. */
  cancel(jobId: string): Promise<void>;
  /** Events that the server has not acknowledged, oldest first. */
  pending(): JobEvent[];
  acknowledge(eventIds: readonly string[]): Promise<void>;
  /** Resolves when no job stands in line or runs; those that wait for their time (`retrying`, `baking`) do not count. */
  idle(): Promise<void>;
  /** Begins nothing any more; what runs comes to its end. */
  stop(): void;
}

function artifactStore({ files, stateDir, fetchArtifact, log, random }: RepairOptions): ArtifactStore | null {
  return fetchArtifact === undefined
    ? null
    : createArtifactStore({
        ...{ files, stateDir, log },
        fetch: fetchArtifact,
        random: random ?? Math.random,
      });
}

async function createWorker(options: RepairOptions): Promise<Worker> {
  return {
    options,
    archive: await openArchive({
      files: options.files,
      stateDir: options.stateDir,
      fault: options.fault ?? noFault,
      log: options.log,
    }),
    source: {
      identity: options.identity,
      now: options.now ?? (() => new Date()),
      newId: randomUUID,
      listener: options.onEvent,
    },
    remedies: Object.fromEntries(options.remedies.map((remedy) => [remedy.name, remedy])),
    random: options.random ?? Math.random,
    artifacts: artifactStore(options),
    cancelled: new Set(),
    ending: new Map(),
    active: new Set(),
    stuck: new Map(),
    waits: createWaits(options.timers ?? systemTimers),
    queue: { running: null, stopped: false, tail: Promise.resolve() },
  };
}

/** Opens the journals of `stateDir`. Rejects when they cannot be read. */
export async function createRepair(options: RepairOptions): Promise<Repair> {
  const worker = await createWorker(options);
  const { archive, queue } = worker;
  let intake: Promise<void> = Promise.resolve();
  // One after the other, so that two copies of one job meet as "held already"; what became of one does not hold up the next.
  const inTurn = (
    take: () => Promise<void>,
  ): { readonly taken: Promise<void>; readonly told: Promise<void> } => {
    const taken = intake.then(take);
    const told = taken.catch((error: unknown) => {
      options.log('error', 'a job could not be taken in', { reason: messageOf(error) });
    });
    intake = told;
    return { taken, told };
  };
  return {
    recover: (how = {}) => recoverAll(worker, how),
    accept: (message) => inTurn(() => takeIn(worker, message)).told,
    undoAsOwner: (request) => inTurn(() => takeOwnerUndo(worker, request)).taken,
    cancel: (jobId) => inTurn(() => takeCancel(worker, jobId)).told,
    pending: () => archive.pending(),
    acknowledge: (eventIds) => archive.acknowledge(eventIds),
    async idle() {
      for (let seen: unknown = null; seen !== queue.tail;) {
        await intake;
        seen = queue.tail;
        await queue.tail;
      }
    },
    stop() {
      queue.stopped = true;
      worker.waits.stop();
    },
  };
}
