import { join } from 'node:path';
import { z } from 'zod';
import type { JobEvent } from '@trustfleet/protocol';
import { ForeignJournalError, openJournal, type Journal } from './journal/journal.ts';
import { eventsOf, finalOf, leftChange, pendingOf } from './journal/progress.ts';
import type { DurableFiles, FaultPoint, RepairLog } from './ports.ts';

/** Finished and acknowledged jobs that stay on disk whatever they did, to answer a redelivery. */
const KEPT_JOBS = 200;
/** A job whose change can be taken back stays for 90 days, unless there are more of them, or they take more, than this. */
const KEPT_UNDOABLE = { days: 90, jobs: 2000, bytes: 64 * 1024 * 1024 } as const;
const DAY_MS = 86_400_000;

export interface ArchiveOptions {
  readonly files: DurableFiles;
  readonly stateDir: string;
  readonly fault: FaultPoint;
  readonly log: RepairLog;
}

/** Every job that this host holds, by id; also the outbox, since an event's place on disk is its job's journal. */
export interface JobArchive {
  journals(): readonly Journal[];
  find(jobId: string): Journal | null;
  /** Is there a journal of that job that this release cannot read? */
  isForeign(jobId: string): boolean;
  open(jobId: string): Promise<Journal>;
  /** Reads a job's journal from disk again, after a write to it failed. */
  reload(jobId: string): Promise<Journal>;
  forget(jobId: string): Promise<void>;
  /** Events that wait for the server, oldest first. */
  pending(): JobEvent[];
  /** Jobs that are not final, or whose events are not all acknowledged. */
  unsettled(): number;
  /** Puts the last event of a job back into line: the server asked about that job again. */
  sendAgain(journal: Journal): JobEvent | null;
  acknowledge(eventIds: readonly string[]): Promise<void>;
  /** Drops the oldest finished jobs past the bounds. */
  prune(now: Date): Promise<void>;
}

const isSettled = (journal: Journal): boolean => finalOf(journal) !== null && pendingOf(journal).length === 0;
const lastEvent = (journal: Journal): JobEvent | null => finalOf(journal) ?? eventsOf(journal).at(-1) ?? null;
const lastTime = (journal: Journal): string => lastEvent(journal)?.at ?? '';

async function acknowledgeIn(journal: Journal, eventIds: ReadonlySet<string>): Promise<void> {
  const known = pendingOf(journal)
    .map((event) => event.eventId)
    .filter((id) => eventIds.has(id));
  if (known.length > 0) await journal.append({ kind: 'acknowledged', eventIds: known });
}

/** Where journals stand below a state directory. */
export const journalDirectory = (stateDir: string): string => join(stateDir, 'journal');

/** Jobs past the bounds. A wall clock that jumps makes a change at most an ordinary job: the newest of those stay in any case. */
export function prunable(journals: readonly Journal[], now: Date): Journal[] {
  const settled = journals.filter(isSettled).sort((a, b) => lastTime(b).localeCompare(lastTime(a)));
  const oldest = new Date(now.getTime() - KEPT_UNDOABLE.days * DAY_MS).toISOString();
  const kept = { jobs: 0, bytes: 0 };
  const ordinary = settled.filter((journal) => {
    if (!leftChange(journal) || lastTime(journal) < oldest) return true;
    kept.jobs += 1;
    kept.bytes += journal.size();
    return kept.jobs > KEPT_UNDOABLE.jobs || kept.bytes > KEPT_UNDOABLE.bytes;
  });
  return ordinary.slice(KEPT_JOBS);
}

interface Held {
  readonly journals: Map<string, Journal>;
  readonly foreign: Set<string>;
}

async function readAll(options: ArchiveOptions, store: Parameters<typeof openJournal>[0]): Promise<Held> {
  const { files, log } = options;
  const held: Held = { journals: new Map(), foreign: new Set() };
  await files.makeDirectory(store.directory);
  for (const name of await files.list(store.directory)) {
    if (!z.uuid().safeParse(name).success) {
      log('warn', 'the journal directory holds something that is no job; it is left alone', { name });
      continue;
    }
    try {
      held.journals.set(name, await openJournal(store, name));
    } catch (error) {
      if (!(error instanceof ForeignJournalError)) throw error;
      log('error', 'a job cannot be read and is left alone', { jobId: name, reason: error.message });
      held.foreign.add(name);
    }
  }
  return held;
}

/** Reads all journals of the state directory. */
export async function openArchive(options: ArchiveOptions): Promise<JobArchive> {
  const directory = journalDirectory(options.stateDir);
  const store = { files: options.files, directory, fault: options.fault, log: options.log };
  const { journals, foreign } = await readAll(options, store);
  const again = new Map<string, JobEvent>();
  const reopen = async (jobId: string): Promise<Journal> => {
    const journal = await openJournal(store, jobId);
    journals.set(jobId, journal);
    return journal;
  };
  const archive: JobArchive = {
    journals: () => [...journals.values()],
    find: (jobId) => journals.get(jobId) ?? null,
    isForeign: (jobId) => foreign.has(jobId),
    open: async (jobId) => journals.get(jobId) ?? reopen(jobId),
    reload: reopen,
    async forget(jobId) {
      journals.delete(jobId);
      await options.files.removeDirectory(join(directory, jobId));
    },
    pending() {
      const waiting = [...journals.values()].flatMap(pendingOf);
      const ids = new Set(waiting.map((event) => event.eventId));
      const repeated = [...again.values()].filter((event) => !ids.has(event.eventId));
      return [...waiting, ...repeated].sort((a, b) => a.at.localeCompare(b.at) || a.index - b.index);
    },
    unsettled: () => archive.journals().filter((journal) => !isSettled(journal)).length,
    sendAgain(journal) {
      const event = lastEvent(journal);
      if (event !== null) again.set(event.eventId, event);
      return event;
    },
    async acknowledge(eventIds) {
      const ids = new Set(eventIds);
      for (const id of ids) again.delete(id);
      for (const journal of journals.values()) {
        try {
          await acknowledgeIn(journal, ids);
        } catch (error) {
          // Nothing is added to a journal after a failed write until it is read again. One that is not final belongs to its run.
          if (finalOf(journal) !== null) await reopen(journal.jobId);
          throw error;
        }
      }
    },
    async prune(now) {
      for (const { jobId } of prunable(archive.journals(), now)) await archive.forget(jobId);
    },
  };
  return archive;
}
