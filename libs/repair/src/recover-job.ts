import { messageOf } from './detail.ts';
import { acceptedOf, finalOf, type Journal } from './journal/journal.ts';
import { checkSafely, openRemedy } from './opened-remedy.ts';
import type { OpenedRemedy } from './remedy.ts';
import { runJob, type JobRun } from './run-job.ts';
import { takeBack } from './take-back.ts';

const READ_BACK_LIMIT_MS = 120_000;
/** Longest wait for a tool that outlived the agent which started it. */
const REST_LIMIT_MS = 120_000;

/** What a job's journal asks for after a start. */
export type RecoveryNeed = 'nothing' | 'begin' | 'settle' | 'forget';

/**
 * `forget`: torn before it was accepted, the server will bring it again. `begin`: accepted, and nothing touched yet.
 * `settle`: steps began, so it is finished or taken back.
 */
export function recoveryNeed(journal: Journal): RecoveryNeed {
  if (finalOf(journal) !== null) return 'nothing';
  if (acceptedOf(journal) === null) return 'forget';
  return journal.entries.some((entry) => entry.kind === 'stepStarted') ? 'settle' : 'begin';
}

async function settle(run: JobRun, remedy: OpenedRemedy): Promise<void> {
  const { entries } = run.journal;
  const plan = entries.find((entry) => entry.kind === 'planned')?.plan ?? null;
  const before = entries.find((entry) => entry.kind === 'beforeEvidence')?.evidence ?? null;
  const undo = entries.find((entry) => entry.kind === 'undoStarted');
  if (undo) return takeBack(run, remedy, { reason: undo.reason, timedOut: false, plan, before });
  await run.events.emit('verifying', {
    step: 'readBack',
    detail: 'The agent was stopped in the middle of this job and looks what became of it.',
  });
  const check = await checkSafely(remedy, 'readBack', AbortSignal.timeout(READ_BACK_LIMIT_MS));
  if (check.holds === true && check.evidence !== null) {
    await run.journal.append({ kind: 'verified', evidence: check.evidence });
    await run.beforeFinal();
    return run.events.finish('verified', { plan, before, after: check.evidence, undone: false });
  }
  return takeBack(run, remedy, {
    reason: 'The agent was stopped in the middle of this job, and the change is not complete.',
    timedOut: false,
    plan,
    before,
  });
}

/** Brings a job that a crash left open to its one final state: changed and verified, or as before. */
export async function recoverJob(run: JobRun): Promise<void> {
  const need = recoveryNeed(run.journal);
  run.log('info', 'a job was found unfinished', { jobId: run.journal.jobId, need });
  if (need === 'begin') return runJob(run, AbortSignal.timeout(run.accepted.job.executionTimeoutMs));
  if (need !== 'settle') return;
  const remedy = openRemedy(run);
  if ('state' in remedy) {
    return run.events.finish('appliedNotVerified', {
      undone: false,
      detail: `The agent was stopped in the middle of this job and cannot go on with it: ${remedy.detail}`,
    });
  }
  try {
    await remedy.settled(AbortSignal.timeout(REST_LIMIT_MS));
  } catch (error) {
    run.log('warn', 'what this job had started is still at work', {
      jobId: run.journal.jobId,
      reason: messageOf(error),
    });
  }
  return settle(run, remedy);
}
