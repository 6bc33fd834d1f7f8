import { messageOf } from './detail.ts';
import { endBake } from './end-attempt.ts';
import type { JobRun, Measured } from './job-run.ts';
import type { JournalEntry } from './journal/entries.ts';
import {
  acceptedOf,
  attemptOf,
  eventIn,
  finalOf,
  type Attempt,
  type JournalContent,
} from './journal/progress.ts';
import { checkSafely, openRemedy } from './opened-remedy.ts';
import { lastRound, proveChange } from './proof-after.ts';
import type { OpenedRemedy } from './remedy.ts';
import { runAttempt } from './run-job.ts';
import { takeBack, type TakeBackReason } from './take-back.ts';

const READ_BACK_LIMIT_MS = 120_000;
/** Longest wait for a tool that outlived the agent which started it. */
const REST_LIMIT_MS = 120_000;

/** What a job's journal asks for next. */
export type Need = 'nothing' | 'forget' | 'begin' | 'settle' | 'bake' | 'retry' | 'prove';

/**
 * `forget`: torn before it was accepted, the server will bring it again. `begin`: nothing touched yet. `settle`: steps began, so the
 * attempt is finished or taken back. `bake`, `retry`, `prove`: it waits for its time.
 */
export function needOf(journal: JournalContent): Need {
  if (finalOf(journal) !== null) return 'nothing';
  if (acceptedOf(journal) === null) return 'forget';
  const attempt = attemptOf(journal);
  if (eventIn(attempt, 'baking') !== null) return 'bake';
  if (waitsForHandshakes(attempt)) return 'prove';
  if (attempt.entries.some((entry) => entry.kind === 'stepStarted')) return 'settle';
  return attempt.count > 1 && eventIn(attempt, 'planning') === null ? 'retry' : 'begin';
}

/** The change stands, and what was asked could not be reached: nothing was decided since. */
function waitsForHandshakes(attempt: Attempt): boolean {
  const at = attempt.entries.findLastIndex((entry) => entry.kind === 'handshakes');
  const decided = ['verified', 'takingBack', 'undoStarted'];
  return at !== -1 && !attempt.entries.slice(at).some(({ kind }) => decided.includes(kind));
}

/** What the journal of the attempt says of the time before the agent was stopped. */
function foundIn(
  entries: readonly JournalEntry[],
): Measured & Pick<TakeBackReason, 'timedOut' | 'proof'> & { reason: string | null } {
  const decided = entries.find((entry) => entry.kind === 'takingBack');
  // A journal of format 1 has only the first step back.
  const begun = entries.find((entry) => entry.kind === 'undoStarted');
  return {
    plan: entries.find((entry) => entry.kind === 'planned')?.plan ?? null,
    before: entries.find((entry) => entry.kind === 'beforeEvidence')?.evidence ?? null,
    reason: (decided ?? begun)?.reason ?? null,
    timedOut: decided?.timedOut === true,
    proof: decided?.proof,
  };
}

async function settle(run: JobRun, remedy: OpenedRemedy): Promise<void> {
  const { plan, before, reason, timedOut, proof } = foundIn(attemptOf(run.journal).entries);
  if (reason !== null) return takeBack(run, remedy, { reason, timedOut, plan, before, proof });
  await run.events.emit('verifying', {
    step: 'readBack',
    detail: 'The agent was stopped in the middle of this job and looks what became of it.',
  });
  const check = await checkSafely(remedy, 'readBack', AbortSignal.timeout(READ_BACK_LIMIT_MS));
  if (check.holds === true && check.evidence !== null)
    return proveChange(run, remedy, { plan, before, after: check.evidence, detail: check.detail });
  return takeBack(run, remedy, {
    reason: 'The agent was stopped in the middle of this job, and the change is not complete.',
    timedOut: false,
    plan,
    before,
  });
}

/** Handshakes that could not be made are tried again; the change itself stands in the journal. */
async function proveAgain(run: JobRun, remedy: OpenedRemedy): Promise<void> {
  const attempt = attemptOf(run.journal);
  const last = lastRound(attempt);
  const { plan, before } = foundIn(attempt.entries);
  if (last === null) return settle(run, remedy);
  return proveChange(run, remedy, { plan, before, after: last.evidence, detail: last.detail });
}

async function waitForRest(run: JobRun, remedy: OpenedRemedy): Promise<void> {
  try {
    await remedy.settled(AbortSignal.timeout(REST_LIMIT_MS));
  } catch (error) {
    run.log('warn', 'what this job had started is still at work', {
      jobId: run.journal.jobId,
      reason: messageOf(error),
    });
  }
}

/** Goes on with a job where its journal stands: to its end, or to the next time at which it is due. */
export async function advanceJob(run: JobRun): Promise<void> {
  const need = needOf(run.journal);
  if (need === 'nothing' || need === 'forget') return;
  if (need === 'begin' || need === 'retry')
    return runAttempt(run, AbortSignal.timeout(run.accepted.job.executionTimeoutMs));
  run.log('info', 'a job is taken up', { jobId: run.journal.jobId, need });
  const remedy = await openRemedy(run);
  if ('state' in remedy) {
    return run.events.finish(need === 'bake' ? 'regressed' : 'appliedNotVerified', {
      undone: false,
      detail: `The agent cannot go on with this job: ${remedy.detail}`,
    });
  }
  return goOn(run, remedy, need);
}

/** A change that began, with its remedy as it was planned. */
async function goOn(run: JobRun, remedy: OpenedRemedy, need: 'bake' | 'prove' | 'settle'): Promise<void> {
  const { plan } = foundIn(attemptOf(run.journal).entries);
  if (plan !== null) remedy.resume?.(plan);
  if (need === 'bake') return endBake(run, remedy);
  if (need === 'prove') return proveAgain(run, remedy);
  await waitForRest(run, remedy);
  return settle(run, remedy);
}
