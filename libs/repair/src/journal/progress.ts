import type { JobEvent } from '@trustfleet/protocol';
import type { AcceptedEntry, JournalEntry } from './entries.ts';

/** What the functions here read: a {@link Journal}, or entries that were only read. */
export interface JournalContent {
  readonly entries: readonly JournalEntry[];
}

export const acceptedOf = (journal: JournalContent): AcceptedEntry | null =>
  journal.entries.find((entry) => entry.kind === 'accepted') ?? null;

const finalEntry = (journal: JournalContent): Extract<JournalEntry, { kind: 'final' }> | null =>
  journal.entries.find((entry) => entry.kind === 'final') ?? null;

export const finalOf = (journal: JournalContent): JobEvent | null => finalEntry(journal)?.event ?? null;

/** Asked for by the host's owner on the host itself. */
export const isOwners = (journal: JournalContent): boolean =>
  (acceptedOf(journal)?.origin ?? finalEntry(journal)?.origin) === 'owner';

/** Every event of the job, oldest first. */
export const eventsOf = (journal: JournalContent): JobEvent[] =>
  journal.entries.flatMap((entry) => {
    if (entry.kind === 'event' || entry.kind === 'final') return [entry.event];
    return entry.kind === 'undone' && entry.event !== null ? [entry.event] : [];
  });

/** Events that the server has not acknowledged, oldest first. */
export function pendingOf(journal: JournalContent): JobEvent[] {
  if (isOwners(journal)) return [];
  const known = new Set(
    journal.entries.flatMap((entry) => (entry.kind === 'acknowledged' ? entry.eventIds : [])),
  );
  return eventsOf(journal).filter((event) => !known.has(event.eventId));
}

/** One attempt: it ends where its failure was announced as `retrying`. */
export interface Attempt {
  /** Counted from 1, by this agent. */
  readonly count: number;
  /** As events name it: the job's own number for the first. */
  readonly number: number;
  /** What was written since it began. */
  readonly entries: readonly JournalEntry[];
}

const isRetry = (entry: JournalEntry): boolean => entry.kind === 'event' && entry.event.state === 'retrying';

/** The attempt that runs, or waits for its time. */
export function attemptOf(journal: JournalContent): Attempt {
  const { entries } = journal;
  const before = entries.filter(isRetry).length;
  const last = entries.findLastIndex(isRetry);
  const first = acceptedOf(journal)?.job.attempt ?? 1;
  return { count: before + 1, number: first + before, entries: entries.slice(last + 1) };
}

/** Inverses of the steps that the attempt began, oldest first. */
export const inversesOf = (attempt: Attempt): unknown[] =>
  attempt.entries.flatMap((entry) => (entry.kind === 'stepStarted' ? [entry.inverse] : []));

/** The last event of the attempt in that state. */
export const eventIn = (attempt: Attempt, state: JobEvent['state']): JobEvent | null =>
  attempt.entries
    .flatMap((entry) => (entry.kind === 'event' && entry.event.state === state ? [entry.event] : []))
    .at(-1) ?? null;

/** Was its change taken back by another job? */
export const undoneBy = (journal: JournalContent): string | null =>
  journal.entries.find((entry) => entry.kind === 'undone')?.by ?? null;

/** Did it leave something on the host that can be taken back? */
export function leftChange(journal: JournalContent): boolean {
  if (acceptedOf(journal)?.order.mode !== 'apply' || undoneBy(journal) !== null) return false;
  const ended = finalOf(journal) ?? eventIn(attemptOf(journal), 'baking');
  return ended !== null && ended.undone !== true && inversesOf(attemptOf(journal)).length > 0;
}
