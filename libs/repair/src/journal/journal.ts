import { join } from 'node:path';
import type { JobEvent } from '@trustfleet/protocol';
import type { DurableFiles, FaultPoint, RepairLog } from '../ports.ts';
import { journalEntry, type AcceptedEntry, type JournalEntry } from './entries.ts';

const FILE_NAME = 'journal.jsonl';

/** The write-ahead journal of one job: `<stateDir>/journal/<jobId>/journal.jsonl`, one JSON entry a line. */
export interface Journal {
  readonly jobId: string;
  readonly entries: readonly JournalEntry[];
  /** Returns when the entry is on disk. */
  append(entry: JournalEntry): Promise<void>;
}

interface JournalStore {
  readonly files: DurableFiles;
  readonly directory: string;
  readonly fault: FaultPoint;
  readonly log: RepairLog;
}

const encode = (entries: readonly JournalEntry[]): Uint8Array =>
  Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), 'utf8');

/** An entry's line, or null for one that was torn by a crash or altered. */
function decodeLine(line: string): JournalEntry | null {
  try {
    const parsed = journalEntry.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/**
 * Reads entries up to the first that is not whole. A torn last line is what a crash leaves: it announced a step that
 * never began, so nothing is lost with it.
 */
function decode(bytes: Uint8Array): { entries: JournalEntry[]; whole: boolean } {
  const lines = Buffer.from(bytes).toString('utf8').split('\n');
  const ended = lines.pop() === '';
  const entries: JournalEntry[] = [];
  for (const line of lines) {
    const entry = decodeLine(line);
    if (entry === null) return { entries, whole: false };
    entries.push(entry);
  }
  return { entries, whole: ended };
}

/** Opens (or begins) the journal of `jobId`; a torn tail is cut off before anything is added. */
export async function openJournal(store: JournalStore, jobId: string): Promise<Journal> {
  const { files, fault } = store;
  const directory = join(store.directory, jobId);
  const path = join(directory, FILE_NAME);
  await files.makeDirectory(directory);
  const bytes = await files.read(path);
  const { entries, whole } = bytes === null ? { entries: [], whole: true } : decode(bytes);
  if (!whole) {
    store.log('warn', 'the journal of a job ended in a torn entry, which was dropped', {
      jobId,
      entries: entries.length,
    });
    await files.replace(path, encode(entries));
  }
  let broken = false;
  return {
    jobId,
    entries,
    async append(entry) {
      if (broken) throw new Error(`${path} could not be written before and has to be read again first.`);
      await fault(`before:${entry.kind}`);
      try {
        await files.append(path, encode([entry]));
      } catch (error) {
        // Part of the line may be there: nothing may follow it.
        broken = true;
        throw error;
      }
      entries.push(entry);
      await fault(`after:${entry.kind}`);
    },
  };
}

export const acceptedOf = (journal: Journal): AcceptedEntry | null =>
  journal.entries.find((entry) => entry.kind === 'accepted') ?? null;

/** Every event of the job, oldest first. */
export const eventsOf = (journal: Journal): JobEvent[] =>
  journal.entries.flatMap((entry) => (entry.kind === 'event' || entry.kind === 'final' ? [entry.event] : []));

export const finalOf = (journal: Journal): JobEvent | null =>
  journal.entries.find((entry) => entry.kind === 'final')?.event ?? null;

/** Events that the server has not acknowledged, oldest first. */
export function pendingOf(journal: Journal): JobEvent[] {
  const known = new Set(
    journal.entries.flatMap((entry) => (entry.kind === 'acknowledged' ? entry.eventIds : [])),
  );
  return eventsOf(journal).filter((event) => !known.has(event.eventId));
}
