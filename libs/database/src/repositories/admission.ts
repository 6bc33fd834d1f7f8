import { Prisma, type Client, type Context } from '../connection.ts';
import type { AdmissionChanges, AdmissionRepository, NamedHost } from '../model/admission.ts';
import type { HostQuarantine, QuarantineReason } from '../model/hosts.ts';
import type { Viewer } from '../model/viewer.ts';
import { visibleTo } from './visibility.ts';

function facts(client: Client): AdmissionRepository {
  return {
    async instancesOf(hostId) {
      const row = await client.host.findUnique({
        where: { id: hostId },
        select: { instances: true, instanceReturns: true },
      });
      return row === null ? null : { instances: row.instances, returns: row.instanceReturns };
    },
    async saveInstances(hostId, { instances, returns }) {
      await client.host.updateMany({
        where: { id: hostId, revokedAt: null },
        data: { instances: [...instances], instanceReturns: returns },
      });
    },
    async clockOffsets(hostIds) {
      const rows = await client.$queryRaw<{ id: string; offset: number }[]>`
        SELECT id, clock_offset_ms AS "offset" FROM host WHERE id = ANY (${[...hostIds]}::uuid[]) AND clock_offset_ms IS NOT NULL`;
      return new Map(rows.map(({ id, offset }) => [id, offset]));
    },
    async saveClockOffset(hostId, offsetMs) {
      await client.host.updateMany({
        where: { id: hostId, revokedAt: null },
        data: { clockOffsetMs: offsetMs },
      });
    },
    async saveKeySetVersion(hostId, version) {
      await client.host.updateMany({
        where: { id: hostId, revokedAt: null },
        data: { keySetVersion: version },
      });
    },
  };
}

async function revoke(
  client: Client,
  viewer: Viewer,
  { hostId, at }: { readonly hostId: string; readonly at: Date },
): Promise<NamedHost | null> {
  const [host] = await client.$queryRaw<NamedHost[]>`
    UPDATE host h SET revoked_at = ${at}::timestamptz, next_secret_hash = NULL
    WHERE h.id = ${hostId}::uuid AND h.revoked_at IS NULL AND ${visibleTo(viewer)} RETURNING h.id, h.name`;
  if (host === undefined) return null;
  // Nobody can mend what is wrong on a machine that is no host any more: a finding that stays open would be counted for ever.
  await client.finding.updateMany({
    where: { hostId, state: 'open' },
    data: { state: 'closed', closedAt: at },
  });
  await client.hostSetting.updateMany({
    where: { hostId, state: 'pending' },
    data: { state: 'reverted', detail: 'The host was revoked.', finishedAt: at },
  });
  return host;
}

async function release(
  client: Client,
  viewer: Viewer,
  hostId: string,
): Promise<(NamedHost & HostQuarantine) | null> {
  // The old values come from the locked row: RETURNING would give the new ones.
  const [host] = await client.$queryRaw<(NamedHost & HostQuarantine)[]>`
    WITH held AS (SELECT h.id, h.name, h.quarantine AS reason, h.quarantined_at AS since FROM host h
                  WHERE h.id = ${hostId}::uuid AND h.quarantine IS NOT NULL AND ${visibleTo(viewer)} FOR NO KEY UPDATE)
    UPDATE host SET quarantine = NULL, quarantined_at = NULL, instances = '{}', instance_returns = 0
    FROM held WHERE host.id = held.id RETURNING held.id, held.name, held.reason, held.since`;
  return host ?? null;
}

/** Nothing is offered to it until somebody releases it; null where it is held or revoked already. */
export async function quarantine(
  client: Client,
  about: { readonly hostId: string; readonly reason: QuarantineReason; readonly at: Date },
): Promise<NamedHost | null> {
  const [host] = await client.$queryRaw<NamedHost[]>`
    UPDATE host SET quarantine = ${about.reason}, quarantined_at = ${about.at}::timestamptz
    WHERE id = ${about.hostId}::uuid AND quarantine IS NULL AND revoked_at IS NULL RETURNING id, name`;
  return host ?? null;
}

type Moved = NamedHost & { readonly from: string; readonly to: string };

async function move(
  client: Client,
  viewer: Viewer,
  { hostId, groupId }: { readonly hostId: string; readonly groupId: string },
): Promise<Moved | null> {
  const target =
    viewer.groups === 'all' || viewer.groups.includes(groupId) ? Prisma.sql`true` : Prisma.sql`false`;
  const [host] = await client.$queryRaw<Moved[]>`
    WITH here AS (SELECT h.id, h.name, g.name AS "from", t.id AS target, t.name AS "to"
                  FROM host h JOIN host_group g ON g.id = h.group_id JOIN host_group t ON t.id = ${groupId}::uuid
                  WHERE h.id = ${hostId}::uuid AND h.group_id <> ${groupId}::uuid AND ${target} AND ${visibleTo(viewer)}
                  FOR NO KEY UPDATE OF h)
    UPDATE host SET group_id = here.target FROM here WHERE host.id = here.id RETURNING here.id, here.name, here."from", here."to"`;
  return host ?? null;
}

export function createAdmissionRepository({ client }: Context): AdmissionRepository & AdmissionChanges {
  return {
    ...facts(client),
    revoke: (viewer, about) => revoke(client, viewer, about),
    quarantine: (about) => quarantine(client, about),
    release: (viewer, hostId) => release(client, viewer, hostId),
    move: (viewer, about) => move(client, viewer, about),
  };
}
