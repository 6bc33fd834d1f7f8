import { messageOf } from './detail.ts';
import type { AcceptedEntry } from './journal/entries.ts';
import type { OpenedRemedy, RemedyCheck, RemedyExecutor, RemedyRefusal } from './remedy.ts';

export interface OpenableJob {
  readonly accepted: AcceptedEntry;
  readonly remedies: Readonly<Record<string, RemedyExecutor>>;
}

/** Opens the remedy of an accepted job; its checks passed when the job was accepted. */
export function openRemedy(run: OpenableJob): OpenedRemedy | RemedyRefusal {
  const { order, artifacts } = run.accepted;
  const remedy = Object.hasOwn(run.remedies, order.remedy) ? run.remedies[order.remedy] : undefined;
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
