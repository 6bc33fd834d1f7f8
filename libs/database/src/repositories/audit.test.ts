import { randomUUID } from 'node:crypto';
import { GENESIS, verifyChain } from '@trustfleet/audit';
import type { PostgresLab } from '@trustfleet/testkit';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openDatabase,
  SERVER,
  type Actor,
  type AuditEntry,
  type AuditRecord,
  type Database,
} from '../index.ts';
import { NOW, startLab, withDatabase } from '../testing/fixtures.ts';

let lab: PostgresLab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());

const KIM: Actor = { kind: 'person', id: 'kim', name: 'Kim' };
const record = (name: string): AuditRecord => ({
  action: 'group.create',
  subject: { kind: 'group', id: name, name },
  detail: { name },
});

async function makeGroup(database: Database, name: string, options: { fail?: boolean } = {}): Promise<void> {
  await database.change(KIM, async ({ groups }) => {
    await groups.create({ id: randomUUID(), name, createdAt: NOW });
    if (options.fail === true) throw new Error('no');
    return { result: undefined, audit: [record(name)] };
  });
}

async function chain(database: Database): Promise<readonly AuditEntry[]> {
  const head = await database.audit.head();
  return await database.audit.range({ after: 0, upTo: head.seq, limit: 10_000 });
}

const names = async (database: Database) =>
  (await database.groups.list({ groups: 'all' })).map(({ name }) => name);

describe('change', () => {
  it('writes what was done and its row together, and nothing of what failed', async () => {
    await withDatabase(lab, async (database) => {
      await makeGroup(database, 'A');
      await expect(makeGroup(database, 'B', { fail: true })).rejects.toThrow('no');
      await makeGroup(database, 'C');

      expect(await names(database)).toEqual(['A', 'C', 'Workstations']);
      expect(await chain(database)).toMatchObject([
        { seq: 1, actor: KIM, action: 'group.create', subject: { name: 'A' }, detail: '{"name":"A"}' },
        { seq: 2, subject: { name: 'C' } },
      ]);
    });
  });

  it('keeps nothing of a change that names no row, and answers all the same', async () => {
    await withDatabase(lab, async (database) => {
      const answer = await database.change(KIM, async ({ groups }) => {
        await groups.create({ id: randomUUID(), name: 'A', createdAt: NOW });
        return { result: 'answer', audit: [] };
      });

      expect(answer).toBe('answer');
      expect(await names(database)).toEqual(['Workstations']);
      expect(await database.audit.head()).toEqual(GENESIS);
    });
  });

  it('keeps nothing when its row cannot be written', async () => {
    await withDatabase(lab, async (database) => {
      const change = database.change(KIM, async ({ groups }) => {
        await groups.create({ id: randomUUID(), name: 'A', createdAt: NOW });
        return { result: undefined, audit: [{ ...record('A'), detail: { at: Number.NaN } }] };
      });

      await expect(change).rejects.toThrow('NaN');
      expect(await names(database)).toEqual(['Workstations']);
    });
  });

  it('gives a chain without gaps under many at once, of two processes, some failing', async () => {
    const url = await lab.freshDatabase();
    const both = [await openDatabase({ url }), await openDatabase({ url })];
    // Tokens: nothing of theirs makes one wait for the other, so that the chain alone puts them in order.
    const makeToken = (database: Database, name: string, fail: boolean) =>
      database.change(KIM, async ({ tokens }) => {
        const id = randomUUID();
        await tokens.create({ id, hash: name, maxUses: 1, createdAt: NOW, createdBy: '', expiresAt: NOW });
        if (fail) throw new Error('no');
        return { result: undefined, audit: [record(name), record(`${name}'`)] };
      });
    try {
      const results = await Promise.allSettled(
        Array.from({ length: 60 }, (_, index) => makeToken(both[index % 2]!, `T${index}`, index % 5 === 0)),
      );
      const entries = await chain(both[0]!);

      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(48);
      expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 96 }, (_, index) => index + 1));
      expect(verifyChain(entries)).toMatchObject({ ok: true });
      const subjects = entries.map(({ subject }) => subject.name ?? '');
      expect(new Set(subjects).size).toBe(96);
      expect(subjects.every((name, at) => at % 2 === 0 || name === `${subjects[at - 1] ?? ''}'`)).toBe(true);
    } finally {
      for (const database of both) await database.close();
    }
  });

  it('takes names that PostgreSQL and JSON cannot', async () => {
    await withDatabase(lab, async (database) => {
      const name = 'x\0y\ud800 <b> =1+1 \u202e';
      await database.change({ kind: 'host', id: 'h', name }, () =>
        Promise.resolve({ result: undefined, audit: [{ ...record(name), detail: { [name]: [name] } }] }),
      );

      expect(verifyChain(await chain(database))).toMatchObject({ ok: true, head: { seq: 1 } });
    });
  });
});

describe('reading the audit', () => {
  it('pages from the newest and filters', async () => {
    await withDatabase(lab, async (database) => {
      for (const name of ['A', 'B', 'C', '100%_']) await makeGroup(database, name);
      await database.change(SERVER, () =>
        Promise.resolve({ result: undefined, audit: [{ ...record('D'), action: 'policy.create' }] }),
      );
      const page = async (query: object) => {
        const { items, more } = await database.audit.page({ limit: 50, q: '', ...query });
        return [items.map(({ seq }) => seq), more];
      };

      expect(await page({ limit: 2 })).toEqual([[5, 4], true]);
      expect(await page({ limit: 2, before: 4 })).toEqual([[3, 2], true]);
      expect(await page({ limit: 2, before: 2 })).toEqual([[1], false]);
      expect(await page({ action: 'policy.create' })).toEqual([[5], false]);
      expect(await page({ q: 'kim' })).toEqual([[4, 3, 2, 1], false]);
      expect(await page({ q: '0%_' })).toEqual([[4], false]);
      expect(await page({ q: '%' })).toEqual([[4], false]);
      expect(await page({ q: 'x\0' })).toEqual([[], false]);
    });
  });
});

/** What who owns the database can do: the trigger is switched off first. */
async function withOwner<T>(url: string, run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

const COLUMNS = [
  'seq',
  'at',
  'actor_kind',
  'actor_id',
  'actor_name',
  'action',
  'subject_kind',
  'subject_id',
  'subject_name',
  'detail',
  'previous',
  'hash',
] as const;

describe('who owns the database', () => {
  it('cannot change or remove an entry by mistake', async () => {
    const url = await lab.freshDatabase();
    const database = await openDatabase({ url });
    await makeGroup(database, 'A');
    await withOwner(url, async (client) => {
      for (const statement of [
        `UPDATE audit_entry SET detail = '{}'`,
        'DELETE FROM audit_entry',
        'TRUNCATE audit_entry',
      ])
        await expect(client.query(statement), statement).rejects.toThrow('append-only');
    });
    await database.close();
  });

  it('leaves a trace with one changed byte in any column of any row, and with a removed last row', async () => {
    const url = await lab.freshDatabase();
    const database = await openDatabase({ url });
    for (let index = 0; index < 8; index += 1) await makeGroup(database, `Group ${index}`);
    const through = await database.audit.head();
    expect(verifyChain(await chain(database), { through })).toMatchObject({ ok: true });

    await withOwner(url, async (client) => {
      await client.query('ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_append_only');
      const verified = async () => {
        try {
          return verifyChain(await chain(database), { through }).ok;
        } catch (error) {
          // An actor of no known kind is not even read.
          if ((error as Error).name === 'ZodError') return false;
          throw error;
        }
      };
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...COLUMNS),
          fc.integer({ min: 1, max: 8 }),
          fc.nat(),
          async (column, seq, where) => {
            await client.query(`CREATE TEMP TABLE kept AS SELECT * FROM audit_entry WHERE seq = ${seq}`);
            await client.query(changeOf(column, seq, where));
            const whole = await verified();
            await client.query(
              'DELETE FROM audit_entry a USING kept k WHERE a.hash = k.hash OR a.previous = k.previous',
            );
            await client.query('INSERT INTO audit_entry SELECT * FROM kept');
            await client.query('DROP TABLE kept');
            expect(whole, `${column} of ${seq}`).toBe(false);
            expect(await verified(), 'as before').toBe(true);
          },
        ),
        { numRuns: 80 },
      );
      await client.query('DELETE FROM audit_entry WHERE seq = 8');
      expect(verifyChain(await chain(database))).toMatchObject({ ok: true, head: { seq: 7 } });
      expect(await verified()).toBe(false);
    });
    await database.close();
  });
});

/** Changes one byte (of the time: one millisecond; of the number: one). */
function changeOf(column: (typeof COLUMNS)[number], seq: number, where: number): string {
  const rows = `WHERE seq = ${seq}`;
  if (column === 'seq') return `UPDATE audit_entry SET seq = seq + ${100 + (where % 1000)} ${rows}`;
  if (column === 'at') return `UPDATE audit_entry SET at = at + interval '1 millisecond' ${rows}`;
  const place = `1 + ${where} % length(${column})`;
  const other = `CASE WHEN substr(${column}, ${place}, 1) = 'x' THEN 'y' ELSE 'x' END`;
  return `UPDATE audit_entry SET ${column} = overlay(${column} PLACING ${other} FROM ${place} FOR 1) ${rows}`;
}
