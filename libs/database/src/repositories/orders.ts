import { dsseEnvelope, orderMode } from '@trustfleet/protocol';
import { z } from 'zod';
import { Prisma, type Client, type Context } from '../connection.ts';
import { UnknownHostError } from '../errors.ts';
import type { NewJob, NewOrder, Order, OrderRepository } from '../model/orders.ts';
import { storableJson, storableText } from '../storable.ts';

const orderRow = z.object({
  id: z.string(),
  remedy: z.string(),
  mode: orderMode,
  title: z.string(),
  anchorSha256: z.string().nullable(),
  anchorName: z.string().nullable(),
  parameters: z.record(z.string(), z.unknown()),
  reason: z.string(),
  createdBy: z.string(),
  createdAt: z.date(),
  notBefore: z.date(),
  expiresAt: z.date(),
  seq: z.bigint().transform(Number),
  targets: z.int(),
  envelope: dsseEnvelope,
  counts: z.record(z.string(), z.int()).nullable(),
});

const COLUMNS = Prisma.sql`o.id, o.remedy, o.mode, o.title, o.anchor_sha256 AS "anchorSha256", o.anchor_name AS "anchorName", o.parameters, o.reason,
  o.created_by AS "createdBy", o.created_at AS "createdAt", o.not_before AS "notBefore", o.expires_at AS "expiresAt", o.seq, o.targets, o.envelope,
  (SELECT jsonb_object_agg(state, jobs) FROM (SELECT state, count(*)::int AS jobs FROM job j WHERE j.order_id = o.id GROUP BY state) x) AS counts`;

function toOrder(row: unknown): Order {
  const { anchorSha256, anchorName, counts, ...rest } = orderRow.parse(row);
  return {
    ...rest,
    anchor: anchorSha256 === null ? null : { sha256: anchorSha256, name: anchorName ?? anchorSha256 },
    counts: counts ?? {},
  };
}

async function checkHosts(client: Client, hostIds: readonly string[]): Promise<void> {
  const rows = await client.$queryRaw<
    { id: string }[]
  >`SELECT id FROM host WHERE id = ANY (${[...hostIds]}::uuid[]) ORDER BY id FOR KEY SHARE`;
  const known = new Set(rows.map((row) => row.id));
  const unknown = hostIds.filter((hostId) => !known.has(hostId));
  if (unknown.length > 0) throw new UnknownHostError(unknown);
}

async function insertOrder(client: Client, order: NewOrder, targets: number): Promise<void> {
  const { anchor, envelope, parameters, title, reason, createdBy, ...plain } = order;
  await client.order.create({
    data: {
      ...plain,
      title: storableText(title),
      reason: storableText(reason),
      createdBy: storableText(createdBy),
      anchorSha256: anchor?.sha256 ?? null,
      anchorName: anchor === null ? null : storableText(anchor.name),
      parameters: z.json().parse(JSON.parse(storableJson(parameters))) ?? {},
      envelope: z.json().parse(JSON.parse(storableJson(envelope))) ?? {},
      targets,
    },
  });
}

async function insertJobs(client: Client, order: NewOrder, jobs: readonly NewJob[]): Promise<void> {
  const column = <T>(pick: (job: NewJob) => T): T[] => jobs.map(pick);
  await client.$executeRaw`
    INSERT INTO job (id, order_id, host_id, state, attempt, not_before, deliver_by, execution_timeout_ms, envelope, created_at, updated_at)
    SELECT id, ${order.id}::uuid, host_id, 'queued', attempt, not_before, deliver_by, timeout, envelope::jsonb, ${order.createdAt}::timestamptz, ${order.createdAt}::timestamptz
    FROM unnest(${column((j) => j.id)}::uuid[], ${column((j) => j.hostId)}::uuid[], ${column((j) => j.attempt)}::int[], ${column((j) => j.notBefore)}::timestamptz[],
                ${column((j) => j.deliverBy)}::timestamptz[], ${column((j) => j.executionTimeoutMs)}::int[], ${column((j) => storableJson(j.envelope))}::text[])
      AS u (id, host_id, attempt, not_before, deliver_by, timeout, envelope)`;
}

export function createOrderRepository({ client, atomically }: Context): OrderRepository {
  return {
    async nextSeq() {
      const [row] = await client.$queryRaw<{ seq: bigint }[]>`SELECT nextval('order_seq') AS seq`;
      return Number(row?.seq);
    },
    async create({ order, artifacts, jobs }) {
      await atomically(async (transaction) => {
        await checkHosts(
          transaction,
          jobs.map((job) => job.hostId),
        );
        await insertOrder(transaction, order, jobs.length);
        const rows = artifacts
          .map(({ sha256, bytes }) => ({ sha256, bytes: Uint8Array.from(bytes) }))
          .sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
        await transaction.artifact.createMany({ data: rows, skipDuplicates: true });
        await transaction.orderArtifact.createMany({
          data: rows.map(({ sha256 }) => ({ orderId: order.id, sha256 })),
          skipDuplicates: true,
        });
        await insertJobs(transaction, order, jobs);
      });
    },
    async get(orderId) {
      const [row] = await client.$queryRaw<
        unknown[]
      >`SELECT ${COLUMNS} FROM "order" o WHERE o.id = ${orderId}::uuid`;
      return row === undefined ? null : toOrder(row);
    },
    async list({ page, pageSize }) {
      const rows = await client.$queryRaw<unknown[]>`
        SELECT ${COLUMNS} FROM "order" o ORDER BY o.created_at DESC, o.id DESC LIMIT ${pageSize} OFFSET ${(page - 1) * pageSize}`;
      return { items: rows.map(toOrder), total: await client.order.count(), page, pageSize };
    },
  };
}
