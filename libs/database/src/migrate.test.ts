import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import type { PostgresLab } from '@trustfleet/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseUnreachableError, migrate, MigrationError, openDatabase } from './index.ts';
import { migrateWith, readMigrations } from './migrate.ts';
import { startLab } from './testing/fixtures.ts';

let lab: PostgresLab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());

const migration = (name: string, sql: string) => ({
  name,
  sql,
  checksum: createHash('sha256').update(sql).digest('hex'),
});
const ONE = migration('20260101000000_one', 'CREATE TABLE one (id int)');
const TWO = migration('20260102000000_two', 'CREATE TABLE two (id int); INSERT INTO two VALUES (2)');
const BROKEN = migration('20260103000000_broken', 'CREATE TABLE half (id int); SELECT no_such_function()');

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
}

describe('migrate', () => {
  it('applies everything to an empty database once, however many processes start', async () => {
    const url = await lab.emptyDatabase();
    const names = (await readMigrations()).map(({ name }) => name);

    const reports = await Promise.all(Array.from({ length: 6 }, () => migrate(url)));

    expect(reports.flatMap(({ applied }) => applied)).toEqual(names);
    expect(await migrate(url)).toEqual({ applied: [], present: names.length });
  });

  it('brings the anchors of bodies stored by an older release along', async () => {
    const url = await lab.emptyDatabase();
    const migrations = await readMigrations();
    await migrateWith(url, migrations.slice(0, 1));
    await query(
      url,
      `INSERT INTO section_body (name, digest, bytes) VALUES ('trustStores', 'd', ''), ('system', 'e', '');
       INSERT INTO section_anchor VALUES ('trustStores', 'd', 'aa', true), ('trustStores', 'd', 'bb', false)`,
    );

    await migrate(url);

    expect(await query(url, 'SELECT digest, anchors, os_anchors FROM section_body ORDER BY digest')).toEqual([
      { digest: 'd', anchors: ['aa', 'bb'], os_anchors: ['aa'] },
      { digest: 'e', anchors: [], os_anchors: [] },
    ]);
  });

  it('applies what is new', async () => {
    const url = await lab.emptyDatabase();

    expect(await migrateWith(url, [ONE])).toEqual({ applied: [ONE.name], present: 0 });
    expect(await migrateWith(url, [ONE, TWO])).toEqual({ applied: [TWO.name], present: 1 });
    expect(await query(url, 'SELECT id FROM two')).toEqual([{ id: 2 }]);
  });

  it('undoes a migration that fails and keeps those before it', async () => {
    const url = await lab.emptyDatabase();

    await expect(migrateWith(url, [ONE, BROKEN])).rejects.toThrow(
      /20260103000000_broken failed and was undone: function no_such_function\(\) does not exist/,
    );

    expect(
      await query(
        url,
        `SELECT to_regclass('one') IS NOT NULL AS one, to_regclass('half') IS NOT NULL AS half`,
      ),
    ).toEqual([{ one: true, half: false }]);
    expect(await migrateWith(url, [ONE, TWO])).toEqual({ applied: [TWO.name], present: 1 });
  });

  it.each([
    [
      'a migration that was changed',
      [migration(ONE.name, 'CREATE TABLE one (id bigint)')],
      /applied in another form/,
    ],
    ['the database of a newer release', [], /used by a newer release/],
  ])('refuses %s', async (_, migrations, message) => {
    const url = await lab.emptyDatabase();
    await migrateWith(url, [ONE]);

    await expect(migrateWith(url, migrations)).rejects.toThrow(message);
  });

  it("refuses a database that is another program's", async () => {
    const url = await lab.emptyDatabase();
    await query(url, 'CREATE TABLE wordpress (id int)');

    await expect(migrate(url)).rejects.toThrow(MigrationError);
    await expect(migrate(url)).rejects.toThrow(/not empty.*wordpress/);
  });

  it.each([
    [
      'nothing listens',
      'postgresql://admin:hunter2@127.0.0.1:9/trustfleet',
      /^The database trustfleet at 127\.0\.0\.1:9 does not answer: connect ECONNREFUSED 127\.0\.0\.1:9\. Check.*DATABASE_URL[^\n]*$/,
    ],
    [
      'no such host',
      'postgresql://admin:hunter2@db.invalid/trustfleet',
      /^The database trustfleet at db\.invalid:5432 does not answer: getaddrinfo \w+ db\.invalid\. Check/,
    ],
    ['no URL', 'admin hunter2', /^DATABASE_URL is not of the form postgresql:/],
    ['another program', 'mysql://admin:hunter2@localhost/x', /^DATABASE_URL is not of the form postgresql:/],
  ])('says where it tried and never with what password: %s', async (_, url, message) => {
    for (const attempt of [() => migrate(url), () => openDatabase({ url })]) {
      const error: unknown = await attempt().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(DatabaseUnreachableError);
      expect(error).toHaveProperty('message', expect.stringMatching(message));
      expect(inspect(error, { depth: 10 })).not.toContain('hunter2');
    }
  });
});

describe('prisma/schema.prisma', () => {
  it('is what the migrations lead to', () => {
    const script = fileURLToPath(new URL('../prisma/new-migration.mjs', import.meta.url));

    const run = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8', timeout: 60_000 });

    expect([run.status, run.stderr]).toEqual([0, '']);
  });
});
