import { jobState, type JobEvent, type JobState } from '@trustfleet/protocol';
import { acceptEvent, isFinal, mustHearCancel, saysUndone } from '@trustfleet/rollout';
import type { Client } from '../connection.ts';
import { SERVER, type ActedRecord } from '../model/audit.ts';
import type { JobEventOutcome, JobRef, ReceivedJobEvent } from '../model/jobs.ts';
import { storableJson, storableTextOrNull, storableTime } from '../storable.ts';
import { quarantine } from './admission.ts';
import { appendAudit } from './audit.ts';
import { finishedRecords } from './finished-jobs.ts';

/** So many rows one job's host can make the database keep; an honest one comes nowhere near. */
export const MAX_EVENTS_OF_JOB = 500;

/** A job while a batch runs over it. */
interface Progress extends JobRef {
  state: JobState;
  lastEventIndex: number;
  attempt: number;
  readonly cancelRequested: boolean;
  /** Rows of `job_event`. */
  stored: number;
  /** Set by the batch; null leaves the column as it is. */
  plan: JobEvent['plan'];
  before: JobEvent['before'];
  after: JobEvent['after'];
  undone: boolean | null;
  effective: string | null;
  proof: NonNullable<JobEvent['proof']> | null;
  waitsFor: NonNullable<JobEvent['waitsFor']> | null;
  /** As the last applied event says. */
  nextAt: Date | null;
  signed: boolean;
  /** It has ended, and the host says that its change is gone. */
  undoneLater: boolean;
  /** When the first and the last of its events that apply came in. */
  firstAt: Date | null;
  touchedAt: Date | null;
}

interface Kept {
  readonly received: ReceivedJobEvent;
  readonly outcome: Exclude<JobEventOutcome['kind'], 'foreign'>;
}

interface LockedRow extends JobRef {
  readonly state: string;
  readonly lastEventIndex: number;
  readonly attempt: number;
  readonly cancelRequested: boolean;
}

/** Hosts that a batch may put in quarantine are locked before any job: as in a revocation, which begins at the host. */
async function lockRefusing(client: Client, batch: readonly ReceivedJobEvent[]): Promise<void> {
  const hostIds = batch.filter(({ event }) => event.state === 'refused').map(({ hostId }) => hostId);
  if (hostIds.length === 0) return;
  await client.$queryRaw`SELECT id FROM host WHERE id = ANY (${hostIds}::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
}

async function lockJobs(client: Client, batch: readonly ReceivedJobEvent[]): Promise<Map<string, Progress>> {
  const jobIds = batch.map(({ event }) => event.jobId);
  const rows = await client.$queryRaw<LockedRow[]>`
    SELECT id, order_id AS "orderId", host_id AS "hostId", state, last_event_index AS "lastEventIndex", attempt,
           cancel_requested_at IS NOT NULL AS "cancelRequested"
    FROM job WHERE id = ANY (${jobIds}::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
  const counts = await client.jobEvent.groupBy({
    by: 'jobId',
    where: { jobId: { in: rows.map(({ id }) => id) } },
    _count: true,
  });
  const stored = new Map(counts.map(({ jobId, _count }) => [jobId, _count]));
  const fresh = {
    ...{ plan: null, before: null, after: null, undone: null, effective: null, nextAt: null },
    ...{ proof: null, waitsFor: null },
    ...{ signed: false, undoneLater: false, firstAt: null, touchedAt: null },
  };
  return new Map(
    rows.map((row) => [
      row.id,
      { ...row, ...fresh, state: jobState.parse(row.state), stored: stored.get(row.id) ?? 0 },
    ]),
  );
}

function keyOf(event: { readonly jobId: string; readonly eventId: string }): string {
  return `${event.jobId}/${event.eventId}`.toLowerCase();
}

async function knownEvents(client: Client, batch: readonly ReceivedJobEvent[]): Promise<Set<string>> {
  const rows = await client.jobEvent.findMany({
    where: {
      jobId: { in: batch.map(({ event }) => event.jobId) },
      eventId: { in: batch.map(({ event }) => event.eventId) },
    },
    select: { jobId: true, eventId: true },
  });
  return new Set(rows.map(keyOf));
}

/** `nextAt` is said of two states only; in any other one nothing is due. */
function nextAtOf({ state, nextAt }: JobEvent): Date | null {
  const pauses = state === 'retrying' || state === 'baking';
  return pauses && typeof nextAt === 'string' ? storableTime(new Date(nextAt)) : null;
}

/** What only the last event of a job says. */
function applyEnd(job: Progress, { state, effective, proof, waitsFor }: JobEvent): void {
  job.effective = state === 'verified' ? (effective ?? null) : null;
  job.proof = proof ?? null;
  job.waitsFor = waitsFor ?? null;
}

function applyEvidence(job: Progress, { event, signatureValid, receivedAt }: ReceivedJobEvent): void {
  job.plan = event.plan ?? job.plan;
  job.before = event.before ?? job.before;
  job.after = event.after ?? job.after;
  // What an attempt took back says nothing of the next one.
  job.undone = isFinal(event.state) ? event.undone : null;
  applyEnd(job, event);
  job.nextAt = nextAtOf(event);
  job.signed = signatureValid && isFinal(event.state);
  job.firstAt ??= receivedAt;
  job.touchedAt = receivedAt;
}

/** Takes one event into its job; libs/rollout decides. */
function take(
  job: Progress,
  received: ReceivedJobEvent,
): { readonly kind: Kept['outcome']; readonly reason: string | null } {
  const { index, attempt, state, step, undone } = received.event;
  const word = { index, attempt, state, step, undone, signed: received.signatureValid };
  const decision = acceptEvent(job, word);
  if (decision.kind === 'late' && saysUndone(job, word)) job.undoneLater = true;
  if (decision.kind === 'illegal') return { kind: 'illegal', reason: decision.reason };
  if (decision.kind !== 'apply') return { kind: decision.kind, reason: null };
  Object.assign(job, decision.job);
  applyEvidence(job, received);
  return { kind: 'applied', reason: null };
}

async function insertEvents(client: Client, kept: readonly Kept[]): Promise<void> {
  if (kept.length === 0) return;
  const data = kept.map(({ received: { event, receivedAt, signatureValid }, outcome }) => ({
    jobId: event.jobId,
    eventId: event.eventId,
    attempt: event.attempt,
    index: event.index,
    at: storableTime(new Date(event.at)),
    receivedAt,
    state: event.state,
    step: storableTextOrNull(event.step),
    detail: storableTextOrNull(event.detail),
    outcome,
    signatureValid,
    raw: JSON.stringify(event),
  }));
  await client.jobEvent.createMany({ data });
}

function jsonOrNull(value: object | null): string | null {
  return value === null ? null : storableJson(value);
}

async function updateJobs(client: Client, jobs: readonly Progress[]): Promise<void> {
  if (jobs.length === 0) return;
  const column = <T>(pick: (job: Progress) => T): T[] => jobs.map(pick);
  await client.$executeRaw`
    UPDATE job j SET state = u.state, last_event_index = u.last_index, attempt = u.attempt, plan = coalesce(u.plan::jsonb, j.plan),
      before = coalesce(u.before::jsonb, j.before), after = coalesce(u.after::jsonb, j.after), undone = u.undone,
      effective = u.effective, proof = u.proof::jsonb, waits_for = u.waits_for::jsonb, next_at = u.next_at, result_signed = u.signed, updated_at = u.at, accepted_at = coalesce(j.accepted_at, u.first_at)
    FROM unnest(${column((j) => j.id)}::uuid[], ${column((j) => j.state)}::text[], ${column((j) => j.lastEventIndex)}::int[], ${column((j) => j.attempt)}::int[],
                ${column((j) => jsonOrNull(j.plan))}::text[], ${column((j) => jsonOrNull(j.before))}::text[], ${column((j) => jsonOrNull(j.after))}::text[],
                ${column((j) => j.undone)}::boolean[], ${column((j) => j.effective)}::text[],
                ${column((j) => jsonOrNull(j.proof))}::text[], ${column((j) => jsonOrNull(j.waitsFor))}::text[], ${column((j) => j.nextAt)}::timestamptz[],
                ${column((j) => j.signed)}::boolean[], ${column((j) => j.firstAt)}::timestamptz[], ${column((j) => j.touchedAt)}::timestamptz[])
      AS u (id, state, last_index, attempt, plan, before, after, undone, effective, proof, waits_for, next_at, signed, first_at, at)
    WHERE j.id = u.id`;
}

async function noteUndone(client: Client, jobs: readonly Progress[]): Promise<void> {
  const ids = jobs.filter(({ undoneLater }) => undoneLater).map(({ id }) => id);
  if (ids.length > 0) await client.job.updateMany({ where: { id: { in: ids } }, data: { undone: true } });
}

/** A host that says `refused` got something that its server never signed, or is not the host it was: nothing more goes to it. */
async function quarantineRefusing(client: Client, jobs: readonly Progress[]): Promise<ActedRecord[]> {
  const records: ActedRecord[] = [];
  for (const job of jobs.filter(({ state }) => state === 'refused')) {
    const { id: jobId, hostId, touchedAt } = job;
    const host = await quarantine(client, { hostId, reason: 'refused', at: touchedAt ?? new Date(0) });
    if (host === null) continue;
    const subject = { kind: 'host', ...host };
    const detail = { reason: 'refused', jobId };
    records.push({ actor: SERVER, record: { action: 'host.quarantine', subject, detail } });
  }
  return records;
}

interface Judged {
  readonly outcomes: readonly JobEventOutcome[];
  readonly kept: readonly Kept[];
}

function outcomeOf(job: Progress, received: ReceivedJobEvent, isNew: boolean): JobEventOutcome {
  const { kind, reason } = isNew ? take(job, received) : { kind: 'duplicate' as const, reason: null };
  const { eventId, state } = received.event;
  // The end of a job is kept whatever came before it: there is one.
  const stored = isNew && (job.stored < MAX_EVENTS_OF_JOB || (kind === 'applied' && isFinal(state)));
  if (stored) job.stored += 1;
  const tellCancel = mustHearCancel({ state: job.state, cancelRequested: job.cancelRequested, said: state });
  return {
    eventId,
    kind,
    reason,
    stored,
    job: { id: job.id, orderId: job.orderId, hostId: job.hostId, state: job.state, tellCancel },
    quarantined: false,
  };
}

function judge(
  jobs: ReadonlyMap<string, Progress>,
  known: Set<string>,
  batch: readonly ReceivedJobEvent[],
): Judged {
  const kept: Kept[] = [];
  const outcomes = batch.map((received): JobEventOutcome => {
    const { event, hostId } = received;
    const job = jobs.get(event.jobId.toLowerCase());
    // Another host's job: neither stored nor told apart from one that does not exist.
    if (job?.hostId !== hostId) {
      return {
        ...{ eventId: event.eventId, kind: 'foreign', reason: null, stored: false },
        ...{ job: null, quarantined: false },
      };
    }
    const isNew = !known.has(keyOf(event));
    known.add(keyOf(event));
    const outcome = outcomeOf(job, received, isNew);
    if (outcome.stored && outcome.kind !== 'foreign') kept.push({ received, outcome: outcome.kind });
    return outcome;
  });
  return { outcomes, kept };
}

/** Takes a batch of events in, each once; to be run in a transaction, as its last part. */
export async function acceptEvents(
  client: Client,
  batch: readonly ReceivedJobEvent[],
): Promise<JobEventOutcome[]> {
  await lockRefusing(client, batch);
  const jobs = await lockJobs(client, batch);
  const { outcomes, kept } = judge(jobs, await knownEvents(client, batch), batch);
  await insertEvents(client, kept);
  const touched = [...jobs.values()].filter((job) => job.touchedAt !== null);
  await updateJobs(client, touched);
  await noteUndone(client, [...jobs.values()]);
  const quarantined = await quarantineRefusing(client, touched);
  const at = batch.at(-1)?.receivedAt ?? new Date(0);
  const finished = touched.filter(({ state }) => isFinal(state));
  const ends = await finishedRecords(
    client,
    finished.map(({ id, state }) => ({ id, state, by: 'host' })),
  );
  await appendAudit(client, at, [...ends, ...quarantined]);
  const heldIds = new Set(quarantined.map(({ record }) => record.subject.id));
  return outcomes.map((outcome) => ({
    ...outcome,
    quarantined:
      outcome.kind === 'applied' && outcome.job?.state === 'refused' && heldIds.has(outcome.job.hostId),
  }));
}
