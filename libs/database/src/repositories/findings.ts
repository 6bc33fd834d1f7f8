import { CAUSES, type PolicyFinding } from '@trustfleet/policy';
import { z } from 'zod';
import { Prisma, type Client, type Context } from '../connection.ts';
import type {
  Finding,
  FindingCause,
  FindingQuery,
  FindingReconciliation,
  FindingRepository,
  ReconciliationResult,
} from '../model/findings.ts';
import type { Viewer } from '../model/viewer.ts';
import { storableJson, storableText } from '../storable.ts';
import { visibleTo } from './visibility.ts';

/** What stands in the jsonb columns; written by us alone, so a mismatch is a defect and fails loudly. */
const storedFinding = z.object({
  rule: z.enum(['anchorRequired', 'clockAccurate', 'endpointsVerify', 'sharesAnswer', 'codeDecides']),
  cause: z.enum(CAUSES),
  severity: z.enum(['blocker', 'warning']),
  state: z.enum(['open', 'closed']),
  subject: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('trustStore'), store: z.string(), name: z.string(), path: z.string() }),
    z.object({ kind: z.literal('bundle'), path: z.string(), usedBy: z.array(z.string()) }),
    z.object({ kind: z.literal('clock') }),
    z.object({
      kind: z.literal('client'),
      python: z.string().nullable(),
      client: z.string(),
      endpoint: z.object({ id: z.string(), name: z.string(), host: z.string(), port: z.number() }),
      accounts: z.array(z.string()),
    }),
    z.object({ kind: z.literal('clients'), more: z.number() }),
    z.object({ kind: z.literal('code'), path: z.string(), line: z.number() }),
    z.object({ kind: z.literal('codeLines'), more: z.number() }),
    z.object({
      kind: z.literal('share'),
      export: z.string(),
      type: z.string(),
      mount: z.string().nullable(),
    }),
  ]),
  evidence: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

interface FindingRow {
  readonly id: string;
  readonly hostId: string;
  readonly hostName: string;
  readonly policyId: string;
  readonly key: string;
  readonly rule: string;
  readonly cause: string;
  readonly severity: string;
  readonly subject: unknown;
  readonly anchorSha256: string | null;
  readonly anchorName: string | null;
  readonly evidence: unknown;
  readonly state: string;
  readonly since: Date;
  readonly closedAt: Date | null;
}

const COLUMNS = Prisma.sql`f.id, f.host_id AS "hostId", h.name AS "hostName", f.policy_id AS "policyId", f.key, f.rule, f.cause, f.severity,
  f.subject, f.anchor_sha256 AS "anchorSha256", f.anchor_name AS "anchorName", f.evidence, f.state, f.since, f.closed_at AS "closedAt"`;

function toFinding(row: FindingRow): Finding {
  const { id, hostId, hostName, policyId, key, since, closedAt, anchorSha256, anchorName } = row;
  const anchor = anchorSha256 === null ? null : { sha256: anchorSha256, name: anchorName ?? anchorSha256 };
  return { id, hostId, hostName, policyId, key, since, closedAt, anchor, ...storedFinding.parse(row) };
}

type Entry = PolicyFinding & { readonly hostId: string; readonly policyId: string };

/** One per (host, policy), the last word of the batch; and its findings, one per key. */
function flatten(batch: readonly FindingReconciliation[]): {
  readonly pairs: readonly FindingReconciliation[];
  readonly entries: readonly Entry[];
} {
  const pairs = [...new Map(batch.map((entry) => [`${entry.hostId}/${entry.policyId}`, entry])).values()];
  const entries = pairs.flatMap(({ hostId, policyId, findings }) =>
    [...new Map(findings.map((finding) => [finding.key, finding])).values()].map((finding) => ({
      ...finding,
      hostId,
      policyId,
    })),
  );
  return { pairs, entries };
}

function entryRows(entries: readonly Entry[]): Prisma.Sql {
  const column = <T>(pick: (entry: Entry) => T): T[] => entries.map(pick);
  return Prisma.sql`(SELECT host_id, policy_id, key, rule, cause, severity, subject::jsonb AS subject, anchor_sha256, anchor_name, evidence::jsonb AS evidence
    FROM unnest(${column((e) => e.hostId)}::uuid[], ${column((e) => e.policyId)}::uuid[], ${column((e) => e.key)}::text[], ${column((e) => e.rule)}::text[],
      ${column((e) => e.cause)}::text[], ${column((e) => e.severity)}::text[], ${column((e) => storableJson(e.subject))}::text[],
      ${column((e) => e.anchor?.sha256 ?? null)}::text[], ${column((e) => (e.anchor === null ? null : storableText(e.anchor.name)))}::text[],
      ${column((e) => storableJson(e.evidence))}::text[])
      AS u (host_id, policy_id, key, rule, cause, severity, subject, anchor_sha256, anchor_name, evidence)) AS said`;
}

interface Moved {
  readonly hostId: string;
  readonly policyId: string;
}

async function closeGone(
  client: Client,
  { pairs, entries }: ReturnType<typeof flatten>,
  now: Date,
): Promise<Moved[]> {
  return await client.$queryRaw<Moved[]>`
    UPDATE finding f SET state = 'closed', closed_at = ${now}::timestamptz
    FROM unnest(${pairs.map((pair) => pair.hostId)}::uuid[], ${pairs.map((pair) => pair.policyId)}::uuid[]) AS pair (host_id, policy_id)
    WHERE f.host_id = pair.host_id AND f.policy_id = pair.policy_id AND f.state = 'open'
      AND NOT EXISTS (SELECT 1 FROM ${entryRows(entries)} WHERE said.host_id = f.host_id AND said.policy_id = f.policy_id AND said.key = f.key)
    RETURNING f.host_id AS "hostId", f.policy_id AS "policyId"`;
}

async function followGoingOn(client: Client, entries: readonly Entry[]): Promise<void> {
  await client.$executeRaw`
    UPDATE finding f SET cause = said.cause, severity = said.severity, subject = said.subject, anchor_name = said.anchor_name, evidence = said.evidence
    FROM ${entryRows(entries)}
    WHERE f.host_id = said.host_id AND f.policy_id = said.policy_id AND f.key = said.key AND f.state = 'open'
      AND (f.cause, f.severity, f.subject, f.anchor_name, f.evidence) IS DISTINCT FROM (said.cause, said.severity, said.subject, said.anchor_name, said.evidence)`;
}

async function openNew(client: Client, entries: readonly Entry[], now: Date): Promise<Moved[]> {
  return await client.$queryRaw<Moved[]>`
    INSERT INTO finding (host_id, policy_id, key, rule, cause, severity, subject, anchor_sha256, anchor_name, evidence, state, since)
    SELECT said.host_id, said.policy_id, said.key, said.rule, said.cause, said.severity, said.subject, said.anchor_sha256, said.anchor_name, said.evidence,
           'open', ${now}::timestamptz
    FROM ${entryRows(entries)} JOIN host h ON h.id = said.host_id AND h.revoked_at IS NULL JOIN policy p ON p.id = said.policy_id
    ON CONFLICT (host_id, policy_id, key) WHERE state = 'open' DO NOTHING
    RETURNING host_id AS "hostId", policy_id AS "policyId"`;
}

async function reconcile(
  client: Client,
  batch: readonly FindingReconciliation[],
  now: Date,
): Promise<ReconciliationResult[]> {
  const flat = flatten(batch);
  // One evaluation of a host at a time, whichever process does it; in one order, so that batches cannot deadlock.
  await client.$queryRaw`SELECT 1 FROM host WHERE id = ANY (${flat.pairs.map((pair) => pair.hostId)}::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
  const closed = await closeGone(client, flat, now);
  await followGoingOn(client, flat.entries);
  const opened = await openNew(client, flat.entries, now);
  return flat.pairs.map(({ hostId, policyId }) => {
    const own = (moved: Moved): boolean => moved.hostId === hostId && moved.policyId === policyId;
    return { hostId, policyId, opened: opened.filter(own).length, closed: closed.filter(own).length };
  });
}

function where(query: Pick<FindingQuery, 'state' | 'rule' | 'cause' | 'hostId'>): Prisma.Sql {
  const conditions = [Prisma.sql`f.state = ${query.state}`];
  if (query.rule !== undefined) conditions.push(Prisma.sql`f.rule = ${query.rule}`);
  if (query.cause !== undefined) conditions.push(Prisma.sql`f.cause = ${query.cause}`);
  if (query.hostId !== undefined) conditions.push(Prisma.sql`f.host_id = ${query.hostId}::uuid`);
  return Prisma.join(conditions, ' AND ');
}

/** Open findings of one host, blockers first, for its page. */
export async function openFindings(client: Client, hostId: string): Promise<Finding[]> {
  const rows = await client.$queryRaw<FindingRow[]>`
    SELECT ${COLUMNS} FROM finding f JOIN host h ON h.id = f.host_id WHERE ${where({ state: 'open', hostId })}
    ORDER BY f.severity, f.since DESC, f.key`;
  return rows.map(toFinding);
}

/** Findings of one host that opened or closed within a span of time, for its history. */
export async function findingsAt(
  client: Client,
  hostId: string,
  { from, before }: { readonly from: Date; readonly before: Date },
): Promise<Finding[]> {
  const rows = await client.$queryRaw<FindingRow[]>`
    SELECT ${COLUMNS} FROM finding f JOIN host h ON h.id = f.host_id
    WHERE f.host_id = ${hostId}::uuid AND ((f.since >= ${from}::timestamptz AND f.since < ${before}::timestamptz)
      OR (f.closed_at >= ${from}::timestamptz AND f.closed_at < ${before}::timestamptz)) ORDER BY f.key, f.since`;
  return rows.map(toFinding);
}

const storedGroup = z.object({
  rule: storedFinding.shape.rule,
  cause: storedFinding.shape.cause,
  severity: storedFinding.shape.severity,
  findings: z.number(),
  hosts: z.number(),
});

/** `blocker` stands before `warning` in the alphabet too: the worst of a group is the first. */
async function causes(client: Client, viewer: Viewer): Promise<FindingCause[]> {
  const rows = await client.$queryRaw<unknown[]>`
    SELECT f.rule, f.cause, min(f.severity) AS severity, count(*)::int AS findings, count(DISTINCT f.host_id)::int AS hosts
    FROM finding f JOIN host h ON h.id = f.host_id WHERE f.state = 'open' AND ${visibleTo(viewer)}
    GROUP BY f.rule, f.cause ORDER BY min(f.severity), hosts DESC, f.cause, f.rule`;
  return rows.map((row) => storedGroup.parse(row));
}

export function createFindingRepository({ client, atomically }: Context): FindingRepository {
  return {
    async reconcile(batch, now) {
      if (batch.length === 0) return [];
      return await atomically((transaction) => reconcile(transaction, batch, now));
    },
    async list(viewer, query) {
      const { page, pageSize } = query;
      const condition = Prisma.sql`${visibleTo(viewer)} AND ${where(query)}`;
      const order =
        query.state === 'open'
          ? Prisma.sql`f.severity, f.since DESC, f.id`
          : Prisma.sql`f.closed_at DESC, f.id`;
      const rows = await client.$queryRaw<FindingRow[]>`
        SELECT ${COLUMNS} FROM finding f JOIN host h ON h.id = f.host_id WHERE ${condition}
        ORDER BY ${order} LIMIT ${pageSize} OFFSET ${(page - 1) * pageSize}`;
      const total = await client.$queryRaw<
        { total: number }[]
      >`SELECT count(*)::int AS total FROM finding f JOIN host h ON h.id = f.host_id WHERE ${condition}`;
      return { items: rows.map(toFinding), total: total[0]?.total ?? 0, page, pageSize };
    },
    causes: (viewer) => causes(client, viewer),
  };
}
