import { readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';

/** The server's own embedded database, as somebody who owns its machine reaches it (libs/database README, "The embedded PostgreSQL"). */
export async function openServerDatabase(dataDir: string): Promise<pg.Client> {
  const client = new pg.Client({
    host: path.join(dataDir, 'pg/socket'),
    user: 'trustfleet',
    password: readFileSync(path.join(dataDir, 'pg/password'), 'utf8').trim(),
    database: 'trustfleet',
  });
  await client.connect();
  return client;
}
