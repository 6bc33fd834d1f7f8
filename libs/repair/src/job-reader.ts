import { z } from 'zod';
import type { JobEvent } from '@trustfleet/protocol';
import { messageOf } from './detail.ts';
import { journalDirectory } from './job-archive.ts';
import { ForeignJournalError, readJournal } from './journal/journal.ts';
import {
  acceptedOf,
  attemptOf,
  eventIn,
  eventsOf,
  finalOf,
  isOwners,
  leftChange,
  type JournalContent,
} from './journal/progress.ts';
import type { DurableFiles } from './ports.ts';
import type { RemedyExecutor, RemedyPlan, RemedyRefusal } from './remedy.ts';
import { openRemedy } from './opened-remedy.ts';
import { undoTarget } from './undo-target.ts';

/** A job of this host whose change can be taken back. */
export interface UndoableJob {
  readonly jobId: string;
  readonly remedy: string;
  /** Why it was ordered, in the words of whoever ordered it. */
  readonly reason: string;
  /** How it ended, or `baking`. */
  readonly state: JobEvent['state'];
  /** When it did, by this host's clock. */
  readonly at: string;
}

/** What a job's journal tells somebody who only looks. */
export interface JobReading {
  readonly events: readonly JobEvent[];
  /** The last one, once the job has ended. */
  readonly final: JobEvent | null;
}

/**
 * Looks at the journals of a state directory without writing there, so also beside a running agent. Every call reads anew. A journal
 * that cannot be read is no job here.
 */
export interface JobReader {
  /** Latest first. */
  undoable(): Promise<UndoableJob[]>;
  /** Ids of every job whose id begins so. */
  find(prefix: string): Promise<string[]>;
  /** Null when there is no such journal (yet). */
  read(jobId: string): Promise<JobReading | null>;
  /** What the owner's undo of that job would do now; the state in which it would end where it would do nothing. */
  planUndo(jobId: string): Promise<RemedyPlan | RemedyRefusal>;
}

export interface JobReaderOptions {
  readonly files: Pick<DurableFiles, 'read' | 'list'>;
  readonly stateDir: string;
  readonly remedies: readonly RemedyExecutor[];
}

function describe(jobId: string, journal: JournalContent): UndoableJob[] {
  const accepted = acceptedOf(journal);
  const ended = finalOf(journal) ?? eventIn(attemptOf(journal), 'baking');
  if (accepted === null || ended === null || !leftChange(journal)) return [];
  const { remedy, reason } = accepted.order;
  return [{ jobId, remedy, reason, state: ended.state, at: ended.at }];
}

export function createJobReader({ files, stateDir, remedies }: JobReaderOptions): JobReader {
  const directory = journalDirectory(stateDir);
  const readOne = async (jobId: string): Promise<JournalContent | null> => {
    try {
      // readJournal asks for no more than reading.
      const entries = await readJournal({ files, directory }, jobId);
      return entries === null ? null : { entries };
    } catch (error) {
      if (error instanceof ForeignJournalError) return null;
      throw error;
    }
  };
  const ids = async (): Promise<string[]> =>
    (await files.list(directory)).filter((name) => z.uuid().safeParse(name).success);
  return {
    async undoable() {
      const found: UndoableJob[] = [];
      for (const jobId of await ids())
        found.push(...describe(jobId, (await readOne(jobId)) ?? { entries: [] }));
      return found.sort((a, b) => b.at.localeCompare(a.at));
    },
    async find(prefix) {
      const found: string[] = [];
      for (const jobId of (await ids()).filter((id) => id.startsWith(prefix))) {
        const journal = await readOne(jobId);
        if (journal !== null && !isOwners(journal)) found.push(jobId);
      }
      return found;
    },
    async read(jobId) {
      const journal = await readOne(jobId);
      return journal === null ? null : { events: eventsOf(journal), final: finalOf(journal) };
    },
    async planUndo(jobId) {
      const journal = await readOne(jobId);
      const target = undoTarget(journal, jobId, { order: null, by: null });
      if ('state' in target) return target;
      const { accepted } = target;
      const byName = Object.fromEntries(remedies.map((remedy) => [remedy.name, remedy]));
      const opened = await openRemedy({
        accepted: {
          ...accepted,
          order: { ...accepted.order, mode: 'undo' },
          job: { ...accepted.job, undoes: jobId },
        },
        remedies: byName,
        findJob: () => journal,
      });
      if ('state' in opened) return opened;
      try {
        return await opened.plan();
      } catch (error) {
        return { state: 'failed', detail: `The plan could not be made: ${messageOf(error)}` };
      }
    },
  };
}
