import type { CancelledJobs, JobScope, UndoTarget } from '@trustfleet/database';
import { ApiProblem } from '../../http/api-problem.ts';

const CHANGING =
  'The host is changing, or proves what it changed: nobody ends that from outside. Wait for its result; then undo it.';
const OVER = 'It has ended already: there is nothing left to cancel.';

/** 409 where a cancel reaches no job; null where it does, or where everything was cancelled before. */
export function notCancellable(scope: JobScope, cancelled: CancelledJobs): ApiProblem | null {
  const { ended, asked, finishing, over } = cancelled;
  if (ended.jobs.length + asked.length > 0 || over.includes('cancelled')) return null;
  const some = 'orderId' in scope ? 'No job of this order can be cancelled. ' : '';
  return new ApiProblem({
    status: 409,
    code: 'notCancellable',
    message: some + (finishing > 0 ? CHANGING : OVER),
  });
}

/** 409 that says why an undo finds no job. */
export function nothingToUndo(found: readonly UndoTarget[]): ApiProblem {
  const standings = new Set(found.map(({ standing }) => standing));
  if (standings.has('underway')) {
    return new ApiProblem({
      status: 409,
      code: 'undoUnderway',
      message: 'An undo of this is on its way already: look at its jobs.',
    });
  }
  if (standings.has('done')) {
    return new ApiProblem({
      status: 409,
      code: 'alreadyUndone',
      message: 'This was undone already. Order it again if it is wanted after all.',
    });
  }
  return new ApiProblem({
    status: 409,
    code: 'nothingToUndo',
    message: 'No job of this changed its host in a way that is still there and can be reached.',
  });
}
