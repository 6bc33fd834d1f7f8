import { CAUSES } from '@trustfleet/policy';
import { z } from 'zod';
import { Prisma, type Client, type Context } from '../connection.ts';
import type {
  OwnSharedInstall,
  SharedInstall,
  SharedInstallCause,
  SharedInstallDetail,
  SharedInstallQuery,
  SharedInstallRepository,
  SharedInstallUse,
} from '../model/shared-installs.ts';
import type { Viewer } from '../model/viewer.ts';
import { containing } from './containing.ts';
import { visibleTo } from './visibility.ts';

const MAX_OF_HOST = 2000;
const MAX_OTHERS = 50;

const kind = z.enum(['shotgunApi', 'toolkitCore', 'python', 'bundle']);
const storedCause = z.object({ cause: z.enum(CAUSES), severity: z.enum(['blocker', 'warning']) });

type InstallRow = Omit<SharedInstall, 'kind'> & { readonly kind: string };

const COLUMNS = Prisma.sql`i.id, i.kind, i.source, i.path, i.server, i.version, i.content`;

function toInstall<Row extends InstallRow>(row: Row): Row & Pick<SharedInstall, 'kind'> {
  return { ...row, kind: kind.parse(row.kind) };
}

/** Hosts under the name `h` whose current sections name the install `i`, by what `u` says of it; revoked ones report nothing any more. */
function reported(install: Prisma.Sql, viewer: Viewer): Prisma.Sql {
  return Prisma.sql`section_install u
    JOIN host_section s ON s.name = u.name AND s.digest = u.digest AND s.seen_to IS NULL
    JOIN host h ON h.id = s.host_id AND h.revoked_at IS NULL AND ${visibleTo(viewer)}
    WHERE u.install_id = ${install}`;
}

/** Some host that the viewer sees has another content at the place of `i`; one that could not be read is no other. */
function differs(viewer: Viewer): Prisma.Sql {
  return Prisma.sql`i.content IS NOT NULL AND EXISTS (SELECT 1 FROM shared_install o
    WHERE o.place = i.place AND o.content <> i.content AND EXISTS (SELECT 1 FROM ${reported(Prisma.sql`o.id`, viewer)}))`;
}

function conditions(viewer: Viewer, query: SharedInstallQuery): Prisma.Sql {
  const all = [Prisma.sql`n.hosts > 0`];
  if (query.kind !== undefined) all.push(Prisma.sql`i.kind = ${query.kind}`);
  if (query.q !== undefined && query.q !== '')
    all.push(Prisma.sql`i.source || i.path ILIKE ${containing(query.q)}`);
  if (query.hostId !== undefined)
    all.push(
      Prisma.sql`EXISTS (SELECT 1 FROM ${reported(Prisma.sql`i.id`, viewer)} AND h.id = ${query.hostId}::uuid)`,
    );
  if (query.differing === true) all.push(differs(viewer));
  if (query.after !== undefined)
    all.push(Prisma.sql`(i.sort_key, i.id) > (coalesce((SELECT a.sort_key FROM shared_install a WHERE a.id = ${query.after}), ''),
      coalesce((SELECT a.id FROM shared_install a WHERE a.id = ${query.after}), ''))`);
  return Prisma.join(all, ' AND ');
}

async function list(
  client: Client,
  viewer: Viewer,
  query: SharedInstallQuery,
): ReturnType<SharedInstallRepository['list']> {
  const rows = await client.$queryRaw<InstallRow[]>`
    SELECT ${COLUMNS}, n.hosts, ${differs(viewer)} AS differs FROM shared_install i
    CROSS JOIN LATERAL (SELECT count(DISTINCT h.id)::int AS hosts FROM ${reported(Prisma.sql`i.id`, viewer)}) n
    WHERE ${conditions(viewer, query)} ORDER BY i.sort_key, i.id LIMIT ${query.limit + 1}`;
  const items = rows.slice(0, query.limit).map(toInstall);
  return { items, next: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null };
}

/**
 * A finding names an install where it is about that Python environment or that bundle, where the copy that decides is the install or lies
 * inside it (a core's own API), or where its evidence names the file.
 */
const NAMES = Prisma.sql`(f.subject ->> 'python' = u.path OR f.subject ->> 'path' = u.path
  OR f.evidence ->> 'install' = u.location OR starts_with(f.evidence ->> 'install', u.location || '/')
  OR starts_with(f.evidence ->> 'install', u.location || '\\') OR EXISTS (SELECT 1 FROM jsonb_each_text(f.evidence) e WHERE e.value = u.path))`;

async function causesOf(client: Client, viewer: Viewer, id: string): Promise<SharedInstallCause[]> {
  const rows = await client.$queryRaw<(Omit<SharedInstallCause, 'cause' | 'severity'> & object)[]>`
    SELECT f.rule, f.cause, min(f.severity) AS severity, count(DISTINCT f.id)::int AS findings, count(DISTINCT f.host_id)::int AS hosts
    FROM (SELECT h.id AS host, u.path, u.location FROM ${reported(Prisma.sql`${id}`, viewer)}) u
    JOIN finding f ON f.host_id = u.host AND f.state = 'open' AND ${NAMES}
    GROUP BY f.rule, f.cause ORDER BY severity, hosts DESC, f.cause`;
  return rows.map((row) => ({ ...row, ...storedCause.parse(row) }));
}

async function detail(client: Client, viewer: Viewer, id: string): Promise<SharedInstallDetail | null> {
  const [row] = await client.$queryRaw<InstallRow[]>`
    SELECT ${COLUMNS}, n.hosts, ${differs(viewer)} AS differs FROM shared_install i
    CROSS JOIN LATERAL (SELECT count(DISTINCT h.id)::int AS hosts FROM ${reported(Prisma.sql`i.id`, viewer)}) n
    WHERE i.id = ${id} AND n.hosts > 0`;
  if (row === undefined) return null;
  const others = await client.$queryRaw<SharedInstallDetail['others'][number][]>`
    SELECT o.id, o.version, o.content, n.hosts FROM shared_install i JOIN shared_install o ON o.place = i.place AND o.id <> i.id
    CROSS JOIN LATERAL (SELECT count(DISTINCT h.id)::int AS hosts FROM ${reported(Prisma.sql`o.id`, viewer)}) n
    WHERE i.id = ${id} AND n.hosts > 0 ORDER BY n.hosts DESC, o.id LIMIT ${MAX_OTHERS}`;
  return { ...toInstall(row), others, causes: await causesOf(client, viewer, id) };
}

type UseRow = Omit<SharedInstallUse, 'group'> & { readonly groupId: string; readonly groupName: string };

async function uses(
  client: Client,
  viewer: Viewer,
  { id, after, limit }: { readonly id: string; readonly after?: string | undefined; readonly limit: number },
): ReturnType<SharedInstallRepository['uses']> {
  const from =
    after === undefined
      ? Prisma.sql`true`
      : Prisma.sql`(h.name, h.id) > (SELECT a.name, a.id FROM host a WHERE a.id = ${after}::uuid)`;
  const rows = await client.$queryRaw<UseRow[]>`
    SELECT p."hostId", p."hostName", p."groupId", g.name AS "groupName", p.path, p.mount, p."seenFrom",
      (SELECT count(*)::int FROM finding f, LATERAL (SELECT p.path, p.location) u WHERE f.host_id = p."hostId" AND f.state = 'open' AND ${NAMES}) AS "openFindings"
    FROM (SELECT DISTINCT ON (h.name, h.id) h.id AS "hostId", h.name AS "hostName", h.group_id AS "groupId", u.path, u.location, u.mount, s.seen_from AS "seenFrom"
      FROM ${reported(Prisma.sql`${id}`, viewer)} AND ${from} ORDER BY h.name, h.id, u.path LIMIT ${limit + 1}) p
    JOIN host_group g ON g.id = p."groupId" ORDER BY p."hostName", p."hostId"`;
  const items = rows
    .slice(0, limit)
    .map(({ groupId, groupName, ...use }) => ({ ...use, group: { id: groupId, name: groupName } }));
  return { items, next: rows.length > limit ? (items.at(-1)?.hostId ?? null) : null };
}

async function ofHost(client: Client, viewer: Viewer, hostId: string): Promise<OwnSharedInstall[] | null> {
  const known = await client.$queryRaw<
    unknown[]
  >`SELECT 1 FROM host h WHERE h.id = ${hostId}::uuid AND ${visibleTo(viewer)}`;
  if (known.length === 0) return null;
  const rows = await client.$queryRaw<(InstallRow & { readonly at: string })[]>`
    SELECT ${COLUMNS}, n.hosts, ${differs(viewer)} AS differs, mine.at
    FROM (SELECT DISTINCT u.install_id AS id, u.path AS at FROM section_install u
      JOIN host_section s ON s.name = u.name AND s.digest = u.digest AND s.seen_to IS NULL
      JOIN host h ON h.id = s.host_id AND h.revoked_at IS NULL AND ${visibleTo(viewer)} WHERE s.host_id = ${hostId}::uuid) mine
    JOIN shared_install i ON i.id = mine.id
    CROSS JOIN LATERAL (SELECT count(DISTINCT h.id)::int AS hosts FROM ${reported(Prisma.sql`i.id`, viewer)}) n
    ORDER BY mine.at, i.id LIMIT ${MAX_OF_HOST}`;
  return rows.map(toInstall);
}

export function createSharedInstallRepository({ client }: Context): SharedInstallRepository {
  return {
    list: (viewer, query) => list(client, viewer, query),
    detail: (viewer, id) => detail(client, viewer, id),
    uses: (viewer, id, page) => uses(client, viewer, { id, ...page }),
    ofHost: (viewer, hostId) => ofHost(client, viewer, hostId),
  };
}
