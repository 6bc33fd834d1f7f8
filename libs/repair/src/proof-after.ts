import { changesOf, judgeProof, type Judged, type Proof } from '@trustfleet/diagnosis';
import type { JobPlan, VerdictChange } from '@trustfleet/protocol';
import { fitDetail, messageOf } from './detail.ts';
import { proveAttempt } from './end-attempt.ts';
import type { Applied, JobRun } from './job-run.ts';
import type { JournalEntry } from './journal/entries.ts';
import { attemptOf, type Attempt } from './journal/progress.ts';
import type { Measurement, PointId } from './proof.ts';
import { changeWords } from './proof-words.ts';
import type { OpenedRemedy } from './remedy.ts';
import { takeBack } from './take-back.ts';

/** Longest that one round of handshakes may take; apart from the job's own clock: the change is in place. */
const MEASURE_LIMIT_MS = 180_000;
/** Before each further try, ± 20 %: three within five minutes. */
const DELAYS_MS = [30_000, 80_000, 140_000] as const;
const JITTER = 0.2;
const MAX_PROOF = 200;

export type HandshakesEntry = Extract<JournalEntry, { kind: 'handshakes' }>;

/** The last round of handshakes that could not tell all of it; null where there was none. */
export function lastRound({ entries }: Attempt): HandshakesEntry | null {
  return entries.findLast((entry) => entry.kind === 'handshakes') ?? null;
}

function measuredBefore({ entries }: Attempt): Judged | null {
  return entries.find((entry) => entry.kind === 'measuredBefore')?.measured ?? null;
}

async function measure(run: JobRun, last: HandshakesEntry | null): Promise<Measurement | null> {
  try {
    return (await run.handshakes?.measure(AbortSignal.timeout(MEASURE_LIMIT_MS), openOf(last))) ?? null;
  } catch (error) {
    run.log('warn', 'handshakes after a change could not be made', {
      jobId: run.journal.jobId,
      reason: messageOf(error),
    });
    return null;
  }
}

/** What was found before and is not asked again, with what this round found. */
function joined(last: HandshakesEntry | null, { changes, asked: seen }: Proof): VerdictChange[] {
  const asked = new Set(seen.map(nameOf));
  const earlier = (last?.proof ?? []).filter((change) => !asked.has(nameOf(change)));
  return changesOf([...changes, ...earlier].map((change) => ({ change }))).slice(0, MAX_PROOF);
}

const nameOf = ({ python, client, accounts, endpoint }: VerdictChange): string =>
  JSON.stringify([python, client, accounts, endpoint]);

/**
 * The same handshakes by the same interpreters as before the change, and the end of the attempt that they ask for: what verified and now
 * fails with an error of trust is taken back at once. Nobody's silence is a reason for that, least of all the server's: what could not be
 * reached is tried three times more within five minutes, and the change stays.
 */
export async function proveChange(run: JobRun, remedy: OpenedRemedy, applied: Applied): Promise<void> {
  const attempt = attemptOf(run.journal);
  const before = measuredBefore(attempt);
  if (before === null || run.handshakes === null) return proveAttempt(run, remedy, applied);
  const last = lastRound(attempt);
  await run.events.emit('verifying', { step: 'handshakes', plan: applied.plan });
  const measured = await measure(run, last);
  if (measured === null) return waitOrGiveUp(run, applied, nothingMeasured(last));
  return endBy(run, remedy, { applied, proof: judged(run, { before, measured, applied, last }), last });
}

/** Points that a retry asks for; undefined for all. */
const openOf = (last: HandshakesEntry | null): ReadonlySet<PointId> | undefined =>
  last?.open == null ? undefined : new Set(last.open as PointId[]);

function judged(
  run: JobRun,
  {
    before,
    measured,
    applied,
    last,
  }: { before: Judged; measured: Measurement; applied: Applied; last: HandshakesEntry | null },
): Proof {
  return judgeProof(before, measured, {
    endpoints: measured.endpoints,
    planned: applied.plan?.verdicts ?? [],
    allowWorse: run.accepted.order.allowWorse === true,
    only: openOf(last),
  });
}

async function endBy(
  run: JobRun,
  remedy: OpenedRemedy,
  { applied, proof, last }: { applied: Applied; proof: Proof; last: HandshakesEntry | null },
): Promise<void> {
  const changes = joined(last, proof);
  if (proof.worse.length > 0) {
    const reason = fitDetail(`After the change, what verified before fails: ${changeWords(proof.worse)}`);
    const { plan, before } = applied;
    return takeBack(run, remedy, { plan, before, reason, timedOut: false, proof: changes });
  }
  if (proof.open.length > 0) {
    const open = proof.open.map(({ point }) => point);
    return waitOrGiveUp(run, applied, {
      last,
      open,
      proof: changes,
      named: proof.open.map(({ change }) => change),
    });
  }
  const failing = stillFailing(applied.plan, changes, proof);
  if (failing.length > 0)
    return keep(run, applied, {
      proof: changes,
      detail: `The change is in place, and these still fail: ${changeWords(failing)}`,
    });
  return proveAttempt(run, remedy, { ...applied, proof: changes });
}

/** Also what an earlier round found, while something else was still open. */
function stillFailing(
  plan: JobPlan | null,
  changes: readonly VerdictChange[],
  proof: Proof,
): VerdictChange[] {
  const promised = (plan?.verdicts ?? []).filter(({ after }) => after === 'verifies').map(nameOf);
  const earlier = changes.filter(
    (change) => change.after === 'fails' && change.before !== 'verifies' && promised.includes(nameOf(change)),
  );
  const named = new Map([...proof.stillFails, ...earlier].map((change) => [nameOf(change), change]));
  return [...named.values()];
}

interface Inconclusive {
  readonly last: HandshakesEntry | null;
  readonly open: readonly string[] | null;
  readonly proof: readonly VerdictChange[];
  readonly named?: readonly VerdictChange[];
}

function nothingMeasured(last: HandshakesEntry | null): Inconclusive {
  return last === null ? { last, open: null, proof: [] } : { last, open: last.open, proof: last.proof };
}

async function waitOrGiveUp(
  run: JobRun,
  applied: Applied,
  { last, open, proof, named = [] }: Inconclusive,
): Promise<void> {
  const tries = (last?.tries ?? 0) + 1;
  const delay = DELAYS_MS[tries - 1];
  const what = named.length === 0 ? 'No handshake could be made.' : `Not reached: ${changeWords(named)}`;
  if (delay === undefined)
    return keep(run, applied, {
      proof,
      detail: `The change is in place, and ${tries} tries could not tell whether what verified before still does. ${what} It was kept: who cannot be reached proves nothing.`,
    });
  const delayMs = Math.round(delay * (1 - JITTER + 2 * JITTER * run.random()));
  await run.journal.append({
    ...{ kind: 'handshakes', tries, delayMs, evidence: applied.after },
    open: open === null ? null : [...open].slice(0, 5000),
    detail: applied.detail === null ? null : fitDetail(applied.detail),
    proof: [...proof],
  });
  const now = run.serverTime();
  return run.events.emit('verifying', {
    step: 'handshakesWait',
    plan: applied.plan,
    detail: fitDetail(`Try ${tries} could not tell; it is tried again. ${what}`),
    nextAt: now === null ? null : new Date(now.getTime() + delayMs).toISOString(),
  });
}

async function keep(
  run: JobRun,
  { plan, before, after }: Applied,
  { proof, detail }: { proof: readonly VerdictChange[]; detail: string },
): Promise<void> {
  await run.beforeFinal();
  return run.events.finish('appliedNotVerified', {
    ...{ plan, before, after, undone: false, proof },
    detail: fitDetail(detail),
  });
}
