import { auditAction, type AuditQuery } from '@trustfleet/api';
import { chainEntries, GENESIS } from '@trustfleet/audit';
import { z } from 'zod';
import type { Client, Context, Prisma } from '../connection.ts';
import type { ActedRecord, AuditEntry, AuditRepository, ChainPoint } from '../model/audit.ts';
import { storableText } from '../storable.ts';
import { literal } from './containing.ts';

/** Transactions queue here for their place in the chain; any number does that is used for nothing else. */
const CHAIN_LOCK = 7_270_361_942;

interface Row {
  readonly seq: bigint;
  readonly at: Date;
  readonly actorKind: string;
  readonly actorId: string | null;
  readonly actorName: string;
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string | null;
  readonly subjectName: string | null;
  readonly detail: string;
  readonly previous: string;
  readonly hash: string;
}

const actorKind = z.enum(['person', 'host', 'server']);

function toEntry(row: Row): AuditEntry {
  return {
    seq: Number(row.seq),
    at: row.at.toISOString(),
    actor: { kind: actorKind.parse(row.actorKind), id: row.actorId, name: row.actorName },
    action: row.action,
    subject: { kind: row.subjectKind, id: row.subjectId, name: row.subjectName },
    detail: row.detail,
    previous: row.previous,
    hash: row.hash,
  };
}

async function head(client: Client): Promise<ChainPoint> {
  const row = await client.auditEntry.findFirst({
    orderBy: { seq: 'desc' },
    select: { seq: true, hash: true },
  });
  return row === null ? GENESIS : { seq: Number(row.seq), hash: row.hash };
}

/**
 * Writes rows at the end of the chain, in the caller's transaction. **The last statement of that transaction**: from here to its end no
 * other one gets its place, so that numbers have no gaps and each row names the one before; and who waits here holds its row locks,
 * so that a lock taken afterwards could be waited for in a circle. Three statements, however many rows.
 */
export async function appendAudit(client: Client, at: Date, records: readonly ActedRecord[]): Promise<void> {
  if (records.length === 0) return;
  // A statement of its own: under READ COMMITTED only the next one sees what the holder before us committed.
  await client.$executeRaw`SELECT pg_advisory_xact_lock(${CHAIN_LOCK})`;
  const entries = chainEntries(await head(client), { at, records });
  await client.auditEntry.createMany({
    data: entries.map(({ seq, actor, action, subject, detail, previous, hash }) => ({
      seq: BigInt(seq),
      at,
      actorKind: actor.kind,
      actorId: actor.id,
      actorName: actor.name,
      action,
      subjectKind: subject.kind,
      subjectId: subject.id,
      subjectName: subject.name,
      detail,
      previous,
      hash,
    })),
  });
}

function where(query: AuditQuery): Prisma.AuditEntryWhereInput {
  const action = auditAction.safeParse(query.action);
  const q = query.q.trim();
  // Prisma puts the text into LIKE as it is.
  const contains = { contains: literal(q), mode: 'insensitive' } as const;
  return {
    ...(query.before === undefined ? {} : { seq: { lt: query.before } }),
    ...(query.action === undefined ? {} : { action: action.data ?? storableText(query.action) }),
    ...(q === '' ? {} : { OR: [{ actorName: contains }, { subjectName: contains }, { detail: contains }] }),
  };
}

export function createAuditRepository({ client }: Context): AuditRepository {
  return {
    head: () => head(client),
    async page(query) {
      const rows = await client.auditEntry.findMany({
        where: where(query),
        orderBy: { seq: 'desc' },
        take: query.limit + 1,
      });
      return { items: rows.slice(0, query.limit).map(toEntry), more: rows.length > query.limit };
    },
    async range({ after, upTo, limit }) {
      const rows = await client.auditEntry.findMany({
        where: { seq: { gt: after, lte: upTo } },
        orderBy: { seq: 'asc' },
        take: limit,
      });
      return rows.map(toEntry);
    },
  };
}
