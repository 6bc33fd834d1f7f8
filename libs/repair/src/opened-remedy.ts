import { messageOf } from './detail.ts';
import type { AcceptedEntry } from './journal/entries.ts';
import type { JournalContent } from './journal/progress.ts';
import type { DoneWork, OpenedRemedy, RemedyCheck, RemedyExecutor, RemedyRefusal } from './remedy.ts';
import { undoTarget } from './undo-target.ts';

export interface OpenableJob {
  readonly accepted: AcceptedEntry;
  readonly remedies: Readonly<Record<string, RemedyExecutor>>;
  /** Another job of this host's archive. */
  findJob(jobId: string): JournalContent | null;
  /** Proved bytes of an artifact that did not travel with the job's message; null where they are not here. */
  storedArtifact?(sha256: string): Promise<Uint8Array | null>;
}

/** Every artifact of an accepted job that is at hand, by SHA-256: out of its journal, else fetched. */
export async function artifactsOf(
  { order, artifacts }: Pick<AcceptedEntry, 'order' | 'artifacts'>,
  { storedArtifact }: Pick<OpenableJob, 'storedArtifact'>,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const bytes = new Map<string, Uint8Array>(
    Object.entries(artifacts).map(([digest, base64]) => [
      digest,
      new Uint8Array(Buffer.from(base64, 'base64')),
    ]),
  );
  for (const digest of order.artifacts) {
    const stored = bytes.has(digest) ? null : await storedArtifact?.(digest);
    if (stored) bytes.set(digest, stored);
  }
  return bytes;
}

async function openAccepted(
  accepted: AcceptedEntry,
  run: Pick<OpenableJob, 'remedies' | 'storedArtifact'>,
): Promise<OpenedRemedy | RemedyRefusal> {
  const { order } = accepted;
  const { remedies } = run;
  const remedy = Object.hasOwn(remedies, order.remedy) ? remedies[order.remedy] : undefined;
  if (!remedy)
    return { state: 'incompatible', detail: `This agent does not know the remedy ${order.remedy}.` };
  return remedy.open(order, await artifactsOf(accepted, run));
}

/** Opens what an accepted job sets out to do; its checks passed when it was accepted. An undo is the earlier job, reversed. */
export async function openRemedy(run: OpenableJob): Promise<OpenedRemedy | RemedyRefusal> {
  const { order, job } = run.accepted;
  if (order.mode !== 'undo') return openAccepted(run.accepted, run);
  if (job.undoes === undefined)
    return { state: 'incompatible', detail: 'The order is to undo, and the job does not say which job.' };
  const target = undoTarget(run.findJob(job.undoes), job.undoes, { order, by: job.jobId });
  if ('state' in target) return target;
  const { accepted } = target;
  const opened = await openAccepted({ ...accepted, order: { ...accepted.order, mode: 'undo' } }, run);
  return 'state' in opened ? opened : reversed(opened, target);
}

/** A journal of which this release cannot open a part ends its undo: the next try would find the same. */
function reversed(opened: OpenedRemedy, target: DoneWork): OpenedRemedy | RemedyRefusal {
  try {
    return opened.reverse(target);
  } catch (error) {
    return { state: 'failed', detail: `What that job did cannot be taken back: ${messageOf(error)}` };
  }
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
