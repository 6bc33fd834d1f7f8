import { randomUUID } from 'node:crypto';
import type { JobEvent, JobState } from '@trustfleet/protocol';
import { REDELIVER_AFTER_MS } from '@trustfleet/rollout';
import type { PostgresLab } from '@trustfleet/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM, UnknownHostError, type Database } from '../index.ts';
import {
  addHost,
  addJob,
  eventOf,
  hashOf,
  jobOf,
  later,
  NOW,
  orderOf,
  startLab,
  withDatabase,
  createOrder,
} from '../testing/fixtures.ts';

let lab: PostgresLab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());

const PAGE = { page: 1, pageSize: 100 };
const EVIDENCE = { store: 'debian', bundlePath: '/b', bundleSha256: hashOf('b'), anchors: 141, holds: true };

async function online(database: Database, hostId: string, since = NOW): Promise<void> {
  await database.hosts.connect([{ hostId, process: randomUUID(), since }]);
}

function received(hostId: string, event: JobEvent, signatureValid = false) {
  return { hostId, event, signatureValid, receivedAt: later(100 + event.index) };
}

describe('orders', () => {
  it('stores order, artifacts and jobs together, and gives them back', async () => {
    await withDatabase(lab, async (database) => {
      const hosts = [await addHost(database), await addHost(database)];
      const order = orderOf(await database.orders.nextSeq(), { parameters: { anchor: 'x\0y' } });

      await createOrder(database, {
        order,
        artifacts: [{ sha256: hashOf('anchor'), bytes: new Uint8Array([9]) }],
        jobs: hosts.map((host) => jobOf(host)),
      });

      expect(await database.orders.get(SYSTEM, order.id)).toEqual({
        ...order,
        parameters: { anchor: 'x\uFFFDy' },
        targets: 2,
        counts: { queued: 2 },
        undoneBy: [],
        undoable: false,
      });
      expect(await database.orders.list(SYSTEM, PAGE)).toMatchObject({
        total: 1,
        items: [{ id: order.id, counts: { queued: 2 } }],
      });
      expect(
        (await database.jobs.list(SYSTEM, { ...PAGE, orderId: order.id })).items
          .map(({ hostId }) => hostId)
          .sort(),
      ).toEqual(hosts.sort());
      expect(await database.orders.get(SYSTEM, randomUUID())).toBeNull();
    });
  });

  it('stores nothing at all when one host is unknown', async () => {
    await withDatabase(lab, async (database) => {
      const [host, stranger] = [await addHost(database), randomUUID()];

      const creation = createOrder(database, {
        order: orderOf(1),
        artifacts: [],
        jobs: [jobOf(host), jobOf(stranger)],
      });

      await expect(creation).rejects.toThrow(new UnknownHostError([stranger]));
      expect((await database.orders.list(SYSTEM, PAGE)).total).toBe(0);
      expect((await database.jobs.list(SYSTEM, PAGE)).total).toBe(0);
    });
  });

  it('never gives a sequence number twice', async () => {
    await withDatabase(lab, async ({ orders }) => {
      const numbers = await Promise.all(Array.from({ length: 30 }, () => orders.nextSeq()));

      expect(new Set(numbers).size).toBe(30);
      expect(await orders.nextSeq()).toBeGreaterThan(Math.max(...numbers));
    });
  });
});

describe('delivery', () => {
  it('gives a host with a socket what is due, with all that the message needs', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      const due = await addJob(database, host);
      await addJob(database, host, { notBefore: later(60) });

      expect(await database.jobs.due([host], NOW)).toEqual([]);
      await online(database, host);

      const [job, ...others] = await database.jobs.due([host], NOW);
      expect(others).toEqual([]);
      expect(job).toMatchObject({
        id: due.jobId,
        orderId: due.orderId,
        hostId: host,
      });
      expect(job?.artifacts.map(({ sha256, bytes }) => [sha256, Buffer.from(bytes).toString()])).toEqual([
        [hashOf('anchor'), 'anchor'],
      ]);
      expect(job?.order).toHaveProperty('signatures');
      expect(await database.jobs.nextDueAt(NOW)).toEqual(later(60));
      expect((await database.jobs.due('all', NOW)).map(({ hostId }) => hostId)).toEqual([host]);
      expect(await database.jobs.due([host], later(60))).toHaveLength(2);
    });
  });

  it('sends an offered job again after a reconnect or a long silence, not in between', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      const { jobId } = await addJob(database, host);
      await online(database, host);
      await database.jobs.transition({ jobIds: [jobId], from: ['queued'], to: 'offered', at: later(1) });

      expect(await database.jobs.due([host], later(2))).toEqual([]);
      expect(await database.jobs.due('all', later(2))).toEqual([]);
      expect(await database.jobs.due([host], later(1 + REDELIVER_AFTER_MS / 1000))).toHaveLength(1);
      await online(database, host, later(2));
      expect(await database.jobs.due([host], later(3))).toHaveLength(1);
    });
  });

  it('holds what is due while the host is away, then offers it on reconnect', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      const { jobId, orderId } = await addJob(database, host);
      await addJob(database, host, { notBefore: later(60) });

      expect(await database.jobs.holdOffline(NOW)).toEqual([{ id: jobId, orderId, hostId: host }]);
      expect(await database.jobs.holdOffline(NOW)).toEqual([]);
      await online(database, host);
      expect((await database.jobs.due([host], NOW)).map(({ id }) => id)).toEqual([jobId]);
      expect((await database.jobs.detail(SYSTEM, jobId))?.state).toBe('heldOffline');
    });
  });

  it('expires what was not delivered in time and leaves what was accepted', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      const [waiting, accepted] = [await addJob(database, host), await addJob(database, host)];
      await database.jobs.acceptEvents([
        received(host, eventOf(accepted.jobId, { index: 1, state: 'planning' })),
      ]);

      expect(await database.jobs.expireDelivery(later(86_399))).toEqual([]);
      expect((await database.jobs.expireDelivery(later(86_400))).map(({ id }) => id)).toEqual([
        waiting.jobId,
      ]);
      expect((await database.jobs.detail(SYSTEM, waiting.jobId))?.final).toBe(true);
      await online(database, host);
      expect(await database.jobs.due([host], later(86_400))).toEqual([]);
    });
  });

  it('moves a job once however many try, and only from the state they saw', async () => {
    await withDatabase(lab, async (database) => {
      const { jobId } = await addJob(database, await addHost(database));
      const move = { jobIds: [jobId], from: ['queued'] as JobState[], to: 'offered' as const, at: NOW };

      const moved = await Promise.all(Array.from({ length: 10 }, () => database.jobs.transition(move)));

      expect(moved.flat()).toHaveLength(1);
      expect(await database.jobs.transition(move)).toEqual([]);
    });
  });
});

describe('acceptEvents', () => {
  const story = (jobId: string): JobEvent[] => [
    eventOf(jobId, { index: 1, state: 'planning', before: { ...EVIDENCE, holds: false } }),
    eventOf(jobId, {
      index: 2,
      state: 'applying',
      step: 'writeAnchorFile',
      plan: { changes: [{ kind: 'runTool', argv: ['/usr/sbin/update-ca-certificates'] }] },
    }),
    eventOf(jobId, { index: 3, state: 'verifying', step: 'readBack' }),
    eventOf(jobId, {
      index: 4,
      state: 'verified',
      after: EVIDENCE,
      undone: false,
      detail: 'done \0',
      signature: 'AAAA',
    }),
  ];

  it('follows the agent to the end and keeps every event', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      const { jobId, orderId } = await addJob(database, host);

      const outcomes = await database.jobs.acceptEvents(
        story(jobId).map((event) => received(host, event, event.signature !== null)),
      );

      expect(outcomes.map(({ kind, job }) => [kind, job?.state])).toEqual([
        ['applied', 'planning'],
        ['applied', 'applying'],
        ['applied', 'verifying'],
        ['applied', 'verified'],
      ]);
      const detail = await database.jobs.detail(SYSTEM, jobId);
      expect(detail).toMatchObject({
        orderId,
        state: 'verified',
        final: true,
        resultSigned: true,
        undone: false,
        updatedAt: later(104),
        before: { holds: false },
        after: { holds: true },
      });
      expect(detail?.plan?.changes).toHaveLength(1);
      expect(
        detail?.events.map(({ index, state, step, detail: text, late }) => ({
          index,
          state,
          step,
          text,
          late,
        })),
      ).toEqual([
        { index: 1, state: 'planning', step: null, text: null, late: false },
        { index: 2, state: 'applying', step: 'writeAnchorFile', text: null, late: false },
        { index: 3, state: 'verifying', step: 'readBack', text: null, late: false },
        { index: 4, state: 'verified', step: null, text: 'done \uFFFD', late: false },
      ]);
    });
  });

  it('takes each event once: repeated in a batch, later, or from many sockets at once', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      const { jobId } = await addJob(database, host);
      const events = story(jobId);
      const batch = [...events, ...events].map((event) => received(host, event, event.signature !== null));

      const rounds = await Promise.all(Array.from({ length: 6 }, () => database.jobs.acceptEvents(batch)));

      expect(rounds.flat().filter(({ kind }) => kind === 'applied')).toHaveLength(4);
      expect(rounds.flat().filter(({ kind }) => kind === 'duplicate')).toHaveLength(6 * 8 - 4);
      expect((await database.jobs.detail(SYSTEM, jobId))?.events).toHaveLength(4);
      expect((await database.jobs.detail(SYSTEM, jobId))?.state).toBe('verified');
    });
  });

  it('keeps late and illegal events as evidence and moves nothing', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      const [lost, strange] = [await addJob(database, host), await addJob(database, host)];
      await database.jobs.acceptEvents([
        received(host, eventOf(lost.jobId, { index: 1, state: 'planning' })),
      ]);
      await database.jobs.transition({ jobIds: [lost.jobId], from: ['planning'], to: 'lost', at: NOW });

      const outcomes = await database.jobs.acceptEvents([
        received(host, eventOf(lost.jobId, { index: 2, state: 'verified', after: EVIDENCE })),
        received(host, eventOf(strange.jobId, { index: 1, state: 'verified' })),
      ]);

      expect(outcomes.map(({ kind, job }) => [kind, job?.state])).toEqual([
        ['late', 'lost'],
        ['illegal', 'queued'],
      ]);
      expect(outcomes[1]?.reason).toContain('queued');
      expect(await database.jobs.detail(SYSTEM, lost.jobId)).toMatchObject({
        state: 'lost',
        after: null,
        events: [{ late: false }, { late: true, state: 'verified' }],
      });
    });
  });

  it("takes no word about another host's job", async () => {
    await withDatabase(lab, async (database) => {
      const [host, stranger] = [await addHost(database), await addHost(database)];
      const { jobId } = await addJob(database, host);
      const event = eventOf(jobId, { index: 1, state: 'planning' });

      const outcomes = await database.jobs.acceptEvents([
        received(stranger, event),
        received(stranger, eventOf(randomUUID(), { index: 1, state: 'planning' })),
        received(host, event),
      ]);

      expect(outcomes.map(({ kind, job }) => [kind, job?.state ?? null])).toEqual([
        ['foreign', null],
        ['foreign', null],
        ['applied', 'planning'],
      ]);
    });
  });

  it('ends nothing on the word of a host that did not sign it, and keeps it as evidence', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      const { jobId } = await addJob(database, host);

      const [, unsigned] = await database.jobs.acceptEvents([
        received(host, eventOf(jobId, { index: 1, state: 'planning' }), true),
        received(host, eventOf(jobId, { index: 2, state: 'alreadyCompliant' }), false),
      ]);

      expect(unsigned).toMatchObject({ kind: 'illegal', stored: true, job: { state: 'planning' } });
      expect(await database.jobs.detail(SYSTEM, jobId)).toMatchObject({
        state: 'planning',
        resultSigned: false,
        events: [{ late: false }, { state: 'alreadyCompliant', late: true }],
      });
      // The host's real word comes under the same index.
      await database.jobs.acceptEvents([
        received(host, eventOf(jobId, { index: 2, state: 'notApplicable' }), true),
      ]);
      expect(await database.jobs.detail(SYSTEM, jobId)).toMatchObject({
        state: 'notApplicable',
        resultSigned: true,
      });
    });
  });
});

describe('jobs.list', () => {
  it('filters by order, host, state and activity, newest first', async () => {
    await withDatabase(lab, async (database) => {
      const [one, two] = [await addHost(database), await addHost(database)];
      const [a, b] = [await addJob(database, one), await addJob(database, two)];
      await database.jobs.transition({ jobIds: [b.jobId], from: ['queued'], to: 'cancelled', at: NOW });
      const ids = async (query: object) =>
        (await database.jobs.list(SYSTEM, { ...PAGE, ...query })).items.map(({ id }) => id);

      expect((await ids({})).sort()).toEqual([a.jobId, b.jobId].sort());
      expect(await ids({ orderId: a.orderId })).toEqual([a.jobId]);
      expect(await ids({ hostId: two })).toEqual([b.jobId]);
      expect(await ids({ state: 'cancelled' })).toEqual([b.jobId]);
      expect(await ids({ active: true })).toEqual([a.jobId]);
      expect(await ids({ active: false })).toEqual([b.jobId]);
      expect(await ids({ failed: false })).toContain(a.jobId);
      expect(await database.jobs.detail(SYSTEM, randomUUID())).toBeNull();
    });
  });
});
