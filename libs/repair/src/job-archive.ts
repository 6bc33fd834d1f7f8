import { join } from 'node:path';
import { z } from 'zod';
import type { JobEvent } from '@trustfleet/protocol';
import { eventsOf, finalOf, openJournal, pendingOf, type Journal } from './journal/journal.ts';
import type { DurableFiles, FaultPoint, RepairLog } from './ports.ts';

/** Finished and acknowledged jobs that stay on disk, to answer a redelivery. */
const KEPT_JOBS = 200;

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
  /** Drops the oldest finished jobs past the bound. */
  prune(): Promise<void>;
}

const isSettled = (journal: Journal): boolean => finalOf(journal) !== null && pendingOf(journal).length === 0;
const lastEvent = (journal: Journal): JobEvent | null => eventsOf(journal).at(-1) ?? null;
const lastTime = (journal: Journal): string => lastEvent(journal)?.at ?? '';

async function acknowledgeIn(journal: Journal, eventIds: ReadonlySet<string>): Promise<void> {
  const known = pendingOf(journal)
    .map((event) => event.eventId)
    .filter((id) => eventIds.has(id));
  if (known.length > 0) await journal.append({ kind: 'acknowledged', eventIds: known });
}

/** Reads all journals of the state directory. */
export async function openArchive(options: ArchiveOptions): Promise<JobArchive> {
  const { files, log } = options;
  const directory = join(options.stateDir, 'journal');
  const store = { files, directory, fault: options.fault, log };
  const journals = new Map<string, Journal>();
  const again = new Map<string, JobEvent>();
  await files.makeDirectory(directory);
  for (const name of await files.list(directory)) {
    if (z.uuid().safeParse(name).success) journals.set(name, await openJournal(store, name));
    else log('warn', 'the journal directory holds something that is no job; it is left alone', { name });
  }
  const archive: JobArchive = {
    journals: () => [...journals.values()],
    find: (jobId) => journals.get(jobId) ?? null,
    async open(jobId) {
      const journal = journals.get(jobId) ?? (await openJournal(store, jobId));
      journals.set(jobId, journal);
      return journal;
    },
    async reload(jobId) {
      const journal = await openJournal(store, jobId);
      journals.set(jobId, journal);
      return journal;
    },
    async forget(jobId) {
      journals.delete(jobId);
      await files.removeDirectory(join(directory, jobId));
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
      for (const journal of journals.values()) await acknowledgeIn(journal, ids);
    },
    async prune() {
      const settled = archive
        .journals()
        .filter(isSettled)
        .sort((a, b) => lastTime(a).localeCompare(lastTime(b)));
      for (const journal of settled.slice(0, Math.max(0, settled.length - KEPT_JOBS)))
        await archive.forget(journal.jobId);
    },
  };
  return archive;
}
