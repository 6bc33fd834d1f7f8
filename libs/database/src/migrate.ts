import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { checkUrl, unreachable } from './connection.ts';
import { MigrationError } from './errors.ts';

// Why a runner of our own and not @prisma/schema-engine-wasm's applyMigrations: that engine is a pre-release of 4 MB, runs a
// migration's statements outside of any transaction, and leaves a half-applied one for a person with the Prisma CLI to resolve.
// Here each migration and its row commit together, so a server that is killed in between just goes on at its next start. Table,
// checksum and lock are Prisma's, so its tools still read the history.

export interface MigrationReport {
  /** Names applied by this call, in order. */
  readonly applied: readonly string[];
  /** How many there were already. */
  readonly present: number;
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

interface HistoryRow {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

/** The lock that Prisma's own engine takes. */
const LOCK = 72707369;
const LOCK_LIMIT = '60s';

const CREATE_HISTORY = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

/** Every migration of this release, oldest first. */
export async function readMigrations(
  folder: string = fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
): Promise<readonly Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return await Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function openHistory(client: pg.Client): Promise<readonly HistoryRow[]> {
  const tables = await client.query<{ table_name: string }>(
    `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()`,
  );
  const names = tables.rows.map((row) => row.table_name);
  if (names.length > 0 && !names.includes('_prisma_migrations')) {
    throw new MigrationError(
      `The database is not empty and not Trustfleet's: it holds ${names.slice(0, 3).join(', ')}… Name an empty database in DATABASE_URL.`,
    );
  }
  await client.query(CREATE_HISTORY);
  const history = await client.query<HistoryRow>(
    `SELECT migration_name, checksum, finished_at FROM "_prisma_migrations" WHERE rolled_back_at IS NULL ORDER BY started_at`,
  );
  return history.rows;
}

/** The history must be a part of ours, byte for byte. */
function checkHistory(history: readonly HistoryRow[], known: readonly Migration[]): void {
  const checksums = new Map(known.map((migration) => [migration.name, migration.checksum]));
  for (const row of history) {
    const checksum = checksums.get(row.migration_name);
    if (checksum === undefined) {
      throw new MigrationError(
        `The database has the migration ${row.migration_name}, which this release does not know: it was used by a newer release. Start that one, or restore a backup from before it.`,
      );
    }
    if (row.finished_at === null) {
      throw new MigrationError(
        `The migration ${row.migration_name} was begun by other tools and not finished. Restore a backup, or resolve it with the Prisma CLI.`,
      );
    }
    if (row.checksum !== checksum) {
      throw new MigrationError(
        `The migration ${row.migration_name} was applied in another form than this release has (checksum ${row.checksum.slice(0, 12)}…, ours ${checksum.slice(0, 12)}…). ` +
          `A migration never changes once released: install the release that made this database, or restore a backup.`,
      );
    }
  }
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    const why = error instanceof Error ? error.message : String(error);
    throw new MigrationError(
      `The migration ${migration.name} failed and was undone: ${why}. The database is as it was before.`,
      { cause: error },
    );
  }
}

/** As `migrate`, with migrations of the caller's: for tests. */
export async function migrateWith(url: string, migrations: readonly Migration[]): Promise<MigrationReport> {
  checkUrl(url);
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    application_name: 'trustfleet-migrate',
  });
  try {
    await client.connect();
  } catch (error) {
    throw unreachable(url, error);
  }
  try {
    // Ends with the connection, so that a killed process holds up nobody.
    await client.query(`SET lock_timeout = '${LOCK_LIMIT}'`);
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    const history = await openHistory(client);
    checkHistory(history, migrations);
    const done = new Set(history.map((row) => row.migration_name));
    const pending = migrations.filter((migration) => !done.has(migration.name));
    for (const migration of pending) await apply(client, migration);
    return { applied: pending.map((migration) => migration.name), present: done.size };
  } finally {
    await client.end();
  }
}

/**
 * Brings the database at `url` to the newest schema. Safe when several processes call it at once. Fails with `MigrationError`
 * when the database's history is not the one of this release, or with `DatabaseUnreachableError`.
 */
export async function migrate(url: string): Promise<MigrationReport> {
  return await migrateWith(url, await readMigrations());
}
