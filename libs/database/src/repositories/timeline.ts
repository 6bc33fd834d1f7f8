import { jobState } from '@trustfleet/protocol';
import { isFinal } from '@trustfleet/rollout';
import { z } from 'zod';
import { Prisma, type Client, type Context } from '../connection.ts';
import type { ChangingJobFacts, TimelineItem, TimelineRepository } from '../model/timeline.ts';
import type { Viewer } from '../model/viewer.ts';
import { findingsAt } from './findings.ts';
import { quarantineReason } from './hosts.ts';
import { jobsUpdatedAt } from './job-views.ts';
import { parseRaw } from './section-body.ts';
import { visibleTo } from './visibility.ts';

/** Jobs that a page looks at to say which of them did something. */
const JOBS = 1000;

/** A span of time: `from` belongs to it, `before` does not. */
export interface Span {
  readonly from: Date;
  readonly before: Date;
}

const mode = z.enum(['apply', 'undo']);

/** Rows that another one of the same section follows: the next one by id, whatever the clock did between them. */
const NEXT = Prisma.sql`LEFT JOIN LATERAL (SELECT n.seen_from FROM host_section n
  WHERE n.host_id = s.host_id AND n.name = s.name AND n.id > s.id ORDER BY n.id LIMIT 1) next ON true`;
const IS_GONE = Prisma.sql`s.seen_to IS NOT NULL AND (next.seen_from IS NULL OR next.seen_from > s.seen_to)`;

/** Every moment in which something happened. */
function moments(hostId: string): Prisma.Sql {
  const id = Prisma.sql`${hostId}::uuid`;
  return Prisma.sql`SELECT unnest(ARRAY[h.enrolled_at, h.revoked_at, h.quarantined_at]) AS at FROM host h WHERE h.id = ${id}
    UNION ALL SELECT s.seen_from FROM host_section s WHERE s.host_id = ${id}
    UNION ALL SELECT s.seen_to FROM host_section s ${NEXT} WHERE s.host_id = ${id} AND ${IS_GONE}
    UNION ALL SELECT j.updated_at FROM job j WHERE j.host_id = ${id}
    UNION ALL SELECT unnest(ARRAY[f.since, f.closed_at]) FROM finding f WHERE f.host_id = ${id}`;
}

/** From which moment on a page of `limit` items reaches; null where nothing happened. */
async function reach(
  client: Client,
  { hostId, before, limit }: { readonly hostId: string; readonly before: Date; readonly limit: number },
): Promise<{ readonly from: Date; readonly more: boolean } | null> {
  const [row] = await client.$queryRaw<{ from: Date | null; more: boolean }[]>`
    WITH moment AS MATERIALIZED (SELECT at FROM (${moments(hostId)}) m WHERE at < ${before}::timestamptz),
         page AS (SELECT at FROM moment ORDER BY at DESC LIMIT ${limit})
    SELECT min(page.at) AS "from", EXISTS (SELECT 1 FROM moment WHERE moment.at < (SELECT min(at) FROM page)) AS more FROM page`;
  return row === undefined || row.from === null ? null : { from: row.from, more: row.more };
}

async function sectionItems(client: Client, hostId: string, span: Span): Promise<TimelineItem[]> {
  return await client.$queryRaw<Extract<TimelineItem, { kind: 'section' }>[]>`
    SELECT 'section' AS kind, s.seen_from AS at, s.name, s.digest AS "toDigest",
           CASE WHEN previous.seen_to >= s.seen_from THEN previous.digest END AS "fromDigest"
    FROM host_section s LEFT JOIN LATERAL (SELECT p.digest, p.seen_to FROM host_section p
      WHERE p.host_id = s.host_id AND p.name = s.name AND p.id < s.id ORDER BY p.id DESC LIMIT 1) previous ON true
    WHERE s.host_id = ${hostId}::uuid AND s.seen_from >= ${span.from}::timestamptz AND s.seen_from < ${span.before}::timestamptz
    UNION ALL
    SELECT 'section', s.seen_to, s.name, NULL, s.digest FROM host_section s ${NEXT}
    WHERE s.host_id = ${hostId}::uuid AND ${IS_GONE} AND s.seen_to >= ${span.from}::timestamptz AND s.seen_to < ${span.before}::timestamptz`;
}

interface HostMoments {
  readonly enrolledAt: Date;
  readonly revokedAt: Date | null;
  readonly quarantine: string | null;
  readonly quarantinedAt: Date | null;
}

function hostItems(host: HostMoments): TimelineItem[] {
  const { enrolledAt, revokedAt, quarantine, quarantinedAt } = host;
  const items: TimelineItem[] = [{ kind: 'enrolled', at: enrolledAt }];
  if (quarantine !== null && quarantinedAt !== null)
    items.push({ kind: 'quarantined', at: quarantinedAt, reason: quarantineReason.parse(quarantine) });
  if (revokedAt !== null) items.push({ kind: 'revoked', at: revokedAt });
  return items;
}

/** Of one moment: what follows from something stands above it. */
const KINDS: readonly TimelineItem['kind'][] = [
  'revoked',
  'quarantined',
  'findingClosed',
  'findingOpened',
  'job',
  'section',
  'enrolled',
];

function newestFirst(a: TimelineItem, b: TimelineItem): number {
  return b.at.getTime() - a.at.getTime() || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind);
}

/** Later than anything that happens. */
const END = new Date('9999-12-31T00:00:00.000Z');

async function page(
  client: Client,
  viewer: Viewer,
  query: Parameters<TimelineRepository['page']>[1],
): ReturnType<TimelineRepository['page']> {
  const { hostId, limit } = query;
  const [host] = await client.$queryRaw<HostMoments[]>`
    SELECT h.enrolled_at AS "enrolledAt", h.revoked_at AS "revokedAt", h.quarantine, h.quarantined_at AS "quarantinedAt"
    FROM host h WHERE h.id = ${hostId}::uuid AND ${visibleTo(viewer)}`;
  if (host === undefined) return null;
  const before = query.before ?? END;
  const reached = await reach(client, { hostId, before, limit });
  if (reached === null) return { items: [], more: false };
  const span = { from: reached.from, before };
  const within = ({ at }: TimelineItem) => at >= span.from && at < span.before;
  const findings = await findingsAt(client, hostId, span);
  const items: TimelineItem[] = [
    ...hostItems(host),
    ...(await sectionItems(client, hostId, span)),
    ...(await jobsUpdatedAt(client, hostId, span)).map((job) => ({
      kind: 'job' as const,
      at: job.updatedAt,
      job,
    })),
    ...findings.map((finding) => ({ kind: 'findingOpened' as const, at: finding.since, finding })),
    ...findings.flatMap((finding) =>
      finding.closedAt === null ? [] : [{ kind: 'findingClosed' as const, at: finding.closedAt, finding }],
    ),
  ];
  return { items: items.filter(within).sort(newestFirst), more: reached.more };
}

type JobRow = Omit<ChangingJobFacts, 'mode' | 'finalAt' | 'undone'> & {
  readonly mode: string;
  readonly state: string;
  readonly updatedAt: Date;
  readonly undone: boolean | null;
};

async function changingJobs(client: Client, hostId: string, before: Date): Promise<ChangingJobFacts[]> {
  const rows = await client.$queryRaw<JobRow[]>`
    SELECT j.id, o.mode, coalesce(o.anchor_sha256, undone_order.anchor_sha256) AS anchor, j.created_at AS "createdAt", applying.at AS "applyingAt",
           j.state, j.updated_at AS "updatedAt", j.undone
    FROM job j JOIN "order" o ON o.id = j.order_id
    JOIN LATERAL (SELECT min(e.received_at) AS at FROM job_event e WHERE e.job_id = j.id AND e.state = 'applying') applying ON applying.at IS NOT NULL
    LEFT JOIN "order" undone_order ON undone_order.id = o.undoes
    WHERE j.host_id = ${hostId}::uuid AND o.mode IN ('apply', 'undo') AND j.created_at < ${before}::timestamptz
    ORDER BY j.created_at DESC, j.id LIMIT ${JOBS}`;
  return rows.map(({ state, updatedAt, undone, ...row }) => ({
    ...row,
    mode: mode.parse(row.mode),
    finalAt: isFinal(jobState.parse(state)) ? updatedAt : null,
    undone: undone === true,
  }));
}

export function createTimelineRepository({ client }: Context): TimelineRepository {
  return {
    page: (viewer, query) => page(client, viewer, query),
    changingJobs: (hostId, before) => changingJobs(client, hostId, before),
    async body({ name, digest }) {
      const row = await client.sectionBody.findUnique({
        where: { name_digest: { name, digest } },
        select: { bytes: true },
      });
      return row === null ? null : parseRaw(row.bytes);
    },
  };
}
