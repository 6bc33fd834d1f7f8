import { join } from 'node:path';
import { messageOf } from '../detail.ts';
import type { DurableFiles, FaultPoint, RepairLog } from '../ports.ts';
import { journalEntry, type JournalEntry } from './entries.ts';

const FILE_NAME = 'journal.jsonl';

/** The write-ahead journal of one job: `<stateDir>/journal/<jobId>/journal.jsonl`, one JSON entry a line. */
export interface Journal {
  readonly jobId: string;
  readonly entries: readonly JournalEntry[];
  /** What it takes on disk, bytes. */
  size(): number;
  /** Returns when the entry is on disk. Entries follow one another in the order of the calls. */
  append(entry: JournalEntry): Promise<void>;
}

/** A journal of a newer release, or damaged in its middle: it is left alone, and its job is neither run nor answered. */
export class ForeignJournalError extends Error {
  override readonly name = 'ForeignJournalError';
}

export interface JournalStore {
  readonly files: DurableFiles;
  readonly directory: string;
  readonly fault: FaultPoint;
  readonly log: RepairLog;
}

const encode = (entries: readonly JournalEntry[]): Uint8Array =>
  Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), 'utf8');

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Reads entries up to the first that is not whole. A torn last line is what a crash leaves: it announced a step that
 * never began, so nothing is lost with it. A whole line that is not understood is no crash's work.
 */
function decode(bytes: Uint8Array, path: string): { entries: JournalEntry[]; whole: boolean } {
  const lines = Buffer.from(bytes).toString('utf8').split('\n');
  const ended = lines.pop() === '';
  const entries: JournalEntry[] = [];
  for (const [index, line] of lines.entries()) {
    const value = parseLine(line);
    if (value === undefined) {
      if (index < lines.length - 1 && lines.slice(index + 1).some((later) => parseLine(later) !== undefined))
        throw new ForeignJournalError(`${path} is damaged in line ${index + 1}, before its end`);
      return { entries, whole: false };
    }
    const parsed = journalEntry.safeParse(value);
    if (!parsed.success)
      throw new ForeignJournalError(
        `${path} holds in line ${index + 1} what this release does not know; a newer one wrote it`,
      );
    entries.push(parsed.data);
  }
  return { entries, whole: ended };
}

/** Entries of a job without touching its file; null when there is none. Throws {@link ForeignJournalError}. */
export async function readJournal(
  store: { readonly files: Pick<DurableFiles, 'read'>; readonly directory: string },
  jobId: string,
): Promise<readonly JournalEntry[] | null> {
  const path = join(store.directory, jobId, FILE_NAME);
  const bytes = await store.files.read(path);
  return bytes === null ? null : decode(bytes, path).entries;
}

/** Drops a torn tail; false when that was not possible (a full disk), and then nothing may be added either. */
async function cutTail(
  store: JournalStore,
  path: string,
  entries: readonly JournalEntry[],
): Promise<boolean> {
  try {
    await store.files.replace(path, encode(entries));
    store.log('warn', 'the journal of a job ended in a torn entry, which was dropped', {
      path,
      entries: entries.length,
    });
    return true;
  } catch (error) {
    store.log('error', 'a torn entry could not be cut off a journal; its job waits', {
      path,
      reason: messageOf(error),
    });
    return false;
  }
}

/** Opens (or begins) the journal of `jobId`; a torn tail is cut off before anything is added. Throws {@link ForeignJournalError}. */
export async function openJournal(store: JournalStore, jobId: string): Promise<Journal> {
  const { files, fault } = store;
  const directory = join(store.directory, jobId);
  const path = join(directory, FILE_NAME);
  await files.makeDirectory(directory);
  const bytes = await files.read(path);
  const { entries, whole } = bytes === null ? { entries: [], whole: true } : decode(bytes, path);
  let broken = !whole && !(await cutTail(store, path, entries));
  let size = encode(entries).length;
  let last: Promise<void> = Promise.resolve();
  const add = async (entry: JournalEntry): Promise<void> => {
    if (broken) throw new Error(`${path} could not be written before and has to be read again first.`);
    await fault(`before:${entry.kind}`);
    const line = encode([entry]);
    try {
      await files.append(path, line);
    } catch (error) {
      // Part of the line may be there: nothing may follow it.
      broken = true;
      throw error;
    }
    size += line.length;
    entries.push(entry);
    await fault(`after:${entry.kind}`);
  };
  return {
    jobId,
    entries,
    size: () => size,
    append(entry) {
      // An acknowledgement may come while the job itself writes: half a line of one must never meet the other.
      const added = last.then(() => add(entry));
      // Whoever calls hears of the failure; here it only ends the turn.
      last = added.catch(() => undefined);
      return added;
    },
  };
}
