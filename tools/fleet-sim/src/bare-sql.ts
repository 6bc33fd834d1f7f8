import pg from 'pg';
import { ChangingBody, type ChangingSection, type SimSection } from './inventory.ts';

const BATCH = 200;

/**
 * The limit of changed reports: the same rows with nothing around them. One connection, one `unnest` insert of 200 bodies (bytes and
 * projection) and of their host_section rows a transaction, no server, no socket, no parsing. Bodies a second.
 */
export async function bareSqlInserts(options: {
  readonly databaseUrl: string;
  readonly kind: ChangingSection;
  readonly seconds: number;
}): Promise<number> {
  const body = new ChangingBody(options.kind);
  const client = new pg.Client({ connectionString: options.databaseUrl });
  await client.connect();
  try {
    const hosts = await client.query<{ id: string }>(`SELECT id FROM host LIMIT ${BATCH}`);
    const ids = hosts.rows.map(({ id }) => id);
    let done = 0;
    const started = performance.now();
    const limit = started + options.seconds * 1000;
    while (performance.now() < limit) {
      await insertBatch(client, {
        ids,
        bodies: ids.map((_, index) => body.next(`bare.${started}.${done + index}`)),
      });
      done += ids.length;
    }
    const perSecond = (done * 1000) / (performance.now() - started);
    await client.query(`DELETE FROM host_section WHERE name = 'bareSql'`);
    await client.query(`DELETE FROM section_body WHERE name = 'bareSql'`);
    return perSecond;
  } finally {
    await client.end();
  }
}

interface Rows {
  readonly ids: readonly string[];
  readonly bodies: readonly SimSection[];
}

async function insertBatch(client: pg.Client, { ids, bodies }: Rows): Promise<void> {
  const digests = bodies.map(({ digest }) => digest);
  await client.query('BEGIN');
  await client.query(
    `INSERT INTO section_body (name, digest, bytes, projection)
     SELECT 'bareSql', u.digest, u.bytes, u.projection::jsonb FROM unnest($1::text[], $2::bytea[], $3::text[]) AS u (digest, bytes, projection)`,
    [digests, bodies.map(({ body }) => Buffer.from(body)), bodies.map(({ body }) => body)],
  );
  await client.query(
    `UPDATE host_section SET seen_to = now() WHERE name = 'bareSql' AND seen_to IS NULL AND host_id = ANY ($1::uuid[])`,
    [ids],
  );
  await client.query(
    `INSERT INTO host_section (host_id, name, digest, seen_from)
     SELECT u.id, 'bareSql', u.digest, now() FROM unnest($1::uuid[], $2::text[]) AS u (id, digest)`,
    [ids, digests],
  );
  await client.query('COMMIT');
}
