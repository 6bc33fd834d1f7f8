import { direct, type Client, type Context } from '../connection.ts';
import type { SectionBody, SectionReport } from '../model/sections.ts';
import { sectionAnchors } from './section-anchors.ts';
import { installValues, WRITE_INSTALLS } from './section-installs.ts';
import { summaryText } from './section-body.ts';

/** One section as a report names it, of a host that exists and is not revoked, with what the fleet knows of it. */
export interface Standing {
  readonly hostId: string;
  readonly name: string;
  /** `wanted`: the fleet has no such body. `gone`: a complete report no longer names it. `stale`: another writer was quicker. */
  readonly state: 'same' | 'changed' | 'wanted' | 'gone' | 'stale';
}

/** unique_violation, deadlock_detected, serialization_failure: another process wrote the same host at that moment. */
const CONFLICTS = new Set(['23505', '40P01', '40001']);

function conflicts(error: unknown): boolean {
  return error instanceof Error && 'code' in error && CONFLICTS.has(String(error.code));
}

/** A list as PostgreSQL's array literal: `unnest` cannot take a list of lists. Fingerprints are hex, so nothing needs quotes. */
function arrayLiteral(fingerprints: readonly string[]): string {
  return `{${fingerprints.join(',')}}`;
}

function distinctBodies(batch: readonly SectionReport[]): SectionBody[] {
  const bodies = new Map(
    batch.flatMap((report) => report.bodies).map((body) => [`${body.name}/${body.digest}`, body]),
  );
  return [...bodies].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, body]) => body);
}

/** $1 … $4: what was said. $5, $6: complete reports; $7, $8: what those name. */
function saidValues(batch: readonly SectionReport[]): unknown[] {
  const rows = batch.flatMap(({ hostId, at, digests }) =>
    Object.entries(digests).map(([name, digest]) => ({ hostId, at, name, digest })),
  );
  const complete = batch.filter((report) => report.complete);
  const named = complete.flatMap(({ hostId, digests }) =>
    Object.keys(digests).map((name) => ({ hostId, name })),
  );
  return [
    rows.map((row) => row.hostId),
    rows.map((row) => row.name),
    rows.map((row) => row.digest),
    rows.map((row) => row.at),
    complete.map((report) => report.hostId),
    complete.map((report) => report.at),
    named.map((row) => row.hostId),
    named.map((row) => row.name),
  ];
}

/** $9 … $16: bodies; $17, $18: what they name on shares. Their bytes travel as one value that is cut by place and length: a list of `bytea` would be written as text. */
function bodyValues(bodies: readonly SectionBody[]): unknown[] {
  const anchors = bodies.map(sectionAnchors);
  let end = 1;
  const places = bodies.map(({ bytes }) => {
    const place = end;
    end += bytes.length;
    return place;
  });
  return [
    bodies.map((body) => body.name),
    bodies.map((body) => body.digest),
    Buffer.concat(bodies.map((body) => body.bytes)),
    places,
    bodies.map((body) => body.bytes.length),
    bodies.map(summaryText),
    anchors.map(({ all }) => arrayLiteral(all)),
    anchors.map(({ operatingSystem }) => arrayLiteral(operatingSystem)),
    ...installValues(bodies),
  ];
}

const SAID = `said AS (
    SELECT u.host_id, u.name, u.digest, u.at FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) AS u (host_id, name, digest, at)
    JOIN host h ON h.id = u.host_id AND h.revoked_at IS NULL),
  complete AS (SELECT u.* FROM unnest($5::uuid[], $6::timestamptz[]) AS u (host_id, at) JOIN host h ON h.id = u.host_id AND h.revoked_at IS NULL),
  named AS (SELECT * FROM unnest($7::uuid[], $8::text[]) AS u (host_id, name))`;

const GONE = `s.seen_to IS NULL AND NOT EXISTS (SELECT 1 FROM named WHERE named.host_id = s.host_id AND named.name = s.name)`;

const READ = `WITH ${SAID}
  SELECT said.host_id AS "hostId", said.name,
    CASE WHEN b.digest IS NULL THEN 'wanted' WHEN s.digest = said.digest THEN 'same' ELSE 'changed' END AS state
  FROM said
  LEFT JOIN section_body b ON b.name = said.name AND b.digest = said.digest
  LEFT JOIN host_section s ON s.host_id = said.host_id AND s.name = said.name AND s.seen_to IS NULL
  UNION ALL
  SELECT s.host_id, s.name, 'gone' FROM complete JOIN host_section s ON s.host_id = complete.host_id WHERE ${GONE}`;

/**
 * Bodies, what they replace and what they open, in one statement. Every part sees the tables as they were before it: so a body that
 * came along is looked for in both places, and what opens waits for what closes (`closed`), because of the unique index on current rows.
 */
const WRITE = `WITH ${SAID},
  brought AS (
    INSERT INTO section_body (name, digest, bytes, summary, anchors, os_anchors)
    SELECT u.name, u.digest, substring($11::bytea FROM u.place FOR u.length), u.summary::jsonb, u.anchors::text[], u.os_anchors::text[]
    FROM unnest($9::text[], $10::text[], $12::int[], $13::int[], $14::text[], $15::text[], $16::text[])
      AS u (name, digest, place, length, summary, anchors, os_anchors)
    ON CONFLICT (name, digest) DO NOTHING RETURNING name, digest),
  ${WRITE_INSTALLS},
  held AS (
    SELECT said.*, s.digest AS before FROM said
    LEFT JOIN host_section s ON s.host_id = said.host_id AND s.name = said.name AND s.seen_to IS NULL
    WHERE EXISTS (SELECT 1 FROM section_body b WHERE b.name = said.name AND b.digest = said.digest)
       OR EXISTS (SELECT 1 FROM brought b WHERE b.name = said.name AND b.digest = said.digest)),
  closed AS (
    UPDATE host_section s SET seen_to = greatest(held.at, s.seen_from) FROM held
    WHERE s.host_id = held.host_id AND s.name = held.name AND s.seen_to IS NULL AND s.digest <> held.digest
    RETURNING s.host_id, s.name),
  opened AS (
    INSERT INTO host_section (host_id, name, digest, seen_from)
    SELECT held.host_id, held.name, held.digest, held.at FROM held LEFT JOIN closed ON closed.host_id = held.host_id AND closed.name = held.name
    WHERE held.before IS NULL OR closed.name IS NOT NULL
    RETURNING host_id, name),
  left_out AS (
    UPDATE host_section s SET seen_to = greatest(complete.at, s.seen_from) FROM complete WHERE s.host_id = complete.host_id AND ${GONE}
    RETURNING s.host_id, s.name)
  SELECT said.host_id AS "hostId", said.name,
    CASE WHEN held.name IS NULL THEN 'wanted' WHEN opened.name IS NOT NULL THEN 'changed' WHEN held.before = held.digest THEN 'same' ELSE 'stale' END AS state
  FROM said LEFT JOIN held ON held.host_id = said.host_id AND held.name = said.name
  LEFT JOIN opened ON opened.host_id = said.host_id AND opened.name = said.name
  UNION ALL SELECT host_id, name, 'gone' FROM left_out`;

/** What a batch that names each host once would change. */
export async function readStandings(client: Client, batch: readonly SectionReport[]): Promise<Standing[]> {
  return await direct<Standing>(client, READ, saidValues(batch));
}

/** Did somebody else write the same host, or bring the same body, at that moment? What he brought the statement does not see yet. */
function lostRace(
  batch: readonly SectionReport[],
  bodies: readonly SectionBody[],
  standings: readonly Standing[],
): boolean {
  const brought = new Set(bodies.map(({ name, digest }) => `${name}/${digest}`));
  const said = new Map(batch.map(({ hostId, digests }) => [hostId, digests]));
  return standings.some(
    ({ state, hostId, name }) =>
      state === 'stale' || (state === 'wanted' && brought.has(`${name}/${said.get(hostId)?.[name] ?? ''}`)),
  );
}

/** Writes such a batch: one statement, and where another process wrote the same at that moment, again with its rows locked. */
export async function writeReports(context: Context, batch: readonly SectionReport[]): Promise<Standing[]> {
  const bodies = distinctBodies(batch);
  const values = [...saidValues(batch), ...bodyValues(bodies)];
  try {
    const standings = await direct<Standing>(context.client, WRITE, values);
    if (!lostRace(batch, bodies, standings)) return standings;
  } catch (error) {
    if (!conflicts(error)) throw error;
  }
  return await context.atomically(async (client) => {
    // Locked in one order, and looked at only then.
    const hostIds = batch.map(({ hostId }) => hostId);
    await client.$queryRaw`SELECT 1 FROM host WHERE id = ANY (${hostIds}::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
    return await direct<Standing>(client, WRITE, values);
  });
}
