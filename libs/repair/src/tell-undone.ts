import type { JobEvidence, JobPlan } from '@trustfleet/protocol';
import { createJobEvents, type EventSource } from './job-events.ts';
import type { JobArchive } from './job-archive.ts';
import type { Journal } from './journal/journal.ts';
import { finalOf, isOwners, undoneBy } from './journal/progress.ts';
import type { Waits } from './waits.ts';

interface Teller {
  readonly archive: JobArchive;
  readonly source: EventSource;
  readonly waits: Waits;
}

/**
 * Marks a job as taken back by another. Of an undo that it did not order the server hears by a signed event on the job itself; a job
 * that still bakes ends with it. Safe to repeat.
 */
export async function tellUndone(
  { archive, source, waits }: Teller,
  { undoes, by }: { readonly undoes: string; readonly by: Journal },
  proof: { readonly plan: JobPlan | null; readonly after: JobEvidence },
): Promise<void> {
  const target = archive.find(undoes);
  if (target === null) return;
  const events = createJobEvents(source, target);
  const byOwner = isOwners(by);
  const detail = byOwner
    ? "The host's owner took this change back, on the host itself."
    : `Job ${by.jobId} took this change back.`;
  const content = { plan: proof.plan, after: proof.after, detail };
  if (undoneBy(target) === null) await events.noteUndone(by.jobId, byOwner ? content : null);
  if (finalOf(target) !== null) return;
  waits.remove(undoes);
  await events.finish('regressed', { ...content, undone: true });
}
