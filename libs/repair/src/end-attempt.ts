import type { JobEvidence, VerdictChange } from '@trustfleet/protocol';
import { messageOf } from './detail.ts';
import type { Applied, JobRun, Measured } from './job-run.ts';
import { attemptOf } from './journal/progress.ts';
import { limitsOf, nextAttempt } from './next-attempt.ts';
import { checkSafely } from './opened-remedy.ts';
import type { RunningProgram } from './proof.ts';
import type { OpenedRemedy } from './remedy.ts';

const BAKE_CHECK_LIMIT_MS = 120_000;
const PROGRAMS_LIMIT_MS = 30_000;

export interface Failure extends Measured {
  /** For a person: what went wrong. */
  readonly detail: string;
  readonly step?: string;
  readonly after?: JobEvidence | null;
  /** The host is as before this attempt. */
  readonly undone: true | null;
  readonly proof?: readonly VerdictChange[] | undefined;
}

/**
 * Ends an attempt that failed and left nothing behind: `retrying` where the order allows another one, else `failed`. What would fail
 * the same way again (a refusal, a file that somebody else changed, the execution clock) never comes here.
 */
export async function failAttempt(run: JobRun, failure: Failure): Promise<void> {
  const next = nextAttempt({
    order: run.accepted.order,
    failed: attemptOf(run.journal).count,
    serverTime: run.serverTime(),
    random: run.random(),
  });
  if (next.kind === 'again' && !run.cancelled())
    return run.events.emit('retrying', { ...failure, nextAt: next.at });
  const why = next.kind === 'none' ? next.why : 'It was cancelled, so there is no further attempt.';
  return run.events.finish('failed', {
    ...failure,
    detail: why === null ? failure.detail : `${failure.detail} ${why}`,
  });
}

/** The proof was made. It is final at once, or after the bake time (rollouts.md `baking`). */
export async function proveAttempt(run: JobRun, remedy: OpenedRemedy, applied: Applied): Promise<void> {
  const { proof } = applied;
  await run.journal.append({
    ...{ kind: 'verified', evidence: applied.after },
    ...(proof === undefined ? {} : { proof: [...proof] }),
  });
  await run.beforeFinal();
  const { bakeMs } = limitsOf(run.accepted.order);
  if (bakeMs === 0) return finishVerified(run, remedy, applied);
  const now = run.serverTime();
  const nextAt = now === null ? null : new Date(now.getTime() + bakeMs).toISOString();
  return run.events.emit('baking', { ...applied, nextAt });
}

async function finishVerified(run: JobRun, remedy: OpenedRemedy, applied: Applied): Promise<void> {
  const { undoes } = run.accepted.job;
  if (undoes !== undefined) await run.tellUndone(undoes, applied);
  const { effective } = remedy;
  const waitsFor = effective === 'appRestart' ? await stillOld(run) : undefined;
  return run.events.finish('verified', { ...applied, undone: false, effective, waitsFor });
}

/** Programs that began before the first step, and keep what they loaded; undefined where nobody can tell. Nothing of anybody's is ever closed. */
async function stillOld(run: JobRun): Promise<readonly RunningProgram[] | undefined> {
  const since = attemptOf(run.journal).entries.find(
    (entry) => entry.kind === 'event' && entry.event.state === 'applying',
  );
  if (run.programs === null || since?.kind !== 'event') return undefined;
  try {
    return await run.programs(new Date(since.event.at), AbortSignal.timeout(PROGRAMS_LIMIT_MS));
  } catch (error) {
    run.log('warn', 'the programs that run could not be listed', {
      jobId: run.journal.jobId,
      reason: messageOf(error),
    });
    return undefined;
  }
}

/** The bake time is over: does it still hold? What changed it meanwhile was somebody else, so nothing is taken back. */
export async function endBake(run: JobRun, remedy: OpenedRemedy): Promise<void> {
  const { entries } = attemptOf(run.journal);
  const measured = {
    plan: entries.find((entry) => entry.kind === 'planned')?.plan ?? null,
    before: entries.find((entry) => entry.kind === 'beforeEvidence')?.evidence ?? null,
  };
  const check = await checkSafely(remedy, 'readBack', AbortSignal.timeout(BAKE_CHECK_LIMIT_MS));
  await run.beforeFinal();
  if (check.holds === true && check.evidence !== null)
    return finishVerified(run, remedy, {
      ...{ ...measured, after: check.evidence, detail: check.detail },
      proof: entries.find((entry) => entry.kind === 'verified')?.proof,
    });
  return run.events.finish('regressed', {
    ...measured,
    after: check.evidence,
    undone: false,
    detail: `It was in place, and at the end of the bake time it no longer was: ${check.detail ?? 'the check fails.'}`,
  });
}
