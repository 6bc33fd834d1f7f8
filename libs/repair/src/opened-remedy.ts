import { messageOf } from './detail.ts';
import type { AcceptedEntry } from './journal/entries.ts';
import type { JournalContent } from './journal/progress.ts';
import type { OpenedRemedy, RemedyCheck, RemedyExecutor, RemedyRefusal } from './remedy.ts';
import { undoTarget } from './undo-target.ts';

export interface OpenableJob {
  readonly accepted: AcceptedEntry;
  readonly remedies: Readonly<Record<string, RemedyExecutor>>;
  /** Another job of this host's archive. */
  findJob(jobId: string): JournalContent | null;
}

function openAccepted(
  { order, artifacts }: AcceptedEntry,
  remedies: OpenableJob['remedies'],
): OpenedRemedy | RemedyRefusal {
  const remedy = Object.hasOwn(remedies, order.remedy) ? remedies[order.remedy] : undefined;
  if (!remedy)
    return { state: 'incompatible', detail: `This agent does not know the remedy ${order.remedy}.` };
  const bytes = new Map(
    Object.entries(artifacts).map(([digest, base64]) => [
      digest,
      new Uint8Array(Buffer.from(base64, 'base64')),
    ]),
  );
  return remedy.open(order, bytes);
}

/** Opens what an accepted job sets out to do; its checks passed when it was accepted. An undo is the earlier job, reversed. */
export function openRemedy(run: OpenableJob): OpenedRemedy | RemedyRefusal {
  const { order, job } = run.accepted;
  if (order.mode !== 'undo') return openAccepted(run.accepted, run.remedies);
  if (job.undoes === undefined)
    return { state: 'incompatible', detail: 'The order is to undo, and the job does not say which job.' };
  const target = undoTarget(run.findJob(job.undoes), job.undoes, { order, by: job.jobId });
  if ('state' in target) return target;
  const opened = openAccepted(target.accepted, run.remedies);
  return 'state' in opened ? opened : opened.reverse(target);
}

/** Runs a check, and gives one that threw as inconclusive. */
export async function checkSafely(
  remedy: OpenedRemedy,
  how: 'here' | 'readBack',
  signal: AbortSignal,
): Promise<RemedyCheck> {
  try {
    return await remedy.check(how, signal);
  } catch (error) {
    return { holds: null, detail: `The check could not be made: ${messageOf(error)}`, evidence: null };
  }
}
