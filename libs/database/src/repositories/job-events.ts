import { jobState, type JobEvent, type JobState } from '@trustfleet/protocol';
import { acceptEvent, isFinal } from '@trustfleet/rollout';
import type { Client } from '../connection.ts';
import type { JobEventOutcome, JobRef, ReceivedJobEvent } from '../model/jobs.ts';
import { storableJson, storableTextOrNull } from '../storable.ts';

/** A job while a batch runs over it. */
interface Progress extends JobRef {
  state: JobState;
  lastEventIndex: number;
  attempt: number;
  /** Set by the batch; null leaves the column as it is. */
  plan: JobEvent['plan'];
  before: JobEvent['before'];
  after: JobEvent['after'];
  undone: boolean | null;
  signed: boolean;
  touchedAt: Date | null;
}

interface Kept {
  readonly received: ReceivedJobEvent;
  readonly outcome: Exclude<JobEventOutcome['kind'], 'foreign'>;
}

async function lockJobs(client: Client, batch: readonly ReceivedJobEvent[]): Promise<Map<string, Progress>> {
  const rows = await client.$queryRaw<
    (JobRef & { state: string; lastEventIndex: number; attempt: number })[]
  >`
    SELECT id, order_id AS "orderId", host_id AS "hostId", state, last_event_index AS "lastEventIndex", attempt
    FROM job WHERE id = ANY (${batch.map(({ event }) => event.jobId)}::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
  const fresh = { plan: null, before: null, after: null, undone: null, signed: false, touchedAt: null };
  return new Map(rows.map((row) => [row.id, { ...row, ...fresh, state: jobState.parse(row.state) }]));
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

function applyEvidence(job: Progress, { event, signatureValid, receivedAt }: ReceivedJobEvent): void {
  job.plan = event.plan ?? job.plan;
  job.before = event.before ?? job.before;
  job.after = event.after ?? job.after;
  job.undone = event.undone ?? job.undone;
  job.signed = signatureValid && isFinal(event.state);
  job.touchedAt = receivedAt;
}

/** Takes one event into its job; libs/rollout decides. */
function take(
  job: Progress,
  received: ReceivedJobEvent,
): { readonly kind: Kept['outcome']; readonly reason: string | null } {
  const decision = acceptEvent(job, received.event);
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
    at: new Date(event.at),
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
      before = coalesce(u.before::jsonb, j.before), after = coalesce(u.after::jsonb, j.after), undone = coalesce(u.undone, j.undone),
      result_signed = u.signed, updated_at = u.at, accepted_at = coalesce(j.accepted_at, u.at)
    FROM unnest(${column((j) => j.id)}::uuid[], ${column((j) => j.state)}::text[], ${column((j) => j.lastEventIndex)}::int[], ${column((j) => j.attempt)}::int[],
                ${column((j) => jsonOrNull(j.plan))}::text[], ${column((j) => jsonOrNull(j.before))}::text[], ${column((j) => jsonOrNull(j.after))}::text[],
                ${column((j) => j.undone)}::boolean[], ${column((j) => j.signed)}::boolean[], ${column((j) => j.touchedAt)}::timestamptz[])
      AS u (id, state, last_index, attempt, plan, before, after, undone, signed, at)
    WHERE j.id = u.id`;
}

/** Takes a batch of events in, each once; to be run in a transaction. */
export async function acceptEvents(
  client: Client,
  batch: readonly ReceivedJobEvent[],
): Promise<JobEventOutcome[]> {
  const jobs = await lockJobs(client, batch);
  const known = await knownEvents(client, batch);
  const kept: Kept[] = [];
  const outcomes = batch.map((received): JobEventOutcome => {
    const { event, hostId } = received;
    const job = jobs.get(event.jobId.toLowerCase());
    // Another host's job: neither stored nor told apart from one that does not exist.
    if (job?.hostId !== hostId) return { eventId: event.eventId, kind: 'foreign', reason: null, job: null };
    const isNew = !known.has(keyOf(event));
    known.add(keyOf(event));
    const { kind, reason } = isNew ? take(job, received) : { kind: 'duplicate' as const, reason: null };
    if (isNew) kept.push({ received, outcome: kind });
    return {
      eventId: event.eventId,
      kind,
      reason,
      job: { id: job.id, orderId: job.orderId, hostId: job.hostId, state: job.state },
    };
  });
  await insertEvents(client, kept);
  await updateJobs(
    client,
    [...jobs.values()].filter((job) => job.touchedAt !== null),
  );
  return outcomes;
}
