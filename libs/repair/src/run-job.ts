import type { JobPlan } from '@trustfleet/protocol';
import { messageOf } from './detail.ts';
import { failAttempt } from './end-attempt.ts';
import type { JobRun, Measured } from './job-run.ts';
import { checkSafely, openRemedy } from './opened-remedy.ts';
import { proveChange } from './proof-after.ts';
import { measureBefore, whyWorse, withConsequences } from './proof-before.ts';
import { keptOf } from './proof-kept.ts';
import type { Measurement } from './proof.ts';
import { StepFailedError, type OpenedRemedy, type RemedyPlan, type RemedyStep } from './remedy.ts';
import { takeBack } from './take-back.ts';

/** Nothing to change: the check decides whether the host complies. */
async function finishWithoutChange(run: JobRun, remedy: OpenedRemedy, signal: AbortSignal): Promise<void> {
  await run.events.emit('verifying', { step: 'readBack' });
  const check = await checkSafely(remedy, 'readBack', signal);
  const content = { plan: { changes: [] }, after: check.evidence, detail: check.detail };
  if (check.holds === true) return run.events.finish('alreadyCompliant', content);
  return run.events.finish('appliedNotVerified', {
    ...content,
    detail: check.detail ?? 'There was nothing to change, and the check still fails.',
  });
}

/** The plan is the result: somebody else has to carry it out, and the host's own scans show when that is done. */
async function finishProposed(
  run: JobRun,
  remedy: OpenedRemedy,
  { plan, reason, signal }: { plan: JobPlan; reason: string; signal: AbortSignal },
): Promise<void> {
  await run.journal.append({ kind: 'planned', plan });
  const { evidence: before } = await checkSafely(remedy, 'here', signal);
  const state = run.accepted.order.mode === 'plan' ? 'planned' : 'notApplicable';
  return run.events.finish(state, { plan, before, detail: reason });
}

interface Application extends Measured {
  readonly plan: JobPlan;
  readonly steps: readonly RemedyStep[];
  readonly signal: AbortSignal;
}

async function applyStep(run: JobRun, step: RemedyStep, work: Application): Promise<void> {
  work.signal.throwIfAborted();
  const inverse = await step.inverse();
  await run.journal.append({ kind: 'stepStarted', step: step.name, inverse });
  await run.events.emit('applying', { step: step.name, plan: work.plan, before: work.before });
  await run.fault(`before:${step.name}`);
  await step.run(work.signal);
  await run.fault(`after:${step.name}`);
  await run.journal.append({ kind: 'stepDone', step: step.name });
}

/** Runs the steps; the reason why they have to be taken back, or null. */
async function applySteps(run: JobRun, work: Application): Promise<string | null> {
  for (const step of work.steps) {
    try {
      await applyStep(run, step, work);
    } catch (error) {
      if (work.signal.aborted) return 'The time limit of this job was reached while it was applied.';
      if (error instanceof StepFailedError) return error.message;
      return `A step failed: ${messageOf(error)}`;
    }
  }
  return null;
}

async function applyPlan(run: JobRun, remedy: OpenedRemedy, work: Application): Promise<void> {
  const failed = await applySteps(run, work);
  if (failed !== null)
    return takeBack(run, remedy, { ...work, reason: failed, timedOut: work.signal.aborted });
  await run.events.emit('verifying', { step: 'readBack', plan: work.plan });
  const check = await checkSafely(remedy, 'readBack', work.signal);
  if (check.holds === true && check.evidence !== null) {
    const { plan, before } = work;
    return proveChange(run, remedy, { plan, before, after: check.evidence, detail: check.detail });
  }
  const reason = work.signal.aborted
    ? 'The time limit of this job was reached while the change was read back.'
    : (check.detail ?? 'The change was made, and the check still fails.');
  return takeBack(run, remedy, { ...work, reason, timedOut: work.signal.aborted });
}

async function carryOut(run: JobRun, remedy: OpenedRemedy, work: Planned): Promise<void> {
  const { measured, remark, signal } = work;
  const plan =
    measured === null ? work.plan : await withConsequences(run, remedy, { plan: work.plan, measured });
  await run.journal.append({ kind: 'planned', plan });
  const { evidence: before } = await checkSafely(remedy, 'here', signal);
  const worse = whyWorse(run, plan);
  if (worse !== null) return run.events.finish('notApplicable', { plan, before, detail: worse });
  if (run.accepted.order.mode === 'plan')
    return run.events.finish('planned', { plan, before, detail: remark });
  if (before !== null) await run.journal.append({ kind: 'beforeEvidence', evidence: before });
  if (measured !== null) await run.journal.append({ kind: 'measuredBefore', measured: keptOf(measured) });
  if (run.cancelled()) return run.events.finish('cancelled', { plan, before });
  return applyPlan(run, remedy, { ...work, plan, before });
}

type Planned = Omit<Application, 'before'> & {
  readonly remark: string | null;
  /** What verifies before; null where nothing is to be compared. */
  readonly measured: Measurement | null;
};

async function planSafely(
  run: JobRun,
  remedy: OpenedRemedy,
  measured: Measurement | null,
): Promise<RemedyPlan | null> {
  try {
    return await remedy.plan({ measured });
  } catch (error) {
    await failAttempt(run, {
      ...{ step: 'plan', plan: null, before: null, undone: null },
      detail: `The plan could not be made: ${messageOf(error)}`,
    });
    return null;
  }
}

/** What the order names and did not travel with its message; false where the attempt ended over it. */
async function fetchArtifacts(run: JobRun, signal: AbortSignal): Promise<boolean> {
  try {
    await run.fetchArtifacts(signal);
    return true;
  } catch (error) {
    await failAttempt(run, {
      ...{ step: 'fetchArtifacts', plan: null, before: null, undone: null },
      detail: signal.aborted
        ? 'The time limit of this job was reached while its artifacts were fetched.'
        : messageOf(error),
    });
    return false;
  }
}

/** What this attempt sets out to do; null where it ended before. */
async function openAttempt(run: JobRun, signal: AbortSignal): Promise<OpenedRemedy | null> {
  await run.events.emit('planning');
  if (!(await fetchArtifacts(run, signal))) return null;
  const forbidden = await run.forbidden();
  if (forbidden !== null) {
    await run.events.finish('notPermitted', { detail: forbidden });
    return null;
  }
  const remedy = await openRemedy(run);
  if (!('state' in remedy)) return remedy;
  await run.events.finish(remedy.state, { detail: remedy.detail });
  return null;
}

/**
 * One attempt: planning → applying → verifying → a final state, `baking` or `retrying` (rollouts.md). `signal` is the execution clock of
 * this attempt. Throws only when the journal itself cannot be written; then nothing further is touched, and the job is recovered later.
 */
export async function runAttempt(run: JobRun, signal: AbortSignal): Promise<void> {
  if (run.cancelled()) return run.events.finish('cancelled');
  const remedy = await openAttempt(run, signal);
  if (remedy === null) return;
  if (run.cancelled()) return run.events.finish('cancelled');
  const first = remedy.plansByMeasurement === true ? await measureBefore(run, signal) : null;
  const planned = await planSafely(run, remedy, first);
  if (planned === null) return;
  if (planned.kind !== 'change' || first !== null)
    return followPlan(run, remedy, { planned, signal, measured: first });
  const measured = await measureBefore(run, signal);
  // Handshakes take their time: what somebody else changed meanwhile is planned anew.
  const again = measured === null ? planned : await planSafely(run, remedy, measured);
  if (again !== null) return followPlan(run, remedy, { planned: again, signal, measured });
}

function followPlan(
  run: JobRun,
  remedy: OpenedRemedy,
  { planned, signal, measured }: { planned: RemedyPlan; signal: AbortSignal; measured: Measurement | null },
): Promise<void> {
  switch (planned.kind) {
    case 'notApplicable':
      return run.events.finish(planned.state ?? 'notApplicable', { detail: planned.reason });
    case 'blocked':
      return run.events.finish('failed', { step: 'plan', detail: planned.reason });
    case 'none':
      return finishWithoutChange(run, remedy, signal);
    case 'proposed':
      return finishProposed(run, remedy, { ...planned, signal });
    case 'change':
      return carryOut(run, remedy, { ...planned, signal, measured });
  }
}
