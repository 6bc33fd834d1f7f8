import { direct, type Client, type Context } from '../connection.ts';
import type { Section, SectionReport, SectionReportResult, SectionRepository } from '../model/sections.ts';
import { parseRaw, parseUnderstood } from './section-body.ts';
import { readStandings, writeReports, type Standing } from './section-history.ts';

interface SectionRow {
  readonly name: string;
  readonly digest: string;
  readonly seen_from: Date;
  readonly understood: boolean;
  readonly bytes: Uint8Array;
}

/** Bodies that `facts` keeps parsed, by their text's length: hosts share most of them. */
const MAX_CACHED_CHARS = 8 * 1024 * 1024;

/** By host. */
function resultsOf(batch: readonly SectionReport[], standings: readonly Standing[]): SectionReportResult[] {
  const names = new Map(
    batch.map(({ hostId }) => [hostId, { changed: [] as string[], wanted: [] as string[] }]),
  );
  for (const { hostId, name, state } of standings) {
    if (state === 'changed' || state === 'gone') names.get(hostId)?.changed.push(name);
    else if (state === 'wanted') names.get(hostId)?.wanted.push(name);
  }
  return batch.map(({ hostId }) => ({ hostId, ...(names.get(hostId) ?? { changed: [], wanted: [] }) }));
}

/** A part of the batch that names each host once. */
async function recordRound(
  context: Context,
  batch: readonly SectionReport[],
): Promise<SectionReportResult[]> {
  const bringing = batch.filter((report) => report.bodies.length > 0);
  const telling = batch.filter((report) => report.bodies.length === 0);
  const standings: Standing[] = [];
  if (telling.length > 0) {
    // Read first: a fleet that reconnects unchanged must not write, and a row lock is a write.
    const read = await readStandings(context.client, telling);
    const moved = new Set(
      read.filter(({ state }) => state === 'changed' || state === 'gone').map(({ hostId }) => hostId),
    );
    standings.push(...read.filter(({ hostId }) => !moved.has(hostId)));
    bringing.push(...telling.filter(({ hostId }) => moved.has(hostId)));
  }
  if (bringing.length > 0) standings.push(...(await writeReports(context, bringing)));
  return resultsOf(batch, standings);
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
    SELECT s.name, s.digest, s.seen_from, b.summary IS NOT NULL AS understood, b.bytes
    FROM host_section s JOIN section_body b ON b.name = s.name AND b.digest = s.digest
    WHERE s.host_id = ${hostId}::uuid AND s.seen_to IS NULL ORDER BY s.name`;
  return rows.map(({ name, digest, seen_from, understood, bytes }) => ({
    name,
    digest,
    seenFrom: seen_from,
    body: understood ? parseUnderstood(bytes) : parseRaw(bytes),
    understood,
  }));
}

interface Current {
  readonly hostId: string;
  readonly name: string;
  readonly digest: string;
}

/** Understood bodies, parsed once: content-addressed, so true for ever. */
class BodyCache {
  private readonly bodies = new Map<string, { readonly value: object; readonly chars: number }>();
  private chars = 0;

  get(key: string): object | undefined {
    return this.bodies.get(key)?.value;
  }

  add(key: string, bytes: Uint8Array): object {
    const value = parseUnderstood(bytes);
    this.bodies.set(key, { value, chars: bytes.length });
    this.chars += bytes.length;
    for (const [oldest, { chars }] of this.bodies) {
      if (this.chars <= MAX_CACHED_CHARS) break;
      this.bodies.delete(oldest);
      this.chars -= chars;
    }
    return value;
  }
}

const keyOf = ({ name, digest }: { readonly name: string; readonly digest: string }): string =>
  `${name}/${digest}`;

/** The bodies of `current`, from the cache or read. */
async function bodiesOf(
  client: Client,
  cache: BodyCache,
  current: readonly Current[],
): Promise<ReadonlyMap<string, object>> {
  const found = new Map<string, object>();
  const missing = new Map<string, Current>();
  for (const one of current) {
    const value = cache.get(keyOf(one));
    if (value === undefined) missing.set(keyOf(one), one);
    else found.set(keyOf(one), value);
  }
  const wanted = [...missing.values()];
  if (wanted.length === 0) return found;
  const rows = await direct<{ name: string; digest: string; bytes: Uint8Array }>(
    client,
    `SELECT b.name, b.digest, b.bytes FROM unnest($1::text[], $2::text[]) AS u (name, digest)
     JOIN section_body b ON b.name = u.name AND b.digest = u.digest`,
    [wanted.map(({ name }) => name), wanted.map(({ digest }) => digest)],
  );
  for (const row of rows) found.set(keyOf(row), cache.add(keyOf(row), row.bytes));
  return found;
}

export function createSectionRepository(context: Context): SectionRepository {
  const { client } = context;
  const cache = new BodyCache();
  return {
    async recordReports(batch) {
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
    async facts(hostIds, names) {
      const current = await direct<Current>(
        client,
        `SELECT s.host_id AS "hostId", s.name, s.digest
         FROM host_section s JOIN section_body b ON b.name = s.name AND b.digest = s.digest
         WHERE s.host_id = ANY ($1::uuid[]) AND s.seen_to IS NULL AND b.summary IS NOT NULL AND ($2::text[] IS NULL OR s.name = ANY ($2))`,
        [hostIds, names ?? null],
      );
      const bodies = await bodiesOf(client, cache, current);
      const facts = new Map<string, Record<string, object>>();
      for (const one of current) {
        const body = bodies.get(keyOf(one));
        if (body === undefined) continue;
        const own = facts.get(one.hostId) ?? {};
        own[one.name] = body;
        facts.set(one.hostId, own);
      }
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
