import { notPermittedReason, type AllowList } from './allow-list.ts';
import { workWith } from './allow-list-needs.ts';
import type { ArtifactStore, FetchArtifact } from './artifacts/artifact-store.ts';
import { messageOf } from './detail.ts';
import type { JobArchive } from './job-archive.ts';
import { createJobEvents, type EventSource } from './job-events.ts';
import type { JobRun } from './job-run.ts';
import type { AcceptedEntry } from './journal/entries.ts';
import type { Journal } from './journal/journal.ts';
import { acceptedOf, attemptOf, eventIn, finalOf, isOwners } from './journal/progress.ts';
import { limitsOf, longestBackoff, remainingWait } from './next-attempt.ts';
import type { DurableFiles, EventListener, FaultPoint, RepairIdentity, RepairLog } from './ports.ts';
import { advanceJob, needOf } from './recover-job.ts';
import { lastRound } from './proof-after.ts';
import { artifactsOf } from './opened-remedy.ts';
import type { Handshakes, RunningPrograms } from './proof.ts';
import type { RemedyExecutor } from './remedy.ts';
import { tellUndone } from './tell-undone.ts';
import type { RepairTimers, Waits } from './waits.ts';

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
  /** What this host's programs verify, before and after each change; absent: the remedy's own check is all the proof. */
  readonly handshakes?: Handshakes;
  readonly programs?: RunningPrograms;
  /** Brings artifacts that are too large for a job's message; absent: such a job is refused. */
  readonly fetchArtifact?: FetchArtifact;
  readonly log: RepairLog;
  readonly now?: () => Date;
  readonly timers?: RepairTimers;
  /** In [0, 1): jitter only. */
  readonly random?: () => number;
  readonly fault?: FaultPoint;
}

/** What every job of this host is worked with. */
export interface Worker {
  readonly options: RepairOptions;
  readonly archive: JobArchive;
  readonly source: EventSource;
  readonly remedies: Readonly<Record<string, RemedyExecutor>>;
  readonly random: () => number;
  /** Null where every artifact has to travel with its job. */
  readonly artifacts: ArtifactStore | null;
  readonly cancelled: Set<string>;
  /** Jobs whose last entry is being written outside of their turn; each resolves when that is done or has failed. */
  readonly ending: Map<string, Promise<void>>;
  /** Jobs that stand in line or run in this process. */
  readonly active: Set<string>;
  /** Jobs whose journal could not be written (a full disk), with how often in a row. */
  readonly stuck: Map<string, number>;
  readonly waits: Waits;
  readonly queue: WorkQueue;
}

/** One job at a time. */
export interface WorkQueue {
  /** The job whose turn it is. */
  running: string | null;
  stopped: boolean;
  tail: Promise<void>;
}

/** Before a stuck job is tried again: this × 2^n ± 20 %, at most the second. */
const STUCK_MS = 30_000;
const LONGEST_STUCK_MS = 600_000;

export const noFault: FaultPoint = () => undefined;

/** An undo needs none of them: what it puts back stands on the host. */
async function fetchMissing(
  { artifacts, archive }: Worker,
  { order, artifacts: brought }: AcceptedEntry,
  signal: AbortSignal,
): Promise<void> {
  const wanted = order.artifacts.filter((sha256) => !Object.hasOwn(brought, sha256));
  if (artifacts === null || wanted.length === 0 || order.mode === 'undo') return;
  const open = archive.journals().filter((journal) => finalOf(journal) === null);
  const needed = new Set(open.flatMap((journal) => acceptedOf(journal)?.order.artifacts ?? []));
  await artifacts.fetch(wanted, { needed, signal });
}

function jobRun(worker: Worker, journal: Journal): JobRun | null {
  const accepted = acceptedOf(journal);
  if (accepted === null) return null;
  const { options, archive } = worker;
  const { jobId } = journal;
  const storedArtifact = async (sha256: string) => (await worker.artifacts?.read(sha256)) ?? null;
  return {
    journal,
    accepted,
    events: createJobEvents(worker.source, journal),
    remedies: worker.remedies,
    fault: options.fault ?? noFault,
    log: options.log,
    random: worker.random,
    handshakes: options.handshakes ?? null,
    programs: options.programs ?? null,
    stuckTimes: worker.stuck.get(jobId) ?? 0,
    serverTime: options.serverTime,
    storedArtifact,
    fetchArtifacts: (signal) => fetchMissing(worker, accepted, signal),
    findJob: (other) => archive.find(other),
    cancelled: () =>
      worker.cancelled.has(jobId) || journal.entries.some((entry) => entry.kind === 'cancelAsked'),
    forbidden: async () =>
      isOwners(journal)
        ? null
        : notPermittedReason(
            await options.allowList(),
            workWith(accepted.order, await artifactsOf(accepted, { storedArtifact })),
          ),
    tellUndone: (undoes, proof) => tellUndone(worker, { undoes, by: journal }, proof),
    async beforeFinal() {
      try {
        await options.beforeFinal();
      } catch (error) {
        options.log('warn', 'the inventory could not be read again after a job', {
          jobId,
          reason: messageOf(error),
        });
      }
    },
  };
}

async function advance(worker: Worker, jobId: string): Promise<void> {
  const { archive, options, stuck } = worker;
  await worker.ending.get(jobId);
  const journal = stuck.has(jobId) ? await archive.reload(jobId) : archive.find(jobId);
  const run = journal === null ? null : jobRun(worker, journal);
  if (journal === null || run === null) return;
  await advanceJob(run);
  stuck.delete(jobId);
  const final = finalOf(journal);
  if (final === null) return;
  options.log('info', 'a job ended', { jobId, state: final.state, undone: final.undone });
  await prune(worker);
}

/**
 * Gives a job its turn. What escapes (a full disk under the journal) is logged, nothing further is touched, and the job is taken up
 * again after a while, when the server brings it again, or at the next start.
 */
export async function work(worker: Worker, jobId: string): Promise<void> {
  const { queue, options, stuck } = worker;
  if (queue.stopped) return;
  worker.active.add(jobId);
  queue.running = jobId;
  try {
    await advance(worker, jobId);
  } catch (error) {
    stuck.set(jobId, (stuck.get(jobId) ?? 0) + 1);
    options.log('error', 'a job could not be carried on and will be taken up again later', {
      jobId,
      reason: messageOf(error),
    });
  } finally {
    queue.running = null;
    worker.cancelled.delete(jobId);
    worker.active.delete(jobId);
  }
  waitForTurn(worker, jobId);
}

/** Puts a job in line. */
export function enqueue(worker: Worker, jobId: string): void {
  if (worker.active.has(jobId)) return;
  worker.waits.remove(jobId);
  worker.active.add(jobId);
  worker.queue.tail = worker.queue.tail.then(() => work(worker, jobId));
}

/** How long a job that waits may wait at most, milliseconds; null for one that does not. */
function longestWait(worker: Worker, journal: Journal): number | null {
  const times = worker.stuck.get(journal.jobId);
  const accepted = acceptedOf(journal);
  if (accepted === null || finalOf(journal) !== null) return null;
  if (times !== undefined)
    return Math.min(STUCK_MS * 2 ** (times - 1), LONGEST_STUCK_MS) * (0.8 + 0.4 * worker.random());
  const limits = limitsOf(accepted.order);
  const need = needOf(journal);
  if (need === 'bake') return limits.bakeMs;
  if (need === 'prove') return lastRound(attemptOf(journal))?.delayMs ?? 0;
  return need === 'retry' ? longestBackoff(limits, attemptOf(journal).count - 1) : null;
}

/** When the journal says that a job goes on, by server time; null where it says nothing. */
function nextAtOf(worker: Worker, journal: Journal): string | null {
  if (worker.stuck.has(journal.jobId) || needOf(journal) === 'prove') return null;
  const baking = eventIn(attemptOf(journal), 'baking');
  if (baking !== null) return baking.nextAt ?? null;
  const retrying = journal.entries.findLast(
    (entry) => entry.kind === 'event' && entry.event.state === 'retrying',
  );
  return retrying?.kind === 'event' ? (retrying.event.nextAt ?? null) : null;
}

/** Lets a job that is to go on later wait for its time; others have their turn meanwhile. */
export function waitForTurn(worker: Worker, jobId: string): void {
  const journal = worker.archive.find(jobId);
  const longestMs = journal === null ? null : longestWait(worker, journal);
  if (journal === null || longestMs === null || worker.active.has(jobId)) return;
  const nextAt = nextAtOf(worker, journal);
  worker.waits.add(jobId, {
    // Who sleeps reaches nobody: five minutes are five minutes awake.
    awake: needOf(journal) === 'prove',
    remaining: (waitedMs) =>
      remainingWait({ nextAt, longestMs, waitedMs, serverTime: worker.options.serverTime() }),
    due: () => {
      enqueue(worker, jobId);
    },
  });
}

/** `settleOnly`: only what was stopped in the middle of a change; what had not begun, and what waits, stays as it is. */
export interface RecoverOptions {
  readonly settleOnly?: boolean;
}

/** Ends what a stop or crash left open, one job after the other. */
export async function recoverAll(worker: Worker, { settleOnly = false }: RecoverOptions): Promise<void> {
  for (const { jobId, entries } of worker.archive.journals()) {
    const need = needOf({ entries });
    if (need === 'forget') await worker.archive.forget(jobId);
    else if (need === 'settle' || (need === 'begin' && !settleOnly)) await work(worker, jobId);
    else if (!settleOnly) waitForTurn(worker, jobId);
  }
}

/** Old journals that could not be removed are no reason to call a job unfinished. */
export async function prune(worker: Worker): Promise<void> {
  try {
    await worker.archive.prune(worker.source.now());
  } catch (error) {
    worker.options.log('warn', 'old journals could not be removed', { reason: messageOf(error) });
  }
}
