import { dsseEnvelope, jobState, OPEN_JOB_STATES, type JobState } from '@trustfleet/protocol';
import {
  isAccepted,
  isCancellable,
  isLost,
  nextDelivery,
  REDELIVER_AFTER_MS,
  type DeliveryDecision,
} from '@trustfleet/rollout';
import { Prisma, type Client, type Context } from '../connection.ts';
import type { DeliverableJob, JobRef, JobRepository } from '../model/jobs.ts';
import { artifactsOf } from './artifacts.ts';
import { moveByServer } from './job-moves.ts';

/** States in which the agent has not accepted the job: what delivery is about. */
const UNDELIVERED: readonly JobState[] = ['queued', 'heldOffline', 'offered'];
const ACCEPTED = OPEN_JOB_STATES.filter(isAccepted);
const CANCELLABLE = OPEN_JOB_STATES.filter(isCancellable);
/** Bodies that one look brings into memory; the caller looks again until nothing is due. */
const MAX_DUE = 500;
/** A step of the clock takes so many at a time; the next one takes the rest. */
const MAX_PER_STEP = 5000;

interface CandidateRow extends JobRef {
  readonly state: string;
  readonly notBefore: Date;
  readonly deliverBy: Date;
  readonly executionTimeoutMs: number;
  readonly offeredAt: Date | null;
  readonly onlineSince: Date | null;
  readonly hostHeld: boolean;
  readonly cancelRequestedAt: Date | null;
}

interface Candidate extends JobRef {
  readonly decision: DeliveryDecision['kind'];
}

const HELD = Prisma.sql`(h.revoked_at IS NOT NULL OR h.quarantine IS NOT NULL)`;

/** What SQL narrows by; all of it on jobs `j`, hosts `h` and sockets `c`. */
interface Narrowed {
  /** On the job alone: decided first, whatever the planner knows of the other tables. */
  readonly jobs: Prisma.Sql;
  readonly hosts: Prisma.Sql;
}

/** Undelivered jobs whose time has come, judged by libs/rollout: SQL narrows, the state machine decides. */
async function candidates(
  client: Client,
  narrowed: Narrowed,
  limits: { readonly now: Date; readonly limit: number },
): Promise<Candidate[]> {
  const { now, limit } = limits;
  const rows = await client.$queryRaw<CandidateRow[]>`
    WITH j AS MATERIALIZED (SELECT id, order_id, host_id, state, not_before, deliver_by, execution_timeout_ms, offered_at, cancel_requested_at, created_at
                            FROM job j WHERE j.state = ANY (${[...UNDELIVERED]}::text[]) AND ${narrowed.jobs})
    SELECT j.id, j.order_id AS "orderId", j.host_id AS "hostId", j.state, j.not_before AS "notBefore", j.deliver_by AS "deliverBy",
           j.execution_timeout_ms AS "executionTimeoutMs", j.offered_at AS "offeredAt", c.since AS "onlineSince", ${HELD} AS "hostHeld",
           j.cancel_requested_at AS "cancelRequestedAt"
    FROM j JOIN host h ON h.id = j.host_id LEFT JOIN host_connection c ON c.host_id = j.host_id
    WHERE ${narrowed.hosts} ORDER BY j.not_before, j.created_at, j.id LIMIT ${limit}`;
  return rows.map(({ id, orderId, hostId, state, ...facts }) => ({
    id,
    orderId,
    hostId,
    decision: nextDelivery({ ...facts, state: jobState.parse(state), now }).kind,
  }));
}

function idsOf(found: readonly Candidate[], decision: DeliveryDecision['kind']): string[] {
  return found.filter((candidate) => candidate.decision === decision).map(({ id }) => id);
}

/** Narrowed so that no number of jobs that wait for their answer hides one that is due. */
function due(hostIds: readonly string[] | 'all', now: Date): Narrowed {
  const answered = new Date(now.getTime() - REDELIVER_AFTER_MS);
  return {
    jobs: Prisma.sql`j.not_before <= ${now}::timestamptz AND j.cancel_requested_at IS NULL AND ${ofHosts(hostIds)}`,
    hosts: Prisma.sql`c.host_id IS NOT NULL AND NOT ${HELD}
      AND NOT (j.state = 'offered' AND j.offered_at >= c.since AND j.offered_at > ${answered}::timestamptz)`,
  };
}

const ANY = Prisma.sql`true`;

function ofHosts(hostIds: readonly string[] | 'all'): Prisma.Sql {
  return hostIds === 'all' ? ANY : Prisma.sql`j.host_id = ANY (${[...hostIds]}::uuid[])`;
}

async function load(client: Client, ids: readonly string[]): Promise<DeliverableJob[]> {
  if (ids.length === 0) return [];
  const rows = await client.job.findMany({
    where: { id: { in: [...ids] } },
    include: { order: { select: { envelope: true } } },
    orderBy: [{ notBefore: 'asc' }, { createdAt: 'asc' }, { id: 'asc' }],
  });
  const artifacts = await artifactsOf(
    client,
    rows.map((row) => row.orderId),
  );
  return rows.map(({ id, orderId, hostId, envelope, order }) => ({
    id,
    orderId,
    hostId,
    order: dsseEnvelope.parse(order.envelope),
    job: dsseEnvelope.parse(envelope),
    artifacts: artifacts.get(orderId) ?? [],
  }));
}

interface AcceptedRow {
  readonly id: string;
  readonly state: string;
  readonly acceptedAt: Date | null;
  readonly windowMs: number;
  readonly executionTimeoutMs: number;
  readonly attempts: number;
}

/** Accepted jobs past `reportBy`: SQL narrows by the same sum, libs/rollout decides. */
async function silent(client: Client, now: Date): Promise<string[]> {
  const rows = await client.$queryRaw<AcceptedRow[]>`
    SELECT * FROM (
      SELECT j.id, j.state, j.accepted_at AS "acceptedAt", j.window_ms AS "windowMs", j.execution_timeout_ms AS "executionTimeoutMs",
             coalesce((o.limits ->> 'attempts')::int, 1) AS attempts
      FROM job j JOIN "order" o ON o.id = j.order_id WHERE j.state = ANY (${[...ACCEPTED]}::text[])) x
    WHERE x."acceptedAt" + (x."windowMs" + x."executionTimeoutMs"::bigint * x.attempts) * interval '1 millisecond' < ${now}::timestamptz
    ORDER BY x."acceptedAt", x.id LIMIT ${MAX_PER_STEP}`;
  return rows
    .filter(({ state, ...facts }) => isLost({ ...facts, state: jobState.parse(state) }, now))
    .map(({ id }) => id);
}

async function cancelsToSend(client: Client, hostIds: readonly string[] | 'all'): Promise<JobRef[]> {
  return await client.$queryRaw<JobRef[]>`
    SELECT j.id, j.order_id AS "orderId", j.host_id AS "hostId" FROM job j JOIN host_connection c ON c.host_id = j.host_id
    WHERE j.cancel_requested_at IS NOT NULL AND j.state = ANY (${[...CANCELLABLE]}::text[]) AND ${ofHosts(hostIds)}
    ORDER BY j.id LIMIT ${MAX_PER_STEP}`;
}

type Delivery = Pick<
  JobRepository,
  | 'due'
  | 'nextDueAt'
  | 'cancelsToSend'
  | 'holdOffline'
  | 'expireDelivery'
  | 'settleCancelled'
  | 'loseSilent'
  | 'transition'
>;

/** The part of the job repository that brings jobs to their hosts, and what the server's clock ends. */
export function createJobDelivery({ client, atomically }: Context): Delivery {
  const transition: JobRepository['transition'] = async (move) =>
    move.jobIds.length === 0 ? [] : await atomically((transaction) => moveByServer(transaction, move));
  return {
    async due(hostIds, now) {
      const found = await candidates(client, due(hostIds, now), { now, limit: MAX_DUE });
      return await load(client, idsOf(found, 'offer'));
    },
    async nextDueAt(now) {
      const { _min } = await client.job.aggregate({
        _min: { notBefore: true },
        where: { state: { in: ['queued', 'heldOffline'] }, notBefore: { gt: now } },
      });
      return _min.notBefore;
    },
    cancelsToSend: (hostIds) => cancelsToSend(client, hostIds),
    async holdOffline(now) {
      const narrowed = {
        jobs: Prisma.sql`j.not_before <= ${now}::timestamptz AND j.state <> 'heldOffline'`,
        hosts: Prisma.sql`(c.host_id IS NULL OR (${HELD} AND j.state = 'offered'))`,
      };
      const found = await candidates(client, narrowed, { now, limit: MAX_PER_STEP });
      const jobIds = idsOf(found, 'hold');
      return await transition({ jobIds, from: ['queued', 'offered'], to: 'heldOffline', at: now });
    },
    async expireDelivery(now) {
      const narrowed = { jobs: Prisma.sql`j.deliver_by <= ${now}::timestamptz`, hosts: ANY };
      const found = await candidates(client, narrowed, { now, limit: MAX_PER_STEP });
      const jobIds = idsOf(found, 'expire');
      return await transition({ jobIds, from: UNDELIVERED, to: 'deliveryExpired', at: now });
    },
    async settleCancelled(now) {
      const narrowed = { jobs: Prisma.sql`j.cancel_requested_at IS NOT NULL`, hosts: ANY };
      const found = await candidates(client, narrowed, { now, limit: MAX_PER_STEP });
      const jobIds = idsOf(found, 'cancel');
      return await transition({ jobIds, from: UNDELIVERED, to: 'cancelled', at: now });
    },
    async loseSilent(now) {
      return await transition({ jobIds: await silent(client, now), from: ACCEPTED, to: 'lost', at: now });
    },
    transition,
  };
}
