import { dsseEnvelope, jobState, type JobState } from '@trustfleet/protocol';
import { nextDelivery, type DeliveryDecision } from '@trustfleet/rollout';
import { Prisma, type Client, type Context } from '../connection.ts';
import type { DeliverableJob, JobRef, JobRepository, JobTransition } from '../model/jobs.ts';
import type { Artifact } from '../model/orders.ts';

/** States in which the agent has not accepted the job: what delivery is about. */
const UNDELIVERED: readonly JobState[] = ['queued', 'heldOffline', 'offered'];
const MAX_PER_HOST = 100;
/** A sweep takes so many at a time; the next one takes the rest. */
const MAX_PER_SWEEP = 5000;
const MAX_HOSTS = 1000;

interface CandidateRow extends JobRef {
  readonly state: string;
  readonly notBefore: Date;
  readonly deliverBy: Date;
  readonly executionTimeoutMs: number;
  readonly offeredAt: Date | null;
  readonly onlineSince: Date | null;
}

interface Candidate extends JobRef {
  readonly decision: DeliveryDecision['kind'];
}

/** Undelivered jobs whose time has come, judged by libs/rollout: SQL narrows, the state machine decides. */
async function candidates(
  client: Client,
  condition: Prisma.Sql,
  limits: { readonly now: Date; readonly limit: number },
): Promise<Candidate[]> {
  const { now, limit } = limits;
  const rows = await client.$queryRaw<CandidateRow[]>`
    SELECT j.id, j.order_id AS "orderId", j.host_id AS "hostId", j.state, j.not_before AS "notBefore", j.deliver_by AS "deliverBy",
           j.execution_timeout_ms AS "executionTimeoutMs", j.offered_at AS "offeredAt", c.since AS "onlineSince"
    FROM job j LEFT JOIN host_connection c ON c.host_id = j.host_id
    WHERE j.state = ANY (${[...UNDELIVERED]}::text[]) AND j.not_before <= ${now}::timestamptz AND ${condition}
    ORDER BY j.not_before, j.created_at, j.id LIMIT ${limit}`;
  return rows.map(({ id, orderId, hostId, state, ...facts }) => ({
    id,
    orderId,
    hostId,
    decision: nextDelivery({ ...facts, state: jobState.parse(state), now }).kind,
  }));
}

const ONLINE = Prisma.sql`c.host_id IS NOT NULL`;

async function artifactsOf(
  client: Client,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, Artifact[]>> {
  const rows = await client.orderArtifact.findMany({
    where: { orderId: { in: [...orderIds] } },
    include: { artifact: true },
    orderBy: { sha256: 'asc' },
  });
  const byOrder = new Map<string, Artifact[]>();
  for (const { orderId, artifact } of rows) byOrder.set(orderId, [...(byOrder.get(orderId) ?? []), artifact]);
  return byOrder;
}

async function load(client: Client, ids: readonly string[]): Promise<DeliverableJob[]> {
  const rows = await client.job.findMany({
    where: { id: { in: [...ids] } },
    include: { order: { select: { envelope: true } } },
    orderBy: [{ notBefore: 'asc' }, { createdAt: 'asc' }, { id: 'asc' }],
  });
  const artifacts = await artifactsOf(
    client,
    rows.map((row) => row.orderId),
  );
  return rows.map(
    ({
      id,
      orderId,
      hostId,
      state,
      attempt,
      lastEventIndex,
      notBefore,
      deliverBy,
      executionTimeoutMs,
      offeredAt,
      envelope,
      order,
    }) => ({
      ...{
        id,
        orderId,
        hostId,
        attempt,
        lastEventIndex,
        notBefore,
        deliverBy,
        executionTimeoutMs,
        offeredAt,
      },
      state: jobState.parse(state),
      order: dsseEnvelope.parse(order.envelope),
      job: dsseEnvelope.parse(envelope),
      artifacts: artifacts.get(orderId) ?? [],
    }),
  );
}

export async function transition(client: Client, { jobIds, from, to, at }: JobTransition): Promise<JobRef[]> {
  if (jobIds.length === 0 || from.length === 0) return [];
  // The inner select locks in order of id and looks at the state again once it has the lock.
  return await client.$queryRaw<JobRef[]>`
    UPDATE job SET state = ${to}, updated_at = ${at}::timestamptz,
      offered_at = CASE WHEN ${to}::text = 'offered' THEN ${at}::timestamptz ELSE offered_at END
    WHERE id IN (SELECT id FROM job WHERE id = ANY (${[...jobIds]}::uuid[]) AND state = ANY (${[...from]}::text[]) ORDER BY id FOR NO KEY UPDATE)
    RETURNING id, order_id AS "orderId", host_id AS "hostId"`;
}

/** The part of the job repository that brings jobs to their hosts. */
export function createJobDelivery({
  client,
}: Context): Pick<
  JobRepository,
  'dueForHost' | 'hostsWithDueJobs' | 'nextDueAt' | 'holdOffline' | 'expireDelivery' | 'transition'
> {
  return {
    async dueForHost(hostId, now) {
      const found = await candidates(client, Prisma.sql`j.host_id = ${hostId}::uuid AND ${ONLINE}`, {
        now,
        limit: MAX_PER_HOST,
      });
      return await load(
        client,
        found.filter(({ decision }) => decision === 'offer').map(({ id }) => id),
      );
    },
    async hostsWithDueJobs(now) {
      const found = await candidates(client, ONLINE, { now, limit: MAX_PER_SWEEP });
      return [
        ...new Set(found.filter(({ decision }) => decision === 'offer').map(({ hostId }) => hostId)),
      ].slice(0, MAX_HOSTS);
    },
    async nextDueAt(now) {
      const { _min } = await client.job.aggregate({
        _min: { notBefore: true },
        where: { state: { in: ['queued', 'heldOffline'] }, notBefore: { gt: now } },
      });
      return _min.notBefore;
    },
    async holdOffline(now) {
      const found = await candidates(client, Prisma.sql`c.host_id IS NULL AND j.state <> 'heldOffline'`, {
        now,
        limit: MAX_PER_SWEEP,
      });
      const jobIds = found.filter(({ decision }) => decision === 'hold').map(({ id }) => id);
      return await transition(client, { jobIds, from: ['queued', 'offered'], to: 'heldOffline', at: now });
    },
    async expireDelivery(now) {
      const found = await candidates(client, Prisma.sql`j.deliver_by <= ${now}::timestamptz`, {
        now,
        limit: MAX_PER_SWEEP,
      });
      const jobIds = found.filter(({ decision }) => decision === 'expire').map(({ id }) => id);
      return await transition(client, { jobIds, from: UNDELIVERED, to: 'deliveryExpired', at: now });
    },
    transition: (move) => transition(client, move),
  };
}
