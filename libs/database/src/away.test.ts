import type { PostgresLab } from '@trustfleet/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Prisma } from './connection.ts';
import { authDatabase, isDatabaseAway, openDatabase, type Database } from './index.ts';
import { addHost, startLab } from './testing/fixtures.ts';

let lab: PostgresLab;
let database: Database;
beforeAll(async () => {
  lab = await startLab();
  database = await openDatabase({ url: await lab.freshDatabase() });
});
afterAll(() => database.close());

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );
const sql = (text: string) =>
  (authDatabase(database) as { $queryRawUnsafe: (sql: string) => Promise<unknown> }).$queryRawUnsafe(text);

// In this order: the last one ends the database.
describe('the database', { timeout: 60_000 }, () => {
  it('is there when a statement fails by what it was given', async () => {
    const id = await addHost(database);
    const failures = [
      await failure(addHost(database, { id })),
      await failure(sql('SELECT 1/0')),
      await failure(sql("SELECT '\\u0000'::jsonb ->> 0")),
      new TypeError('a mistake of ours'),
      null,
    ];

    expect(failures.slice(0, 2).every((error) => error instanceof Error)).toBe(true);
    expect(failures.map(isDatabaseAway)).toEqual(failures.map(() => false));
  });

  it.each([
    [{ kind: 'ConnectionClosed' }, true],
    [{ kind: 'SocketTimeout' }, true],
    [{ kind: 'postgres', originalCode: '57P01' }, true],
    [{ kind: 'postgres', originalCode: '22012' }, false],
    [{ kind: 'UniqueConstraintViolation' }, false],
    [undefined, false],
  ])('is away or not by what the driver adapter says of a raw statement: %j', (cause, away) => {
    const error = new Prisma.PrismaClientKnownRequestError('Raw query failed. Code: `N/A`.', {
      ...{ code: 'P2010', clientVersion: '7' },
      meta: { driverAdapterError: { cause } },
    });

    expect(isDatabaseAway(error)).toBe(away);
  });

  it('is away when it ends the connection, has no space, or is gone', async () => {
    expect(isDatabaseAway(await failure(sql('SELECT pg_terminate_backend(pg_backend_pid())')))).toBe(true);
    const full = "DO $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END $$";
    expect(isDatabaseAway(await failure(sql(full)))).toBe(true);
    const cut = failure(sql('SELECT pg_sleep(30)'));
    await sql('SELECT 1');
    await lab.stop();
    const failures = [
      await cut,
      await failure(sql('SELECT 1')),
      await failure(database.hosts.summaries({ groups: 'all' }, [])),
      await failure(addHost(database)),
      await failure(database.ping()),
    ];

    expect(failures.filter((error) => error !== null).length).toBeGreaterThan(3);
    for (const error of failures.filter((one) => one !== null))
      expect(isDatabaseAway(error), error instanceof Error ? error.message : 'no error').toBe(true);
  });
});
