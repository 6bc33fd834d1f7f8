import { direct, type Client } from '../connection.ts';
import type { HostConnection, HostHello, HostRepository } from '../model/hosts.ts';
import { storableJson, storableText } from '../storable.ts';

type HostPresence = Pick<
  HostRepository,
  'touchLastSeen' | 'connect' | 'recordHello' | 'disconnect' | 'disconnectAll'
>;

/** One a host, its last, by host: one order everywhere, so that batches over the same hosts wait for each other instead of dying. */
function lastOfEach<Item extends { readonly hostId: string }>(batch: readonly Item[]): Item[] {
  const last = new Map(batch.map((item) => [item.hostId, item]));
  return [...last.values()].sort((a, b) => (a.hostId < b.hostId ? -1 : 1));
}

async function connect(client: Client, batch: readonly HostConnection[]): Promise<void> {
  const rows = lastOfEach(batch);
  await direct(
    client,
    `INSERT INTO host_connection (host_id, process, since)
     SELECT u.host_id, u.process, u.since FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS u (host_id, process, since)
     JOIN host h ON h.id = u.host_id ORDER BY u.host_id
     ON CONFLICT (host_id) DO UPDATE SET process = excluded.process, since = excluded.since`,
    [rows.map((row) => row.hostId), rows.map((row) => row.process), rows.map((row) => row.since)],
  );
}

/** A row is written only for what is news: a fleet that reconnects unchanged writes none. */
async function recordHello(client: Client, batch: readonly HostHello[]): Promise<void> {
  const rows = lastOfEach(batch);
  const said = `(SELECT u.host_id, u.agent_version, u.boot_id, ARRAY(SELECT jsonb_array_elements_text(u.permits::jsonb)) AS permits,
      u.allow_list_digest, u.interception, u.key_set_version, u.at
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::int[], $8::timestamptz[])
      AS u (host_id, agent_version, boot_id, permits, allow_list_digest, interception, key_set_version, at)) AS said`;
  await direct(
    client,
    `WITH news AS (
       SELECT said.* FROM ${said} JOIN host h ON h.id = said.host_id AND h.revoked_at IS NULL
       WHERE h.last_seen IS NULL OR (h.agent_version, h.boot_id, h.permits, h.allow_list_digest, h.interception, h.key_set_version)
         IS DISTINCT FROM (said.agent_version, said.boot_id, said.permits, said.allow_list_digest, said.interception, said.key_set_version)
       ORDER BY h.id FOR NO KEY UPDATE OF h)
     UPDATE host h SET agent_version = news.agent_version, boot_id = news.boot_id, permits = news.permits,
       allow_list_digest = news.allow_list_digest, interception = news.interception, key_set_version = news.key_set_version,
       last_seen = greatest(h.last_seen, news.at)
     FROM news WHERE h.id = news.host_id`,
    [
      rows.map((row) => row.hostId),
      rows.map((row) => storableText(row.agentVersion)),
      rows.map((row) => storableText(row.bootId)),
      rows.map((row) => storableJson(row.permits)),
      rows.map((row) => row.allowListDigest),
      rows.map((row) => row.interception),
      rows.map((row) => row.keySet),
      rows.map((row) => row.at),
    ],
  );
}

async function disconnect(client: Client, batch: readonly HostConnection[]): Promise<string[]> {
  const rows = await direct<{ hostId: string }>(
    client,
    `DELETE FROM host_connection c USING unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS u (host_id, process, since)
     WHERE c.host_id = u.host_id AND c.process = u.process AND c.since = u.since RETURNING c.host_id AS "hostId"`,
    [batch.map((row) => row.hostId), batch.map((row) => row.process), batch.map((row) => row.since)],
  );
  return rows.map(({ hostId }) => hostId);
}

/** Who holds a socket and when each host was heard: one statement for many hosts (architecture.md, "Hot paths"). */
export function createHostPresence(client: Client): HostPresence {
  return {
    async touchLastSeen(batch) {
      if (batch.length === 0) return;
      // Locked in order of id: two processes' batches over the same hosts wait for each other instead of dying.
      await client.$executeRaw`
        WITH seen AS (SELECT host_id, max(at) AS at FROM unnest(${batch.map((row) => row.hostId)}::uuid[], ${batch.map((row) => row.at)}::timestamptz[])
                        AS u (host_id, at) GROUP BY host_id),
             locked AS (SELECT h.id FROM host h JOIN seen ON seen.host_id = h.id ORDER BY h.id FOR NO KEY UPDATE OF h)
        UPDATE host h SET last_seen = seen.at FROM seen JOIN locked ON locked.id = seen.host_id
        WHERE h.id = seen.host_id AND (h.last_seen IS NULL OR h.last_seen < seen.at) AND (h.revoked_at IS NULL OR seen.at <= h.revoked_at)`;
    },
    connect: (batch) => connect(client, batch),
    recordHello: (batch) => recordHello(client, batch),
    disconnect: (batch) => disconnect(client, batch),
    async disconnectAll(scope) {
      const { count } = await client.hostConnection.deleteMany({
        where: scope === 'everyProcess' ? {} : { process: scope.process },
      });
      return count;
    },
  };
}
