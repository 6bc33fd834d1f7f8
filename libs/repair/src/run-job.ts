import type { JobEvidence, JobPlan } from '@trustfleet/protocol';
import { messageOf } from './detail.ts';
import { checkSafely, openRemedy } from './opened-remedy.ts';
import type { JobEvents } from './job-events.ts';
import type { AcceptedEntry } from './journal/entries.ts';
import type { Journal } from './journal/journal.ts';
import type { FaultPoint, RepairLog } from './ports.ts';
import { StepFailedError, type OpenedRemedy, type RemedyExecutor, type RemedyStep } from './remedy.ts';
import { takeBack } from './take-back.ts';

/** What one run of a job works with. */
export interface JobRun {
  readonly journal: Journal;
  readonly accepted: AcceptedEntry;
  readonly events: JobEvents;
  readonly remedies: Readonly<Record<string, RemedyExecutor>>;
  readonly fault: FaultPoint;
  readonly log: RepairLog;
  /** True once somebody asked for the job to be given up; heard until the first step. */
  cancelled(): boolean;
  /** After a change, before the final event: the inventory is read again, so that the server hears of it first. */
  beforeFinal(): Promise<void>;
}

/** What is known so far; goes into the final event. */
interface Measured {
  readonly plan: JobPlan;
  readonly before: JobEvidence | null;
}

/** Nothing to change: the check decides whether the host complies. */
async function finishWithoutChange(run: JobRun, remedy: OpenedRemedy, signal: AbortSignal): Promise<void> {
  await run.events.emit('verifying', { step: 'readBack' });
  const check = await checkSafely(remedy, 'readBack', signal);
  const content = { plan: { changes: [] }, after: check.evidence, detail: check.detail };
  if (check.holds === true) return run.events.finish('alreadyCompliant', { ...content, detail: null });
  return run.events.finish('appliedNotVerified', {
    ...content,
    detail: check.detail ?? 'There was nothing to change, and the check still fails.',
  });
}

async function applyStep(
  run: JobRun,
  step: RemedyStep,
  context: Measured & { signal: AbortSignal },
): Promise<void> {
  context.signal.throwIfAborted();
  const inverse = await step.inverse();
  await run.journal.append({ kind: 'stepStarted', step: step.name, inverse });
  await run.events.emit('applying', { step: step.name, plan: context.plan, before: context.before });
  await run.fault(`before:${step.name}`);
  await step.run(context.signal);
  await run.fault(`after:${step.name}`);
  await run.journal.append({ kind: 'stepDone', step: step.name });
}

/** Applies and verifies; the reason why it has to be taken back, or null when it holds. */
async function applyAndVerify(
  run: JobRun,
  remedy: OpenedRemedy,
  work: Measured & { steps: readonly RemedyStep[]; signal: AbortSignal },
): Promise<string | null> {
  try {
    for (const step of work.steps) await applyStep(run, step, work);
  } catch (error) {
    if (work.signal.aborted) return 'The time limit of this job was reached while it was applied.';
    if (error instanceof StepFailedError) return error.message;
    return `A step failed: ${messageOf(error)}`;
  }
  await run.events.emit('verifying', { step: 'readBack', plan: work.plan });
  const check = await checkSafely(remedy, 'readBack', work.signal);
  if (check.holds !== true || check.evidence === null) {
    return check.detail ?? 'The change was made, and the check still fails.';
  }
  await run.journal.append({ kind: 'verified', evidence: check.evidence });
  await run.beforeFinal();
  await run.events.finish('verified', {
    plan: work.plan,
    before: work.before,
    after: check.evidence,
    undone: false,
  });
  return null;
}

async function applyPlan(
  run: JobRun,
  remedy: OpenedRemedy,
  work: { plan: JobPlan; steps: readonly RemedyStep[]; signal: AbortSignal },
): Promise<void> {
  const before = await checkSafely(remedy, 'here', work.signal);
  if (before.evidence !== null)
    await run.journal.append({ kind: 'beforeEvidence', evidence: before.evidence });
  if (run.cancelled()) return run.events.finish('cancelled', { plan: work.plan, before: before.evidence });
  const measured = { ...work, before: before.evidence };
  const reason = await applyAndVerify(run, remedy, measured);
  if (reason === null) return;
  await takeBack(run, remedy, {
    reason,
    timedOut: work.signal.aborted,
    plan: work.plan,
    before: before.evidence,
  });
}

/**
 * planning → applying → verifying → one final state (rollouts.md). `signal` is the job's execution clock. Throws only
 * when the journal itself cannot be written; then nothing further is touched, and the next start recovers.
 */
export async function runJob(run: JobRun, signal: AbortSignal): Promise<void> {
  await run.events.emit('planning');
  const remedy = openRemedy(run);
  if ('state' in remedy) return run.events.finish(remedy.state, { detail: remedy.detail });
  if (run.cancelled()) return run.events.finish('cancelled');
  let planned;
  try {
    planned = await remedy.plan();
  } catch (error) {
    return run.events.finish('failed', {
      step: 'plan',
      detail: `The plan could not be made: ${messageOf(error)}`,
    });
  }
  if (planned.kind === 'notApplicable') return run.events.finish('notApplicable', { detail: planned.reason });
  if (planned.kind === 'none') return finishWithoutChange(run, remedy, signal);
  const { plan, steps } = planned;
  await run.journal.append({ kind: 'planned', plan });
  if (run.accepted.order.mode === 'plan') {
    const before = await checkSafely(remedy, 'here', signal);
    return run.events.finish('planned', { plan, before: before.evidence });
  }
  return applyPlan(run, remedy, { plan, steps, signal });
}
