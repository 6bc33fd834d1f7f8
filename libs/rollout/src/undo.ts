import type { JobState } from '@trustfleet/protocol';
import { isFinal, isOpen } from './job-states.ts';
import type { JobProgress, JobStep, UndoFacts, UndoStanding } from './types.ts';

/** Ends after which the change is gone from the host: it was taken back, or was not there any more. */
const TAKEN_BACK: ReadonlySet<JobState> = new Set<JobState>(['verified', 'alreadyCompliant']);

/** What the host's owner took back on the host itself comes as a word on the job after its end (libs/repair `noteUndone`). */
const BY_OWNER = 'undoneByOwner';

/**
 * Can an undo take back what this job did? Only a job of mode `apply` is undone: whoever regrets an undo applies again. `lost`: the host
 * fell silent after it had accepted, so it may have changed; an undo of nothing does no harm, since the agent takes back by its journal.
 */
export function undoStanding(facts: UndoFacts): UndoStanding {
  if (facts.mode !== 'apply' || !mayHaveChanged(facts)) return 'nothing';
  if (facts.undoStates.some(isOpen)) return 'underway';
  if (facts.undone === true || facts.undoStates.some((state) => TAKEN_BACK.has(state))) return 'done';
  // The host has looked into its journal: there is nothing of this job to take back.
  return facts.undoStates.includes('notApplicable') ? 'nothing' : 'possible';
}

function mayHaveChanged({ state, undone, plannedChanges }: UndoFacts): boolean {
  switch (state) {
    case 'verified':
    case 'lost':
      return true;
    case 'appliedNotVerified':
    case 'regressed':
      return undone !== true && plannedChanges !== 0;
    case 'failed':
    case 'timedOut':
      // It undoes by itself; without a word about that it failed before its first change.
      return undone === false;
    default:
      return false;
  }
}

/** Is this, said of a job that has its final state, the word that its change is gone? It changes no state (rollouts.md). */
export function saysUndone(
  job: Pick<JobProgress, 'state'>,
  event: JobStep & { readonly step: string | null; readonly undone: boolean | null },
): boolean {
  return isFinal(job.state) && event.signed && event.step === BY_OWNER && event.undone === true;
}
