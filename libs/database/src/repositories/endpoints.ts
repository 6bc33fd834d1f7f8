import { clientName, MAX_ENDPOINTS, type ConfiguredEndpoint } from '@trustfleet/protocol';
import { z } from 'zod';
import type { Client, Context } from '../connection.ts';
import type {
  Endpoint,
  EndpointChanges,
  EndpointFields,
  EndpointRefusal,
  EndpointRepository,
  ProposedEndpoint,
} from '../model/endpoints.ts';
import type { Viewer } from '../model/viewer.ts';
import { storableText } from '../storable.ts';
import { visibleTo } from './visibility.ts';

/** Sites that are proposed at once: nobody reads more, and each host may name many. */
const MAX_PROPOSALS = 100;

/** What stands in the row; written by us alone, so a mismatch is a defect and fails loudly. */
const clientNames = z.array(clientName);

/** Everything that a place in the fleet's list needs: the limits count these. */
interface Place extends Pick<EndpointFields, 'host' | 'port' | 'groupId'> {
  readonly id: string;
}

async function list(client: Client, { groups }: Viewer, id?: string): Promise<Endpoint[]> {
  const rows = await client.endpoint.findMany({
    where: {
      ...(groups === 'all' ? {} : { OR: [{ groupId: null }, { groupId: { in: [...groups] } }] }),
      ...(id === undefined ? {} : { id }),
    },
    include: { group: { select: { id: true, name: true } } },
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
  });
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    host: row.host,
    port: row.port,
    clients: clientNames.parse(row.clients),
    group: row.group,
    createdAt: row.createdAt,
    createdBy: row.createdBy,
  }));
}

/** From here to the end of the transaction the table is ours to change: who counts must not be overtaken. */
async function lock(client: Client): Promise<void> {
  await client.$executeRaw`LOCK TABLE endpoint IN SHARE ROW EXCLUSIVE MODE`;
}

/** Two places meet where some host has both: in one group, or where one of them counts for every host. */
function meet(a: Place, b: Place): boolean {
  return a.groupId === null || b.groupId === null || a.groupId === b.groupId;
}

/** Why `place` may not stand beside `others`; null where it may. */
function refusal(place: Place, others: readonly Place[]): EndpointRefusal | null {
  const met = others.filter((other) => meet(place, other));
  if (met.some(({ host, port }) => host === place.host && port === place.port)) return 'taken';
  const everywhere = met.filter(({ groupId }) => groupId === null).length;
  const inGroups = new Map<string, number>();
  for (const { groupId } of met)
    if (groupId !== null) inGroups.set(groupId, (inGroups.get(groupId) ?? 0) + 1);
  return everywhere + Math.max(0, ...inGroups.values()) >= MAX_ENDPOINTS ? 'tooMany' : null;
}

async function refusalOf(client: Client, place: Place): Promise<EndpointRefusal | null> {
  await lock(client);
  const others = await client.endpoint.findMany({
    where: { id: { not: place.id } },
    select: { id: true, host: true, port: true, groupId: true },
  });
  return refusal(place, others);
}

function row({ name, host, port, clients, groupId }: EndpointFields) {
  return { name: storableText(name), host, port, clients: [...clients], groupId };
}

function changes(client: Client): EndpointChanges {
  return {
    async create({ id, createdAt, createdBy, ...fields }) {
      const refused = await refusalOf(client, { ...fields, id });
      if (refused === null)
        await client.endpoint.create({ data: { id, createdAt, createdBy, ...row(fields) } });
      return refused;
    },
    async take(viewer, id) {
      await lock(client);
      return (await list(client, viewer, id))[0] ?? null;
    },
    async update(id, fields) {
      const refused = await refusalOf(client, { ...fields, id });
      if (refused === null) await client.endpoint.update({ where: { id }, data: row(fields) });
      return refused;
    },
    async remove(id) {
      await client.endpoint.delete({ where: { id } });
    },
  };
}

async function ofHosts(
  client: Client,
  hostIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ConfiguredEndpoint[]>> {
  const rows = await client.endpoint.findMany({ orderBy: [{ name: 'asc' }, { id: 'asc' }] });
  const all = rows.map(({ id, name, host, port, clients, groupId }) => ({
    groupId,
    endpoint: { id, name, host, port, clients: clientNames.parse(clients) },
  }));
  const hosts = await client.host.findMany({
    where: { id: { in: [...hostIds] } },
    select: { id: true, groupId: true },
  });
  const byGroup = new Map<string, readonly ConfiguredEndpoint[]>();
  const listOf = (group: string): readonly ConfiguredEndpoint[] =>
    all.filter(({ groupId }) => groupId === null || groupId === group).map(({ endpoint }) => endpoint);
  for (const { groupId } of hosts) if (!byGroup.has(groupId)) byGroup.set(groupId, listOf(groupId));
  return new Map(hosts.map(({ id, groupId }) => [id, byGroup.get(groupId) ?? []]));
}

/** By the summary of the bodies (`section-body.ts`), so that none is read, however many hosts there are. */
async function proposals(client: Client, viewer: Viewer): Promise<ProposedEndpoint[]> {
  return await client.$queryRaw<ProposedEndpoint[]>`
    SELECT site.host, site.port, count(DISTINCT h.id)::int AS hosts
    FROM host_section s JOIN host h ON h.id = s.host_id
      JOIN section_body b ON b.name = s.name AND b.digest = s.digest
      CROSS JOIN LATERAL jsonb_to_recordset(b.summary -> 'sites') AS site (host text, port int)
    WHERE s.name = 'shotgrid' AND s.seen_to IS NULL AND jsonb_typeof(b.summary -> 'sites') = 'array'
      AND h.revoked_at IS NULL AND ${visibleTo(viewer)}
      AND NOT EXISTS (SELECT 1 FROM endpoint e WHERE e.host = site.host AND e.port = site.port AND (e.group_id IS NULL OR e.group_id = h.group_id))
    GROUP BY site.host, site.port ORDER BY hosts DESC, site.host, site.port LIMIT ${MAX_PROPOSALS}`;
}

export function createEndpointRepository({ client }: Context): EndpointRepository & EndpointChanges {
  return {
    list: (viewer) => list(client, viewer),
    ofHosts: (hostIds) => ofHosts(client, hostIds),
    proposals: (viewer) => proposals(client, viewer),
    ...changes(client),
  };
}
