import { jobState, orderMode } from '@trustfleet/protocol';
import { undoStanding, type UndoStanding } from '@trustfleet/rollout';
import { z } from 'zod';
import { Prisma, type Client } from '../connection.ts';
import type { JobScope } from '../model/jobs.ts';
import type { UndoTarget } from '../model/orders.ts';
import type { Viewer } from '../model/viewer.ts';
import { inScope } from './job-scope.ts';
import { visibleTo } from './visibility.ts';

const facts = z.object({
  mode: orderMode,
  state: jobState,
  undone: z.boolean().nullable(),
  plannedChanges: z.int().nullable(),
  undoStates: z.array(jobState),
});

/** What libs/rollout `undoStanding` asks of a job `j` of an order `o`. */
export const UNDO_FACTS = Prisma.sql`o.mode, j.state, j.undone, jsonb_array_length(j.plan -> 'changes') AS "plannedChanges",
  ARRAY(SELECT DISTINCT u.state FROM job u WHERE u.undoes = j.id ORDER BY u.state) AS "undoStates"`;

export function standingOf(row: unknown): UndoStanding {
  return undoStanding(facts.parse(row));
}

/** Which of these orders have a job, of those that the viewer sees, that can be undone? Jobs alike are asked about once. */
export async function undoableOrders(
  client: Client,
  viewer: Viewer,
  orderIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await client.$queryRaw<{ orderId: string }[]>`
    SELECT DISTINCT j.order_id AS "orderId", ${UNDO_FACTS} FROM job j JOIN "order" o ON o.id = j.order_id JOIN host h ON h.id = j.host_id
    WHERE o.id = ANY (${[...orderIds]}::uuid[]) AND o.mode = 'apply' AND h.revoked_at IS NULL AND ${visibleTo(viewer)}`;
  return new Set(rows.filter((row) => standingOf(row) === 'possible').map(({ orderId }) => orderId));
}

interface TargetRow {
  readonly jobId: string;
  readonly hostId: string;
  readonly hostRevoked: boolean;
}

export async function undoTargets(
  client: Client,
  viewer: Viewer,
  scope: JobScope,
): Promise<readonly UndoTarget[]> {
  // Locked first and read afterwards: of two undos at once the second one sees the jobs of the first.
  const locked = await client.$queryRaw<{ id: string }[]>`
    SELECT j.id FROM job j JOIN host h ON h.id = j.host_id WHERE ${inScope(scope)} AND ${visibleTo(viewer)} ORDER BY j.id FOR NO KEY UPDATE OF j`;
  const rows = await client.$queryRaw<TargetRow[]>`
    SELECT j.id AS "jobId", j.host_id AS "hostId", h.revoked_at IS NOT NULL AS "hostRevoked", ${UNDO_FACTS}
    FROM job j JOIN "order" o ON o.id = j.order_id JOIN host h ON h.id = j.host_id
    WHERE j.id = ANY (${locked.map(({ id }) => id)}::uuid[]) ORDER BY j.id`;
  return rows.map((row) => ({
    jobId: row.jobId,
    hostId: row.hostId,
    hostRevoked: row.hostRevoked,
    standing: standingOf(row),
  }));
}
