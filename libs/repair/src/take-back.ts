import type { JobEvidence, JobPlan } from '@trustfleet/protocol';
import { fitDetail, messageOf } from './detail.ts';
import type { JobEvents } from './job-events.ts';
import type { Journal } from './journal/journal.ts';
import { checkSafely } from './opened-remedy.ts';
import type { FaultPoint, RepairLog } from './ports.ts';
import type { OpenedRemedy } from './remedy.ts';

/** Longest that going back may take; apart from the job's own clock, which may be the reason for going back. */
const UNDO_LIMIT_MS = 180_000;

export interface TakeBackRun {
  readonly journal: Journal;
  readonly events: JobEvents;
  readonly fault: FaultPoint;
  readonly log: RepairLog;
  beforeFinal(): Promise<void>;
}

export interface TakeBackReason {
  /** For a person: what went wrong. */
  readonly reason: string;
  readonly timedOut: boolean;
  readonly plan: JobPlan | null;
  readonly before: JobEvidence | null;
}

/** Runs every step back, each announced in the journal; the reason why one could not be done, or null. */
async function runUndoSteps(
  run: TakeBackRun,
  remedy: OpenedRemedy,
  context: { reason: string; signal: AbortSignal },
): Promise<string | null> {
  const inverses = run.journal.entries.flatMap((entry) =>
    entry.kind === 'stepStarted' ? [entry.inverse] : [],
  );
  for (const step of remedy.undo(inverses)) {
    await run.journal.append({ kind: 'undoStarted', step: step.name, reason: fitDetail(context.reason) });
    await run.fault(`before:${step.name}`);
    try {
      await step.run(context.signal);
    } catch (error) {
      return messageOf(error);
    }
    await run.fault(`after:${step.name}`);
    await run.journal.append({ kind: 'undoDone', step: step.name });
  }
  return null;
}

/**
 * Takes a change back by the inverse of every step that began, and ends the job: `failed` (or `timedOut`) with
 * `undone: true` when the host is as before; `appliedNotVerified` with `undone: false` when something hinders it.
 */
export async function takeBack(run: TakeBackRun, remedy: OpenedRemedy, why: TakeBackReason): Promise<void> {
  run.log('warn', 'a change is taken back', { jobId: run.journal.jobId, reason: why.reason });
  await run.events.emit('applying', { step: 'undo', detail: why.reason, plan: why.plan });
  const signal = AbortSignal.timeout(UNDO_LIMIT_MS);
  const hindered = await runUndoSteps(run, remedy, { reason: why.reason, signal });
  const check = await checkSafely(remedy, 'readBack', signal);
  await run.beforeFinal();
  const content = { plan: why.plan, before: why.before, after: check.evidence };
  if (hindered === null) {
    return run.events.finish(why.timedOut ? 'timedOut' : 'failed', {
      ...content,
      undone: true,
      detail: `${why.reason} The change was undone.`,
    });
  }
  return run.events.finish('appliedNotVerified', {
    ...content,
    undone: false,
    detail: `${why.reason} The change could not be undone: ${hindered}`,
  });
}
