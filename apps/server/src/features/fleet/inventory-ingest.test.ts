import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { AgentSession } from '@trustfleet/agent-hub';
import { openDatabase, SERVER, type Database } from '@trustfleet/database';
import type { SectionMessage } from '@trustfleet/protocol';
import type { PostgresLab } from '@trustfleet/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../logging/logger.ts';
import { startLab } from '../../testing/test-server.ts';
import { EventBus } from '../events/event-bus.ts';
import { PolicyEvaluation } from '../policies/policy-evaluation.ts';
import { BodyBudget } from './body-budget.ts';
import { InventoryIngest } from './inventory-ingest.ts';

const NOW = new Date('2026-11-22T09:00:00Z');
let lab: PostgresLab;
let database: Database;
let ingest: InventoryIngest;
/** Bytes of new bodies that a host may bring. */
const BUDGET = 2_000;
/** Batches that reached the database. */
let batches: number[];
/** What was logged. */
let lines: string[];

beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());
beforeEach(async () => {
  batches = [];
  const real = await openDatabase({ url: await lab.freshDatabase() });
  const { sections } = real;
  database = {
    ...real,
    sections: {
      ...sections,
      recordReports: (batch) => {
        batches.push(batch.length);
        return sections.recordReports(batch);
      },
    },
  };
  lines = [];
  const logger = createLogger('warn', { write: (line) => void lines.push(line) });
  const events = new EventBus();
  const evaluation = new PolicyEvaluation({ database, events, logger, now: () => NOW });
  const budget = new BodyBudget({ burst: BUDGET, perDay: 0 });
  ingest = new InventoryIngest({ database, evaluation, events, logger, now: () => NOW, budget });
  return async () => {
    await ingest.drain();
    await evaluation.stop();
    await real.close();
  };
});

/** A connected host that said these digests in its hello. Of a session the ingest needs no more. */
async function connected(sections: Readonly<Record<string, string>>): Promise<AgentSession> {
  const hostId = randomUUID();
  await database.change(SERVER, async ({ hosts }) => {
    await hosts.create({
      id: hostId,
      name: 'ws',
      platform: 'linux',
      publicKey: randomBytes(32),
      secretHash: randomBytes(32).toString('hex'),
      agentVersion: '0.1.0',
      enrolledAt: NOW,
    });
    const subject = { kind: 'host', id: hostId, name: 'ws' };
    return { result: undefined, audit: [{ action: 'host.enrol', subject, detail: {} }] };
  });
  return { hostId, hello: { sections } } as unknown as AgentSession;
}

function section(value: object, name = 'newer'): SectionMessage {
  const body = JSON.stringify(value);
  const digest = createHash('sha256').update(body).digest('hex');
  return { type: 'section', seq: 1, name, digest, body };
}

const stored = async (session: AgentSession): Promise<unknown[]> =>
  (await database.hosts.detail({ groups: 'all' }, session.hostId))?.sections.map(({ body }) => body) ?? [];

describe('bodies', () => {
  it('are stored when they were asked for, once they are committed, and dropped when nobody asked', async () => {
    const [asked, unasked] = [section({ a: 1 }), section({ b: 1 }, 'other')];
    const session = await connected({ newer: asked.digest });
    expect(await ingest.hello(session)).toMatchObject({ wanted: ['newer'] });

    expect(await ingest.section(session, unasked)).toBeNull();
    expect(await ingest.section(session, asked)).toMatchObject({ changed: ['newer'], wanted: [] });

    expect(await stored(session)).toEqual([{ a: 1 }]);
  });

  it('answer one question each: a host fills no table with versions that it never told of', async () => {
    const first = section({ version: 1 });
    const session = await connected({ newer: first.digest });
    await ingest.hello(session);
    await ingest.section(session, first);

    for (let version = 2; version < 20; version += 1)
      expect(await ingest.section(session, section({ version }))).toBeNull();

    expect(await stored(session)).toEqual([{ version: 1 }]);
    expect(batches).toEqual([1, 1]);
  });

  it('of one host are taken up to its budget: a host that invents new ones fills no disk, and costs no other host', async () => {
    const other = section({ other: true });
    const [flooding, quiet] = [await connected({}), await connected({ newer: other.digest })];
    await ingest.hello(flooding);
    await ingest.hello(quiet);
    const taken: number[] = [];
    for (let version = 0; version < 10; version += 1) {
      const body = section({ version, filling: 'x'.repeat(500) });
      expect(await ingest.report(flooding, { newer: body.digest })).toMatchObject({ wanted: ['newer'] });
      if ((await ingest.section(flooding, body)) !== null) taken.push(version);
    }

    expect(taken).toEqual([0, 1, 2]);
    expect(await stored(flooding)).toMatchObject([{ version: 2 }]);
    expect(await ingest.section(quiet, other)).toMatchObject({ changed: ['newer'] });
  });

  it('that are not what they claim leave the section as it was, and may be told again', async () => {
    const [good, lie] = [section({ a: 1 }), { ...section({ a: 2 }), body: '{"a":3}' }];
    const session = await connected({ newer: good.digest });
    await ingest.hello(session);

    expect(await ingest.section(session, lie)).toBeNull();
    expect(await stored(session)).toEqual([]);
    expect(await ingest.report(session, { newer: good.digest })).toMatchObject({ wanted: ['newer'] });
    expect(await ingest.section(session, good)).toMatchObject({ changed: ['newer'] });
  });
});

describe('the log', () => {
  it('is not flooded by a host that sends what is refused or not understood again and again', async () => {
    const session = await connected({});
    await ingest.hello(session);
    for (let turn = 0; turn < 40; turn += 1) {
      const [strange, lie] = [section({ turn }, 'system'), { ...section({ turn }), body: '{}' }];
      await ingest.report(session, { system: strange.digest, newer: lie.digest });
      await ingest.section(session, strange);
      await ingest.section(session, lie);
    }

    const written = (words: string) =>
      lines
        .map((line) => JSON.parse(line) as { msg: string; sinceStart: number })
        .filter(({ msg }) => msg === words)
        .map(({ sinceStart }) => sinceStart);
    const thinned = [...Array.from({ length: 16 }, (_, n) => n + 1), 32];
    expect(written('section refused')).toEqual(thinned);
    expect(written('section stored, but not understood')).toEqual(thinned);
  });
});

describe('reports', () => {
  it('without news cost no look at the database, those with news do', async () => {
    const [one, two] = [section({ version: 1 }), section({ version: 2 })];
    const session = await connected({ newer: one.digest });
    await ingest.hello(session);
    expect(ingest.knows(session, { newer: one.digest })).toBe(false);

    await ingest.section(session, one);

    expect(ingest.knows(session, { newer: one.digest })).toBe(true);
    expect(ingest.knows(session, {})).toBe(true);
    expect(ingest.knows(session, { newer: two.digest })).toBe(false);
    expect(await ingest.report(session, { newer: two.digest })).toMatchObject({ wanted: ['newer'] });
    // Still the old one: the new one is current when its body is here.
    expect(await stored(session)).toEqual([{ version: 1 }]);
  });

  it('of many hosts are read and written together', async () => {
    const bodies = Array.from({ length: 40 }, (_, version) => section({ version }));
    const sessions = await Promise.all(bodies.map(({ digest }) => connected({ newer: digest })));

    await Promise.all(sessions.map((session) => ingest.hello(session)));
    await Promise.all(sessions.map((session, index) => ingest.section(session, bodies[index]!)));

    expect(batches.reduce((sum, size) => sum + size)).toBe(80);
    expect(batches.length).toBeLessThan(20);
    expect(await Promise.all(sessions.map(stored))).toEqual(
      bodies.map(({ body }) => [JSON.parse(body) as unknown]),
    );
  });
});
