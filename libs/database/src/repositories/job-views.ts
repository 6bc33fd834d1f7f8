import { effective, jobEvent, jobEvidence, jobPlan, jobState, orderMode } from '@trustfleet/protocol';
import { isFailure, isFinal } from '@trustfleet/rollout';
import { z } from 'zod';
import { Prisma, type Client } from '../connection.ts';
import type { Page } from '../model/common.ts';
import type { JobDetail, JobQuery, JobSummary, StoredJobEvent } from '../model/jobs.ts';
import type { Viewer } from '../model/viewer.ts';
import { standingOf, UNDO_FACTS } from './undo-standing.ts';
import { visibleTo } from './visibility.ts';
import { FINAL_JOB_STATES } from '@trustfleet/protocol';

interface SummaryRow {
  readonly id: string;
  readonly orderId: string;
  readonly hostId: string;
  readonly hostName: string;
  readonly remedy: string;
  readonly mode: string;
  readonly title: string;
  readonly state: string;
  readonly attempt: number;
  readonly attempts: number;
  readonly notBefore: Date;
  readonly deliverBy: Date;
  readonly nextAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What only a job's own page shows. */
const details = z.object({
  createdBy: z.string(),
  reason: z.string(),
  anchorSha256: z.string().nullable(),
  anchorName: z.string().nullable(),
  plan: jobPlan.nullable(),
  before: jobEvidence.nullable(),
  after: jobEvidence.nullable(),
  undone: z.boolean().nullable(),
  effective: effective.nullable(),
  proof: jobEvent.shape.proof.unwrap(),
  waitsFor: jobEvent.shape.waitsFor.unwrap(),
  undoes: z.string().nullable(),
  cancelRequestedAt: z.date().nullable(),
  held: z.enum(['revoked', 'cloned', 'refused']).nullable(),
  resultSigned: z.boolean(),
});

const SUMMARY = Prisma.sql`j.id, j.order_id AS "orderId", j.host_id AS "hostId", h.name AS "hostName", o.remedy, o.mode, o.title, j.state, j.attempt, coalesce((o.limits ->> 'attempts')::int, 1) AS attempts,
  j.not_before AS "notBefore", j.deliver_by AS "deliverBy", j.next_at AS "nextAt", j.created_at AS "createdAt", j.updated_at AS "updatedAt"`;
const DETAIL = Prisma.sql`o.created_by AS "createdBy", o.reason, o.anchor_sha256 AS "anchorSha256", o.anchor_name AS "anchorName", j.plan, j.before, j.after,
  j.effective, j.proof, j.waits_for AS "waitsFor", j.undoes, j.cancel_requested_at AS "cancelRequestedAt", j.result_signed AS "resultSigned",
  CASE WHEN h.revoked_at IS NOT NULL THEN 'revoked' ELSE h.quarantine END AS held, ${UNDO_FACTS}`;
const TABLES = Prisma.sql`job j JOIN "order" o ON o.id = j.order_id JOIN host h ON h.id = j.host_id`;

function toSummary(row: SummaryRow): JobSummary {
  const {
    id,
    orderId,
    hostId,
    hostName,
    remedy,
    title,
    attempt,
    attempts,
    notBefore,
    deliverBy,
    nextAt,
    createdAt,
    updatedAt,
  } = row;
  const state = jobState.parse(row.state);
  return {
    id,
    orderId,
    hostId,
    hostName,
    remedy,
    mode: orderMode.parse(row.mode),
    title,
    state,
    final: isFinal(state),
    attempt,
    attempts,
    notBefore,
    deliverBy,
    nextAt,
    createdAt,
    updatedAt,
  };
}

/** An undo that failed may be tried again; nobody reads more of them than this. */
const UNDOS_SHOWN = 20;
/** The states that overview's `failed` counts. */
const FAILURES = FINAL_JOB_STATES.filter(isFailure);

function where(query: Omit<JobQuery, 'page' | 'pageSize'>): Prisma.Sql {
  const conditions = [Prisma.sql`true`];
  if (query.orderId !== undefined) conditions.push(Prisma.sql`j.order_id = ${query.orderId}::uuid`);
  if (query.hostId !== undefined) conditions.push(Prisma.sql`j.host_id = ${query.hostId}::uuid`);
  if (query.state !== undefined) conditions.push(Prisma.sql`j.state = ${query.state}`);
  if (query.active === true) conditions.push(Prisma.sql`j.state <> ALL (${[...FINAL_JOB_STATES]}::text[])`);
  if (query.active === false) conditions.push(Prisma.sql`j.state = ANY (${[...FINAL_JOB_STATES]}::text[])`);
  if (query.failed === true) conditions.push(Prisma.sql`j.state = ANY (${FAILURES}::text[])`);
  if (query.failed === false) conditions.push(Prisma.sql`j.state <> ALL (${FAILURES}::text[])`);
  return Prisma.join(conditions, ' AND ');
}

async function select(
  client: Client,
  condition: Prisma.Sql,
  range: { readonly limit: number; readonly offset: number },
): Promise<JobSummary[]> {
  const rows = await client.$queryRaw<SummaryRow[]>`
    SELECT ${SUMMARY} FROM ${TABLES} WHERE ${condition} ORDER BY j.created_at DESC, j.id DESC LIMIT ${range.limit} OFFSET ${range.offset}`;
  return rows.map(toSummary);
}

export async function newestJobsOf(client: Client, hostId: string, limit: number): Promise<JobSummary[]> {
  return await select(client, where({ hostId }), { limit, offset: 0 });
}

/** Jobs of one host whose last change falls within a span of time, for its history. */
export async function jobsUpdatedAt(
  client: Client,
  hostId: string,
  { from, before }: { readonly from: Date; readonly before: Date },
): Promise<JobSummary[]> {
  const rows = await client.$queryRaw<SummaryRow[]>`
    SELECT ${SUMMARY} FROM ${TABLES} WHERE j.host_id = ${hostId}::uuid AND j.updated_at >= ${from}::timestamptz
      AND j.updated_at < ${before}::timestamptz ORDER BY j.id`;
  return rows.map(toSummary);
}

export async function listJobs(client: Client, viewer: Viewer, query: JobQuery): Promise<Page<JobSummary>> {
  const { page, pageSize } = query;
  const condition = Prisma.sql`${visibleTo(viewer)} AND ${where(query)}`;
  const items = await select(client, condition, { limit: pageSize, offset: (page - 1) * pageSize });
  const total = await client.$queryRaw<
    { total: number }[]
  >`SELECT count(*)::int AS total FROM job j JOIN host h ON h.id = j.host_id WHERE ${condition}`;
  return { items, total: total[0]?.total ?? 0, page, pageSize };
}

async function eventsOf(client: Client, jobId: string): Promise<StoredJobEvent[]> {
  const rows = await client.jobEvent.findMany({
    where: { jobId },
    orderBy: [{ index: 'asc' }, { receivedAt: 'asc' }],
  });
  return rows.map(({ eventId, index, at, receivedAt, state, step, detail, outcome }) => ({
    eventId,
    index,
    at,
    receivedAt,
    state: jobState.parse(state),
    step,
    detail,
    late: outcome !== 'applied',
  }));
}

export async function jobDetail(client: Client, viewer: Viewer, jobId: string): Promise<JobDetail | null> {
  const [row] = await client.$queryRaw<
    SummaryRow[]
  >`SELECT ${SUMMARY}, ${DETAIL} FROM ${TABLES} WHERE ${visibleTo(viewer)} AND j.id = ${jobId}::uuid`;
  if (row === undefined) return null;
  const { anchorSha256, anchorName, ...rest } = details.parse(row);
  const anchor = anchorSha256 === null ? null : { sha256: anchorSha256, name: anchorName ?? anchorSha256 };
  const undoneBy = await select(client, Prisma.sql`${visibleTo(viewer)} AND j.undoes = ${jobId}::uuid`, {
    limit: UNDOS_SHOWN,
    offset: 0,
  });
  const undo = rest.held === 'revoked' ? 'nothing' : standingOf(row);
  return { ...toSummary(row), ...rest, anchor, undo, undoneBy, events: await eventsOf(client, jobId) };
}
