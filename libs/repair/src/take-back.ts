import type { JobEvidence, VerdictChange } from '@trustfleet/protocol';
import { fitDetail, messageOf } from './detail.ts';
import { failAttempt } from './end-attempt.ts';
import type { JobRun, Measured } from './job-run.ts';
import { attemptOf, inversesOf } from './journal/progress.ts';
import { checkSafely } from './opened-remedy.ts';
import { sameEvidence } from './same-evidence.ts';
import { StepRefusedError, type OpenedRemedy, type RemedyCheck, type UndoStep } from './remedy.ts';

/** Longest that going back may take; apart from the job's own clock, which may be the reason for going back. */
const UNDO_LIMIT_MS = 180_000;

export interface TakeBackReason extends Measured {
  /** For a person: what went wrong. */
  readonly reason: string;
  readonly timedOut: boolean;
  /** What real handshakes found, where they are the reason. */
  readonly proof?: readonly VerdictChange[] | undefined;
}

/** A full disk or a tool that fails may be gone in a while: so often it is tried again, with the pauses of a stuck job. */
const MORE_TRIES = 4;

interface Hindrance {
  /** Null where the steps themselves could not be told from the journal. */
  readonly step: UndoStep | null;
  readonly detail: string;
  /** Trying again may help. */
  readonly passing: boolean;
}

/** A part that cannot be opened now may be in a while (its tool, its settings); it is no reason to try for ever. */
function stepsBack(remedy: OpenedRemedy, inverses: readonly unknown[]): readonly UndoStep[] | Hindrance {
  try {
    return remedy.undo(inverses);
  } catch (error) {
    return { step: null, detail: messageOf(error), passing: true };
  }
}

/** Runs every step back, each announced in the journal; what hindered it, or null. */
async function runUndoSteps(
  run: JobRun,
  remedy: OpenedRemedy,
  context: { inverses: readonly unknown[]; reason: string; signal: AbortSignal },
): Promise<Hindrance | null> {
  const steps = stepsBack(remedy, context.inverses);
  if ('detail' in steps) return steps;
  for (const step of steps) {
    await run.journal.append({ kind: 'undoStarted', step: step.name, reason: fitDetail(context.reason) });
    await run.fault(`before:${step.name}`);
    try {
      await step.run(context.signal);
    } catch (error) {
      return { step, detail: messageOf(error), passing: !(error instanceof StepRefusedError) };
    }
    await run.fault(`after:${step.name}`);
    await run.journal.append({ kind: 'undoDone', step: step.name });
  }
  return null;
}

/**
 * Why the host is not as before; null when it is. The check decides, not the steps: a tool that failed over a full disk made nothing
 * new, and one that ended well may have left the change where it was.
 */
function whyNotAsBefore(
  hindrance: Hindrance | null,
  check: RemedyCheck,
  before: JobEvidence | null,
): string | null {
  const same = sameEvidence(before, check.evidence);
  if (hindrance !== null) return hindrance.step?.derives === true && same ? null : hindrance.detail;
  if (check.holds === true && !same) return 'Every step was taken back, and the change is still there.';
  return null;
}

/** Nothing began, so nothing has to be taken back. */
async function endUntouched(run: JobRun, why: TakeBackReason): Promise<void> {
  const content = { plan: why.plan, before: why.before, undone: true as const };
  const detail = `${why.reason} Nothing had been changed.`;
  if (why.timedOut) return run.events.finish('timedOut', { ...content, detail });
  return failAttempt(run, { ...content, detail });
}

/**
 * Takes an attempt back by the inverse of every step that began. `failed` (or `timedOut`, or `retrying`) with `undone: true` when the
 * host is as before; `appliedNotVerified` with `undone: false` when something hinders it for good. Throws where that may pass: the job
 * is taken up again after a while, and goes on here. The decision stands in the journal first: an
 * agent that is stopped on the way goes on with it, and a job that ran out of time stays one.
 */
export async function takeBack(run: JobRun, remedy: OpenedRemedy, why: TakeBackReason): Promise<void> {
  const attempt = attemptOf(run.journal);
  const inverses = inversesOf(attempt);
  if (inverses.length === 0) return endUntouched(run, why);
  run.log('warn', 'a change is taken back', { jobId: run.journal.jobId, reason: why.reason });
  const { reason, timedOut, plan, before, proof } = why;
  if (!attempt.entries.some((entry) => entry.kind === 'takingBack'))
    await run.journal.append({
      ...{ kind: 'takingBack', reason: fitDetail(reason), timedOut },
      ...(proof === undefined ? {} : { proof: [...proof] }),
    });
  await run.events.emit('applying', { step: 'undo', detail: reason, plan });
  const signal = AbortSignal.timeout(UNDO_LIMIT_MS);
  const hindrance = await runUndoSteps(run, remedy, { inverses, reason, signal });
  const check = await checkSafely(remedy, 'readBack', signal);
  const hindered = whyNotAsBefore(hindrance, check, before);
  await run.beforeFinal();
  const content = { plan, before, after: check.evidence, proof };
  if (hindered !== null && hindrance?.passing !== false && run.stuckTimes < MORE_TRIES) {
    await run.events.emit('applying', { step: 'undoWaits', detail: hindered, plan });
    throw new Error(`The change could not be undone yet: ${hindered}`);
  }
  if (hindered !== null) {
    return run.events.finish('appliedNotVerified', {
      ...content,
      undone: false,
      detail: `${reason} The change could not be undone: ${hindered}`,
    });
  }
  const detail = `${reason} The change was undone.`;
  if (timedOut) return run.events.finish('timedOut', { ...content, undone: true, detail });
  return failAttempt(run, { ...content, undone: true, detail });
}
