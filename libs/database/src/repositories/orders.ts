import { dsseEnvelope, orderLimits, orderMode } from '@trustfleet/protocol';
import { waitingTime } from '@trustfleet/rollout';
import { z } from 'zod';
import { Prisma, type Client, type Context } from '../connection.ts';
import { UnknownHostError } from '../errors.ts';
import type { NewJob, NewOrder, Order, OrderChanges, OrderRepository } from '../model/orders.ts';
import type { Viewer } from '../model/viewer.ts';
import { storableJson, storableText } from '../storable.ts';
import { artifactsOf } from './artifacts.ts';
import { supersede } from './supersede.ts';
import { undoableOrders, undoTargets } from './undo-standing.ts';
import { visibleTo } from './visibility.ts';

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
  envelope: dsseEnvelope,
  limits: orderLimits,
  undoes: z.string().nullable(),
  counts: z.record(z.string(), z.int()).nullable(),
});

/** The jobs of an order `o` whose hosts the viewer sees: what its counts are of, and what decides whether it is there at all. */
function visibleJobs(viewer: Viewer): Prisma.Sql {
  return Prisma.sql`job j JOIN host h ON h.id = j.host_id WHERE j.order_id = o.id AND ${visibleTo(viewer)}`;
}

function visibleOrder(viewer: Viewer): Prisma.Sql {
  return viewer.groups === 'all'
    ? Prisma.sql`true`
    : Prisma.sql`EXISTS (SELECT 1 FROM ${visibleJobs(viewer)})`;
}

/** An order as the viewer sees it: with the jobs of hosts that the viewer sees. */
const columns = (
  viewer: Viewer,
): Prisma.Sql => Prisma.sql`o.id, o.remedy, o.mode, o.title, o.anchor_sha256 AS "anchorSha256", o.anchor_name AS "anchorName", o.parameters, o.reason,
  o.created_by AS "createdBy", o.created_at AS "createdAt", o.not_before AS "notBefore", o.expires_at AS "expiresAt", o.seq, o.envelope, o.limits, o.undoes,
  (SELECT jsonb_object_agg(state, jobs) FROM (SELECT state, count(*)::int AS jobs FROM ${visibleJobs(viewer)} GROUP BY state) x) AS counts`;

type OrderRow = Omit<Order, 'undoneBy' | 'undoable'>;

function toRow(row: unknown): OrderRow {
  const { anchorSha256, anchorName, counts, ...rest } = orderRow.parse(row);
  return {
    ...rest,
    anchor: anchorSha256 === null ? null : { sha256: anchorSha256, name: anchorName ?? anchorSha256 },
    counts: counts ?? {},
    targets: Object.values(counts ?? {}).reduce((sum, jobs) => sum + jobs, 0),
  };
}

interface UndoRow {
  readonly id: string;
  readonly createdAt: Date;
  readonly targets: number;
  readonly undoes: string;
}

/** The orders with what became of them: which orders undo them, and whether there is more to undo. */
async function withUndo(client: Client, viewer: Viewer, rows: readonly unknown[]): Promise<Order[]> {
  const orders = rows.map(toRow);
  const ids = orders.map(({ id }) => id);
  const undoing = await client.$queryRaw<UndoRow[]>`
    SELECT o.id, o.created_at AS "createdAt", (SELECT count(*)::int FROM ${visibleJobs(viewer)}) AS targets, o.undoes
    FROM "order" o WHERE o.undoes = ANY (${ids}::uuid[]) AND ${visibleOrder(viewer)} ORDER BY o.created_at DESC, o.id DESC`;
  const undoable = await undoableOrders(client, viewer, ids);
  return orders.map((order) => ({
    ...order,
    undoneBy: undoing
      .filter(({ undoes }) => undoes === order.id)
      .map(({ id, createdAt, targets }) => ({ id, createdAt, targets })),
    undoable: undoable.has(order.id),
  }));
}

async function checkHosts(client: Client, viewer: Viewer, hostIds: readonly string[]): Promise<void> {
  const rows = await client.$queryRaw<
    { id: string }[]
  >`SELECT h.id FROM host h WHERE ${visibleTo(viewer)} AND h.revoked_at IS NULL AND h.id = ANY (${[...hostIds]}::uuid[]) ORDER BY h.id FOR KEY SHARE`;
  const known = new Set(rows.map((row) => row.id));
  const unknown = hostIds.filter((hostId) => !known.has(hostId));
  if (unknown.length > 0) throw new UnknownHostError(unknown);
}

async function insertOrder(client: Client, order: NewOrder, targets: number): Promise<void> {
  const { anchor, envelope, parameters, limits, title, reason, createdBy, ...plain } = order;
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
      limits: z.json().parse(limits) ?? {},
      targets,
    },
  });
}

async function insertJobs(client: Client, order: NewOrder, jobs: readonly NewJob[]): Promise<void> {
  const column = <T>(pick: (job: NewJob) => T): T[] => jobs.map(pick);
  await client.$executeRaw`
    INSERT INTO job (id, order_id, host_id, state, attempt, not_before, deliver_by, execution_timeout_ms, window_ms, undoes, envelope, created_at, updated_at)
    SELECT id, ${order.id}::uuid, host_id, 'queued', attempt, not_before, deliver_by, timeout, ${waitingTime(order.limits)}::int, undoes, envelope::jsonb, ${order.createdAt}::timestamptz, ${order.createdAt}::timestamptz
    FROM unnest(${column((j) => j.id)}::uuid[], ${column((j) => j.hostId)}::uuid[], ${column((j) => j.attempt)}::int[], ${column((j) => j.notBefore)}::timestamptz[],
                ${column((j) => j.deliverBy)}::timestamptz[], ${column((j) => j.executionTimeoutMs)}::int[], ${column((j) => j.undoes)}::uuid[],
                ${column((j) => storableJson(j.envelope))}::text[])
      AS u (id, host_id, attempt, not_before, deliver_by, timeout, undoes, envelope)`;
}

export function createOrderRepository({ client, atomically }: Context): OrderRepository & OrderChanges {
  return {
    async nextSeq() {
      const [row] = await client.$queryRaw<{ seq: bigint }[]>`SELECT nextval('order_seq') AS seq`;
      return Number(row?.seq);
    },
    async create(viewer, { order, artifacts, jobs }) {
      const hostIds = jobs.map((job) => job.hostId);
      return await atomically(async (transaction) => {
        await checkHosts(transaction, viewer, hostIds);
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
        return await supersede(transaction, order, hostIds);
      });
    },
    undoTargets: (viewer, scope) => undoTargets(client, viewer, scope),
    async artifactsOf(orderId) {
      return (await artifactsOf(client, [orderId])).get(orderId) ?? [];
    },
    async get(viewer, orderId) {
      const [row] = await client.$queryRaw<
        unknown[]
      >`SELECT ${columns(viewer)} FROM "order" o WHERE o.id = ${orderId}::uuid AND ${visibleOrder(viewer)}`;
      return row === undefined ? null : ((await withUndo(client, viewer, [row]))[0] ?? null);
    },
    async list(viewer, { page, pageSize }) {
      const rows = await client.$queryRaw<unknown[]>`
        SELECT ${columns(viewer)} FROM "order" o WHERE ${visibleOrder(viewer)} ORDER BY o.created_at DESC, o.id DESC LIMIT ${pageSize} OFFSET ${(page - 1) * pageSize}`;
      const total = await client.$queryRaw<
        { total: number }[]
      >`SELECT count(*)::int AS total FROM "order" o WHERE ${visibleOrder(viewer)}`;
      return { items: await withUndo(client, viewer, rows), total: total[0]?.total ?? 0, page, pageSize };
    },
  };
}
