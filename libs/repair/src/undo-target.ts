import type { Order } from '@trustfleet/protocol';
import { sha256OfJson } from '@trustfleet/signing';
import type { AcceptedEntry } from './journal/entries.ts';
import {
  acceptedOf,
  attemptOf,
  eventIn,
  finalOf,
  inversesOf,
  undoneBy,
  type JournalContent,
} from './journal/progress.ts';
import type { DoneWork, RemedyRefusal } from './remedy.ts';

/** A job of this host's archive that can be taken back. */
export interface UndoTarget extends DoneWork {
  readonly accepted: AcceptedEntry;
}

type Work = Pick<Order, 'remedy' | 'parameters'>;

const nothing = (detail: string): RemedyRefusal => ({ state: 'notApplicable', detail });

/** Why there is nothing of that job to take back; null when there is. */
function whyNothing(journal: JournalContent, jobId: string): string | null {
  const accepted = acceptedOf(journal);
  if (accepted === null) return `Job ${jobId} was turned down by this host, so it changed nothing here.`;
  if (accepted.order.mode === 'undo')
    return `Job ${jobId} took another job back. To have that change again, order its remedy again.`;
  if (undoneBy(journal) === null) return whyNotLeft(journal, jobId);
  return null;
}

function whyNotLeft(journal: JournalContent, jobId: string): string | null {
  const final = finalOf(journal);
  if (final === null && eventIn(attemptOf(journal), 'baking') === null)
    return `Job ${jobId} has not come to an end here, and so far it left no change. Cancel it instead.`;
  if (final?.undone === true) return `Job ${jobId} took its own change back (it ended as ${final.state}).`;
  if (inversesOf(attemptOf(journal)).length === 0)
    return `Job ${jobId} changed nothing here${final === null ? '' : ` (it ended as ${final.state})`}.`;
  return null;
}

/**
 * What job `jobId` did, by its journal. `notApplicable` where it changed nothing on this host or its journal is gone, and the detail
 * says which; `alreadyCompliant` where another job took it back. An order may only undo what it names: another remedy, or other parameters, is `refused`, or the signature of an
 * approver over one certificate would serve to take away another. `asked.by` is the job that undoes: its own mark is no hindrance.
 */
export function undoTarget(
  journal: JournalContent | null,
  jobId: string,
  asked: { readonly order: Work | null; readonly by: string | null },
): UndoTarget | RemedyRefusal {
  if (journal === null) {
    return nothing(
      `The journal of job ${jobId} is not on this host (any more), so what it did is not known. Journals of changes are kept for 90 days at least, unless there are very many.`,
    );
  }
  const by = undoneBy(journal);
  if (by !== null && by !== asked.by) {
    const detail = `What job ${jobId} changed here was taken back already, by job ${by}.`;
    return { state: 'alreadyCompliant', detail };
  }
  const why = whyNothing(journal, jobId);
  const accepted = acceptedOf(journal);
  if (why !== null || accepted === null) return nothing(why ?? `Job ${jobId} changed nothing here.`);
  if (asked.order === null || isSameWork(asked.order, accepted.order)) return doneWork(journal, accepted);
  return {
    state: 'refused',
    detail: `The order is to undo ${asked.order.remedy}, but job ${jobId} was for ${accepted.order.remedy} or had other parameters.`,
  };
}

function doneWork(journal: JournalContent, accepted: AcceptedEntry): UndoTarget {
  const attempt = attemptOf(journal);
  const before = attempt.entries.find((entry) => entry.kind === 'beforeEvidence')?.evidence ?? null;
  return { accepted, inverses: inversesOf(attempt), before };
}

const isSameWork = (one: Work, other: Work): boolean =>
  one.remedy === other.remedy && sha256OfJson(one.parameters) === sha256OfJson(other.parameters);
