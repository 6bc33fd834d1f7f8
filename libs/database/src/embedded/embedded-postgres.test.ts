import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  EmbeddedPostgresError,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresEvent,
  SYSTEM,
} from '../index.ts';
import { addHost, later } from '../testing/fixtures.ts';
import { isAlive } from './processes.ts';

let root = '';
let running: EmbeddedPostgres[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'trustfleet-embedded-'));
  await chmod(root, 0o711);
});
afterEach(async () => {
  await Promise.all(running.map((postgres) => postgres.stop()));
  running = [];
  await rm(root, { recursive: true, force: true });
});

async function start(
  dataDir: string,
  onEvent: (event: EmbeddedPostgresEvent) => void = () => undefined,
): Promise<EmbeddedPostgres> {
  // What survives here is the end of a process, not of the machine: no need to wait for the disk.
  const postgres = await startEmbeddedPostgres({ dataDir, onEvent, fsync: 'off' });
  running.push(postgres);
  return postgres;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
}

/** Waits for what another process does; fails after a minute. */
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries > 600) throw error;
      await sleep(100);
    }
  }
}

// Each starts PostgreSQL several times: the default limit is short on a busy machine.
describe('startEmbeddedPostgres', { timeout: 120_000 }, () => {
  it('initialises once and keeps its data over a second start', async () => {
    const dataDir = join(root, 'pg');
    const events: string[] = [];
    const first = await start(dataDir, ({ kind }) => events.push(kind));
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();

    const second = await start(dataDir, ({ kind }) => events.push(kind));

    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    expect([second.url, events]).toEqual([first.url, ['initialised']]);
    expect(isAlive(first.pid)).toBe(false);
  });

  it('guards its password and its files', async () => {
    const dataDir = join(root, 'pg');
    const { url } = await start(dataDir);

    expect((await stat(join(dataDir, 'password'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDir, 'cluster'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(dataDir, 'socket'))).mode & 0o777).toBe(0o700);
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    expect(await query(url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '' }]);
  });

  it('starts again by itself when it is killed, and the pool finds it', async () => {
    const events: string[] = [];
    const postgres = await start(join(root, 'pg'), ({ kind }) => events.push(kind));
    await migrate(postgres.url);
    const database = await openDatabase({ url: postgres.url });
    const host = await addHost(database);
    const killed = postgres.pid;

    process.kill(killed, 'SIGKILL');

    await eventually(async () => {
      await database.ping();
      expect(postgres.pid).not.toBe(killed);
    });
    expect((await database.hosts.summaries(SYSTEM, [host])).map(({ id }) => id)).toEqual([host]);
    await database.hosts.touchLastSeen([{ hostId: host, at: later(1) }]);
    await database.close();
    expect([events.slice(0, 2), events.at(-1)]).toEqual([['initialised', 'exited'], 'restarted']);
  });

  it('ends the PostgreSQL that a killed server left behind, without losing what it had committed', async () => {
    const dataDir = join(root, 'pg');
    const program = `
      const { startEmbeddedPostgres } = await import(${JSON.stringify(new URL('./embedded-postgres.ts', import.meta.url).href)});
      const pg = await import('pg');
      const postgres = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, fsync: 'off' });
      const client = new pg.default.Client({ connectionString: postgres.url });
      await client.connect();
      await client.query('CREATE TABLE kept AS SELECT 1 AS one');
      process.stdout.write(String(postgres.pid));
      setInterval(() => {}, 1000);`;
    const server = spawn(
      process.execPath,
      ['--conditions=@trustfleet/source', '--input-type=module', '--eval', program],
      {
        cwd: import.meta.dirname,
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const orphan = await new Promise<number>((resolve, reject) => {
      server.stdout.once('data', (data: Buffer) => {
        resolve(Number(data.toString()));
      });
      server.once('exit', (code) => {
        reject(new Error(`the server ended with ${String(code)}`));
      });
    });
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
      `Another Trustfleet server (process ${String(server.pid)}) uses`,
    );
    server.removeAllListeners('exit');
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await ended;
    expect(isAlive(orphan)).toBe(true);

    const events: string[] = [];
    const postgres = await start(dataDir, ({ kind, message }) => events.push(`${kind}: ${message}`));

    expect(isAlive(orphan)).toBe(false);
    expect(events).toEqual([expect.stringContaining(`recovered: A PostgreSQL (process ${orphan})`)]);
    expect(await query(postgres.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
  });

  it.each([
    ['belongs to another program by now', () => process.pid, 'removed'],
    ['is gone', () => 2 ** 22 - 1, 'journal is replayed'],
  ])('starts over a postmaster.pid whose process %s', async (_, pid, message) => {
    const dataDir = join(root, 'pg');
    await (await start(dataDir)).stop();
    await writeFile(join(dataDir, 'cluster', 'postmaster.pid'), `${pid()}\n${join(dataDir, 'cluster')}\n`);
    const events: string[] = [];

    const { url } = await start(dataDir, (event) => events.push(event.message));

    expect(events).toEqual([expect.stringContaining(message)]);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('finishes a first start that was killed half-way', async () => {
    const dataDir = join(root, 'pg');
    await mkdir(join(dataDir, 'cluster.new', 'base'), { recursive: true });
    await writeFile(join(dataDir, 'cluster.new', 'PG_VERSION'), '18\n');
    await writeFile(join(dataDir, 'initdb-password'), 'half');
    await writeFile(join(dataDir, 'owner.json'), '{"format":1,"pi');

    const { url } = await start(dataDir);

    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('takes a path that is too long for a socket', async () => {
    const dataDir = join(root, 'x'.repeat(100), 'pg');

    const postgres = await start(dataDir);

    expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    const socket = new URL(postgres.url).searchParams.get('host') ?? '';
    await postgres.stop();
    await expect(stat(socket)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each<[string, (cluster: string, dataDir: string) => Promise<void>, RegExp]>([
    [
      'another major',
      (cluster) => writeFile(join(cluster, 'PG_VERSION'), '17\n'),
      /made by PostgreSQL 17; this release brings 18.*pg_upgrade.*DATABASE_URL/,
    ],
    ['no cluster', (cluster) => rm(join(cluster, 'PG_VERSION')), /not a PostgreSQL data directory/],
    ['no password', (_, dataDir) => rm(join(dataDir, 'password')), /password is missing.*Restore/],
    [
      'broken settings',
      (cluster) => writeFile(join(cluster, 'postgresql.conf'), 'no_such_setting = 1\n'),
      /did not start.*no_such_setting/s,
    ],
  ])('says what to do: %s', async (_, breakIt, message) => {
    const dataDir = join(root, 'pg');
    await (await start(dataDir)).stop();
    await breakIt(join(dataDir, 'cluster'), dataDir);

    const error: unknown = await startEmbeddedPostgres({ dataDir }).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(EmbeddedPostgresError);
    expect(error).toHaveProperty('message', expect.stringMatching(message));
    await expect(readFile(join(dataDir, 'owner.json'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('says what to do about a path that is no directory', async () => {
    await writeFile(join(root, 'file'), '');

    await expect(startEmbeddedPostgres({ dataDir: join(root, 'file', 'pg') })).rejects.toThrow(
      /Cannot write to .*ENOTDIR.*TRUSTFLEET_DATA_DIR/,
    );
  });
});

describe.runIf(process.getuid?.() === 0)('as root', () => {
  it('names the directory that PostgreSQL cannot pass', async () => {
    const closed = join(root, 'home');
    await mkdir(closed, { mode: 0o700 });

    await expect(startEmbeddedPostgres({ dataDir: join(closed, 'pg') })).rejects.toThrow(
      new RegExp(`cannot pass ${closed} .*/var/lib/trustfleet`),
    );
  });
});
