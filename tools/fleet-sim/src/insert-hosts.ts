import pg from 'pg';
import { simCredentials, simHost } from './identity.ts';

/** Rows a statement. */
const AT_ONCE = 1000;

/**
 * Makes hosts by their rows, without enrolment: the server takes 120 enrolments a minute from one address, a bench wants thousands.
 * A server reads them when it starts.
 */
export async function insertHosts(request: {
  readonly databaseUrl: string;
  readonly fleet: string;
  readonly count: number;
}): Promise<void> {
  const client = new pg.Client({ connectionString: request.databaseUrl });
  await client.connect();
  try {
    for (let at = 0; at < request.count; at += AT_ONCE) {
      const some = Math.min(AT_ONCE, request.count - at);
      const hosts = Array.from({ length: some }, (_, index) => simHost(request.fleet, at + index));
      const credentials = hosts.map(simCredentials);
      await client.query(
        `INSERT INTO host (id, name, platform, public_key, secret_hash, agent_version, permits, enrolled_at, group_id)
         SELECT new.id, new.name, 'linux', decode(new.key, 'hex'), new.secret, '0.1.0-sim', '{}', now(), g.id
         FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS new (id, name, key, secret), host_group g WHERE g.is_default`,
        [
          hosts.map(({ hostId }) => hostId),
          hosts.map(({ name }) => name),
          credentials.map(({ publicKey }) => Buffer.from(publicKey).toString('hex')),
          credentials.map(({ secretHash }) => secretHash),
        ],
      );
    }
  } finally {
    await client.end();
  }
}
