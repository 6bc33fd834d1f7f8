import { z } from 'zod';
import { Prisma, type Client, type Context } from '../connection.ts';
import type { HostListQuery } from '@trustfleet/api';
import type { HostChanges, HostDetail, HostRepository, HostSummary } from '../model/hosts.ts';
import type { Viewer } from '../model/viewer.ts';
import { storableText } from '../storable.ts';
import { openFindings } from './findings.ts';
import { containing } from './containing.ts';
import { newestJobsOf } from './job-views.ts';
import { createHostPresence } from './host-presence.ts';
import { currentSections } from './sections.ts';
import { visibleTo } from './visibility.ts';

const platform = z.enum(['linux', 'windows', 'macos']);
export const quarantineReason = z.enum(['cloned', 'refused']);
/** Jobs on a host's page. */
const JOBS_SHOWN = 50;

interface HostRow extends Omit<HostSummary, 'platform' | 'group' | 'quarantine'> {
  readonly platform: string;
  readonly groupId: string;
  readonly groupName: string;
  readonly quarantine: string | null;
  readonly quarantinedAt: Date | null;
}

/** A host with its counts, under the names that `order` and `where` use. */
const COUNTED = Prisma.sql`host h JOIN host_group g ON g.id = h.group_id
  LEFT JOIN host_connection c ON c.host_id = h.id
  LEFT JOIN LATERAL (SELECT count(*)::int AS findings, count(*) FILTER (WHERE severity = 'blocker')::int AS blockers
                     FROM finding f WHERE f.host_id = h.id AND f.state = 'open') open ON true`;

/** What the rows of one page show of a current section. */
function summary(name: string): Prisma.Sql {
  return Prisma.sql`(SELECT b.summary FROM host_section s JOIN section_body b ON b.name = s.name AND b.digest = s.digest
                     WHERE s.host_id = h.id AND s.name = ${name} AND s.seen_to IS NULL)`;
}

const COLUMNS = Prisma.sql`h.id, h.name, h.platform, c.host_id IS NOT NULL AS online, h.last_seen AS "lastSeen", h.enrolled_at AS "enrolledAt",
  h.agent_version AS "agentVersion", open.findings AS "openFindings", open.blockers AS "openBlockers", h.permits, h.interception,
  g.id AS "groupId", g.name AS "groupName", h.revoked_at AS "revokedAt", h.quarantine, h.quarantined_at AS "quarantinedAt", h.clock_offset_ms AS "clockOffsetMs",
  ${summary('system')} ->> 'os' AS os, (${summary('pythons')} ->> 'pythons')::int AS pythons`;

function toSummary(row: HostRow): HostSummary {
  const { groupId, groupName, quarantine, quarantinedAt, ...same } = row;
  return {
    ...same,
    platform: platform.parse(row.platform),
    group: { id: groupId, name: groupName },
    quarantine:
      quarantine === null || quarantinedAt === null
        ? null
        : { reason: quarantineReason.parse(quarantine), since: quarantinedAt },
  };
}

const BY_FINDINGS: Readonly<Record<NonNullable<HostListQuery['findings']>, Prisma.Sql>> = {
  open: Prisma.sql`open.findings > 0`,
  blockers: Prisma.sql`open.blockers > 0`,
  none: Prisma.sql`open.findings = 0`,
};

/** A revoked host is no part of the fleet any more: it is listed only where somebody asks for what is held. */
const NOT_REVOKED = Prisma.sql`h.revoked_at IS NULL`;
const BY_ADMISSION: Readonly<Record<NonNullable<HostListQuery['admission']>, Prisma.Sql>> = {
  admitted: Prisma.sql`h.revoked_at IS NULL AND h.quarantine IS NULL`,
  held: Prisma.sql`(h.revoked_at IS NOT NULL OR h.quarantine IS NOT NULL)`,
};

function where(query: HostListQuery): Prisma.Sql {
  const conditions = [Prisma.sql`true`];
  if (query.q.trim() !== '') conditions.push(Prisma.sql`h.name ILIKE ${containing(query.q.trim())}`);
  if (query.presence !== undefined)
    conditions.push(
      query.presence === 'online' ? Prisma.sql`c.host_id IS NOT NULL` : Prisma.sql`c.host_id IS NULL`,
    );
  if (query.findings !== undefined) conditions.push(BY_FINDINGS[query.findings]);
  if (query.platform !== undefined) conditions.push(Prisma.sql`h.platform = ${query.platform}`);
  if (query.groupId !== undefined) conditions.push(Prisma.sql`h.group_id = ${query.groupId}::uuid`);
  conditions.push(query.admission === undefined ? NOT_REVOKED : BY_ADMISSION[query.admission]);
  if (query.missingAnchor !== undefined) {
    // The hosts that the policy's `missing` counts (libs/policy `anchorStatus`): the operating system's store lacks the anchor,
    // or is one that no program can load. A bundle that lacks it is another matter.
    conditions.push(
      Prisma.sql`EXISTS (SELECT 1 FROM finding m WHERE m.host_id = h.id AND m.state = 'open' AND m.severity = 'blocker'
                         AND m.subject ->> 'kind' = 'trustStore' AND coalesce(m.anchor_sha256, ${query.missingAnchor}) = ${query.missingAnchor})`,
    );
  }
  return Prisma.join(conditions, ' AND ');
}

const SORTS: Readonly<Record<HostListQuery['sort'], Prisma.Sql>> = {
  name: Prisma.sql`lower(h.name)`,
  lastSeen: Prisma.sql`h.last_seen`,
  findings: Prisma.sql`open.findings`,
  enrolled: Prisma.sql`h.enrolled_at`,
};

function orderBy({ sort, order }: HostListQuery): Prisma.Sql {
  // Never seen counts as longest ago. The id makes pages stable where names are equal.
  const direction = order === 'asc' ? Prisma.sql`ASC NULLS FIRST` : Prisma.sql`DESC NULLS LAST`;
  return Prisma.sql`${SORTS[sort]} ${direction}, h.id`;
}

async function summaries(client: Client, viewer: Viewer, hostIds: readonly string[]): Promise<HostSummary[]> {
  const rows = await client.$queryRaw<HostRow[]>`
    SELECT ${COLUMNS} FROM ${COUNTED} WHERE ${visibleTo(viewer)} AND h.id = ANY (${[...hostIds]}::uuid[]) ORDER BY lower(h.name), h.id`;
  return rows.map(toSummary);
}

async function detail(client: Client, viewer: Viewer, hostId: string): Promise<HostDetail | null> {
  const [summary] = await summaries(client, viewer, [hostId]);
  if (summary === undefined) return null;
  return {
    ...summary,
    sections: await currentSections(client, hostId),
    findings: await openFindings(client, hostId),
    jobs: await newestJobsOf(client, hostId, JOBS_SHOWN),
  };
}

function lists(client: Client): Pick<HostRepository, 'list' | 'summaries' | 'detail'> {
  return {
    async list(viewer, query) {
      const condition = Prisma.sql`${visibleTo(viewer)} AND ${where(query)}`;
      const rows = await client.$queryRaw<HostRow[]>`
        SELECT ${COLUMNS} FROM ${COUNTED} WHERE ${condition}
        ORDER BY ${orderBy(query)} LIMIT ${query.pageSize} OFFSET ${(query.page - 1) * query.pageSize}`;
      const total = await client.$queryRaw<
        { total: number }[]
      >`SELECT count(*)::int AS total FROM ${COUNTED} WHERE ${condition}`;
      return {
        items: rows.map(toSummary),
        total: total[0]?.total ?? 0,
        page: query.page,
        pageSize: query.pageSize,
      };
    },
    summaries: (viewer, hostIds) => summaries(client, viewer, hostIds),
    detail: (viewer, hostId) => detail(client, viewer, hostId),
  };
}

/** What the agents' port keeps in memory. */
const CREDENTIAL = {
  id: true,
  secretHash: true,
  nextSecretHash: true,
  publicKey: true,
  instances: true,
  clockOffsetMs: true,
  groupId: true,
} as const;

export function createHostRepository({ client }: Context): HostRepository & HostChanges {
  return {
    ...lists(client),
    ...createHostPresence(client),
    async create(host) {
      const { name, agentVersion, publicKey, ...plain } = host;
      const groupId =
        host.groupId ?? (await client.hostGroup.findFirstOrThrow({ where: { isDefault: true } })).id;
      await client.host.create({
        // Observe-only until its first hello says otherwise.
        data: {
          ...plain,
          name: storableText(name),
          agentVersion: storableText(agentVersion),
          publicKey: Uint8Array.from(publicKey),
          permits: [],
          groupId,
        },
      });
      return groupId;
    },
    async groupsOf(hostIds) {
      const rows = await client.host.findMany({
        where: { id: { in: [...hostIds] } },
        select: { id: true, groupId: true },
      });
      return new Map(rows.map(({ id, groupId }) => [id, groupId]));
    },
    async credentials() {
      const rows = await client.host.findMany({ where: { revokedAt: null }, select: CREDENTIAL });
      return rows.map(({ id, instances, ...same }) => ({
        ...same,
        hostId: id,
        lastInstance: instances.at(-1) ?? null,
      }));
    },
  };
}
