import { Prisma, type Client, type Context } from '../connection.ts';
import type {
  Section,
  SectionBody,
  SectionReport,
  SectionReportResult,
  SectionRepository,
} from '../model/sections.ts';
import { isTooDeep, storableJson } from '../storable.ts';
import { sectionAnchors } from './section-anchors.ts';

/** One section as a report names it, with what the fleet knows of it. */
interface Standing {
  readonly hostId: string;
  readonly name: string;
  readonly digest: string;
  readonly bodyHeld: boolean;
  readonly changed: boolean;
}

interface SectionRow {
  readonly name: string;
  readonly digest: string;
  readonly seen_from: Date;
  readonly projection: unknown;
  readonly bytes: Uint8Array | null;
}

/** The projection as JSON text; null where there is none, or none that can be stored. */
function projectionText(projection: object | null): string | null {
  if (projection === null) return null;
  try {
    const text = storableJson(projection);
    return isTooDeep(text) ? null : text;
  } catch (error) {
    // Nested so deep that JSON.stringify itself gives up: kept whole as bytes, shown as not understood.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function parseRaw(bytes: Uint8Array): unknown {
  const text = Buffer.from(bytes).toString('utf8');
  if (isTooDeep(text)) return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function distinctBodies(batch: readonly SectionReport[]): SectionBody[] {
  const bodies = new Map(
    batch.flatMap(({ bodies }) => bodies).map((body) => [`${body.name}/${body.digest}`, body]),
  );
  return [...bodies].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, body]) => body);
}

/** A list as PostgreSQL's array literal: `unnest` cannot take a list of lists. Fingerprints are hex, so nothing needs quotes. */
function arrayLiteral(fingerprints: readonly string[]): string {
  return `{${fingerprints.join(',')}}`;
}

/** Bodies with the anchors in them; what is there already stays as it is. */
async function storeBodies(client: Client, bodies: readonly SectionBody[]): Promise<void> {
  if (bodies.length === 0) return;
  const anchors = bodies.map(sectionAnchors);
  await client.$executeRaw`
    INSERT INTO section_body (name, digest, bytes, projection, anchors, os_anchors)
    SELECT body.name, body.digest, body.bytes, body.projection::jsonb, body.anchors::text[], body.os_anchors::text[]
    FROM unnest(${bodies.map((body) => body.name)}::text[], ${bodies.map((body) => body.digest)}::text[],
                ${bodies.map((body) => body.bytes)}::bytea[], ${bodies.map((body) => projectionText(body.projection))}::text[],
                ${anchors.map(({ all }) => arrayLiteral(all))}::text[], ${anchors.map(({ operatingSystem }) => arrayLiteral(operatingSystem))}::text[])
      AS body (name, digest, bytes, projection, anchors, os_anchors)
    ON CONFLICT (name, digest) DO NOTHING`;
}

/** The batch as rows (host_id, name, digest, at). */
function digestRows(batch: readonly SectionReport[]): Prisma.Sql {
  const rows = batch.flatMap(({ hostId, at, digests }) =>
    Object.entries(digests).map(([name, digest]) => ({ hostId, at, name, digest })),
  );
  return Prisma.sql`unnest(${rows.map((row) => row.hostId)}::uuid[], ${rows.map((row) => row.name)}::text[],
    ${rows.map((row) => row.digest)}::text[], ${rows.map((row) => row.at)}::timestamptz[]) AS said (host_id, name, digest, at)`;
}

/** Sections that a complete report no longer names, as rows of host_section. */
function goneWhere(batch: readonly SectionReport[]): Prisma.Sql {
  const complete = batch.filter((report) => report.complete);
  const named = complete.flatMap(({ hostId, digests }) =>
    Object.keys(digests).map((name) => ({ hostId, name })),
  );
  return Prisma.sql`s.seen_to IS NULL AND s.host_id = ANY (${complete.map((report) => report.hostId)}::uuid[])
    AND NOT EXISTS (SELECT 1 FROM unnest(${named.map((row) => row.hostId)}::uuid[], ${named.map((row) => row.name)}::text[]) AS named (host_id, name)
                    WHERE named.host_id = s.host_id AND named.name = s.name)`;
}

async function readStandings(client: Client, batch: readonly SectionReport[]): Promise<Standing[]> {
  return await client.$queryRaw<Standing[]>`
    SELECT said.host_id AS "hostId", said.name, said.digest, b.digest IS NOT NULL AS "bodyHeld",
           b.digest IS NOT NULL AND s.digest IS DISTINCT FROM said.digest AS changed
    FROM ${digestRows(batch)}
    JOIN host h ON h.id = said.host_id
    LEFT JOIN section_body b ON b.name = said.name AND b.digest = said.digest
    LEFT JOIN host_section s ON s.host_id = said.host_id AND s.name = said.name AND s.seen_to IS NULL`;
}

async function readGone(
  client: Client,
  batch: readonly SectionReport[],
): Promise<{ hostId: string; name: string }[]> {
  if (!batch.some((report) => report.complete)) return [];
  return await client.$queryRaw`SELECT s.host_id AS "hostId", s.name FROM host_section s WHERE ${goneWhere(batch)}`;
}

/** Closes what was current and opens what is current now. The hosts' rows are locked, so the conditions still hold when it writes. */
async function moveHistory(client: Client, batch: readonly SectionReport[]): Promise<void> {
  await client.$executeRaw`
    UPDATE host_section s SET seen_to = greatest(said.at, s.seen_from) FROM ${digestRows(batch)}
    WHERE s.host_id = said.host_id AND s.name = said.name AND s.seen_to IS NULL AND s.digest <> said.digest
      AND EXISTS (SELECT 1 FROM section_body b WHERE b.name = said.name AND b.digest = said.digest)`;
  await client.$executeRaw`
    INSERT INTO host_section (host_id, name, digest, seen_from)
    SELECT said.host_id, said.name, said.digest, said.at FROM ${digestRows(batch)}
    JOIN host h ON h.id = said.host_id
    JOIN section_body b ON b.name = said.name AND b.digest = said.digest
    WHERE NOT EXISTS (SELECT 1 FROM host_section s WHERE s.host_id = said.host_id AND s.name = said.name AND s.seen_to IS NULL)`;
  const complete = batch.filter((report) => report.complete);
  if (complete.length === 0) return;
  await client.$executeRaw`
    UPDATE host_section s SET seen_to = greatest(said.at, s.seen_from)
    FROM unnest(${complete.map((report) => report.hostId)}::uuid[], ${complete.map((report) => report.at)}::timestamptz[]) AS said (host_id, at)
    WHERE said.host_id = s.host_id AND ${goneWhere(batch)}`;
}

function resultFor(
  report: SectionReport,
  standings: readonly Standing[],
  gone: readonly { hostId: string; name: string }[],
): SectionReportResult {
  const own = standings.filter((standing) => standing.hostId === report.hostId);
  return {
    hostId: report.hostId,
    changed: [
      ...own.filter((standing) => standing.changed).map((standing) => standing.name),
      ...gone.filter((section) => section.hostId === report.hostId).map((section) => section.name),
    ],
    wanted: own.filter((standing) => !standing.bodyHeld).map((standing) => standing.name),
  };
}

/** A part of the batch that names each host once. */
async function recordRound(
  context: Context,
  batch: readonly SectionReport[],
): Promise<SectionReportResult[]> {
  // Read first: a fleet that reconnects unchanged must not write, and a row lock is a write.
  const [standings, gone] = [
    await readStandings(context.client, batch),
    await readGone(context.client, batch),
  ];
  const moved = new Set(
    [...standings.filter((standing) => standing.changed), ...gone].map(({ hostId }) => hostId),
  );
  if (moved.size === 0) return batch.map((report) => resultFor(report, standings, gone));
  return await context.atomically(async (client) => {
    await client.$queryRaw`SELECT 1 FROM host WHERE id = ANY (${[...moved]}::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
    const affected = batch.filter((report) => moved.has(report.hostId));
    const current = [await readStandings(client, affected), await readGone(client, affected)] as const;
    await moveHistory(client, affected);
    return batch.map((report) =>
      moved.has(report.hostId) ? resultFor(report, ...current) : resultFor(report, standings, gone),
    );
  });
}

/** Splits so that each host stands once in a round and its reports keep their order. */
function rounds(batch: readonly SectionReport[]): number[][] {
  const seen = new Map<string, number>();
  const result: number[][] = [];
  batch.forEach(({ hostId }, index) => {
    const round = seen.get(hostId) ?? 0;
    seen.set(hostId, round + 1);
    (result[round] ??= []).push(index);
  });
  return result;
}

/** Current sections of one host, for its page. */
export async function currentSections(client: Client, hostId: string): Promise<Section[]> {
  const rows = await client.$queryRaw<SectionRow[]>`
    SELECT s.name, s.digest, s.seen_from, b.projection, CASE WHEN b.projection IS NULL THEN b.bytes END AS bytes
    FROM host_section s JOIN section_body b ON b.name = s.name AND b.digest = s.digest
    WHERE s.host_id = ${hostId}::uuid AND s.seen_to IS NULL ORDER BY s.name`;
  return rows.map(({ name, digest, seen_from, projection, bytes }) => ({
    name,
    digest,
    seenFrom: seen_from,
    body: bytes === null ? projection : parseRaw(bytes),
    understood: bytes === null,
  }));
}

export function createSectionRepository(context: Context): SectionRepository {
  const { client } = context;
  return {
    async recordReports(batch) {
      await context.atomically((transaction) => storeBodies(transaction, distinctBodies(batch)));
      const results: SectionReportResult[] = batch.map(({ hostId }) => ({ hostId, changed: [], wanted: [] }));
      for (const indexes of rounds(batch)) {
        const round = indexes.map((index) => batch[index]).filter((report) => report !== undefined);
        const recorded = await recordRound(context, round);
        recorded.forEach((result, place) => {
          const index = indexes[place];
          if (index !== undefined) results[index] = result;
        });
      }
      return results;
    },
    async facts(hostIds) {
      const rows = await client.$queryRaw<{ hostId: string; name: string; projection: object }[]>`
        SELECT s.host_id AS "hostId", s.name, b.projection
        FROM host_section s JOIN section_body b ON b.name = s.name AND b.digest = s.digest
        WHERE s.host_id = ANY (${[...hostIds]}::uuid[]) AND s.seen_to IS NULL AND b.projection IS NOT NULL`;
      const facts = new Map<string, Record<string, object>>();
      for (const { hostId, name, projection } of rows)
        facts.set(hostId, { ...facts.get(hostId), [name]: projection });
      return facts;
    },
    async anchorsOf(hostId) {
      const rows = await client.$queryRaw<{ sha256: string }[]>`
        SELECT DISTINCT unnest(b.anchors) AS sha256 FROM host_section s JOIN section_body b ON b.name = s.name AND b.digest = s.digest
        WHERE s.host_id = ${hostId}::uuid AND s.seen_to IS NULL ORDER BY 1`;
      return rows.map((row) => row.sha256);
    },
  };
}
