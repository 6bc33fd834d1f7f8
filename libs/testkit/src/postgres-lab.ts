import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** What a lab needs from `@trustfleet/database`; passed in, because the testkit imports no adapter. */
export interface PostgresLabParts {
  /** `startEmbeddedPostgres` of libs/database. */
  readonly start: (options: { readonly dataDir: string; readonly fsync: 'off' }) => Promise<RunningPostgres>;
  /** `migrate` of libs/database. */
  readonly migrate: (url: string) => Promise<unknown>;
}

export interface RunningPostgres {
  readonly url: string;
  stop(): Promise<void>;
}

export interface PostgresLab {
  /** A migrated, empty database of its own, cloned from a template. Connection string. */
  freshDatabase(): Promise<string>;
  /** A database without any schema. Connection string. */
  emptyDatabase(): Promise<string>;
  /** Stops PostgreSQL and removes its directory. */
  stop(): Promise<void>;
}

const TEMPLATE = 'lab_template';

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

/**
 * One embedded PostgreSQL in a temporary directory. Start it once per test file (or in a global set-up), then clone per test:
 * a clone costs some 30 ms. Names are our own, never a test's text.
 */
export async function startPostgresLab(parts: PostgresLabParts): Promise<PostgresLab> {
  const directory = await mkdtemp(join(tmpdir(), 'trustfleet-lab-'));
  // Started as root PostgreSQL runs under another account, which has to pass.
  await chmod(directory, 0o711);
  const postgres = await parts
    .start({ dataDir: join(directory, 'pg'), fsync: 'off' })
    .catch(async (error: unknown) => {
      await rm(directory, { recursive: true, force: true });
      throw error;
    });
  const admin = new pg.Client({ connectionString: withDatabase(postgres.url, 'postgres') });
  await admin.connect();
  let count = 0;
  let queue: Promise<unknown> = Promise.resolve();
  // One after the other: a template must have no other user while it is copied.
  const create = (name: string, template: string): Promise<string> => {
    const made = queue.then(async () => {
      await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
      return withDatabase(postgres.url, name);
    });
    queue = made.catch(() => undefined); // the caller of `made` is told; the next one starts anew
    return made;
  };
  const next = (template: string): Promise<string> => {
    count += 1;
    return create(`lab_${String(process.pid)}_${String(count)}`, template);
  };
  await parts.migrate(await create(TEMPLATE, 'template0'));
  return {
    freshDatabase: () => next(TEMPLATE),
    emptyDatabase: () => next('template0'),
    async stop() {
      await admin.end();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
