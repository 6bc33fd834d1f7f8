import { randomUUID } from 'node:crypto';
import type { PostgresLab } from '@trustfleet/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM, UnknownHostError } from '../index.ts';
import {
  addHost,
  addJob,
  changed,
  createOrder,
  eventOf,
  jobOf,
  later,
  NOW,
  orderOf,
  startLab,
  withDatabase,
} from '../testing/fixtures.ts';
import { actions, detail, online, ordered, says, stateOf } from '../testing/job-stories.ts';

let lab: PostgresLab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());

describe('a host that is held', () => {
  it('refuses, and nothing more is offered to it until it is released', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      await online(database, host);
      const [refused, again, waiting] = [
        await ordered(database, host),
        await addJob(database, host),
        await addJob(database, host),
      ];
      await database.jobs.transition({
        jobIds: [refused.jobId, waiting.jobId],
        from: ['queued'],
        to: 'offered',
        at: NOW,
      });

      const [outcome] = await says(database, refused, 'refused');
      expect(outcome).toMatchObject({ kind: 'applied', quarantined: true, job: { state: 'refused' } });
      const [second] = await says(database, { jobId: waiting.jobId, hostId: host }, 'planning');
      expect(second).toMatchObject({ kind: 'applied', quarantined: false });

      expect((await database.hosts.detail(SYSTEM, host))?.quarantine).toMatchObject({ reason: 'refused' });
      expect(await database.jobs.due('all', later(5))).toEqual([]);
      await database.jobs.holdOffline(later(5));
      expect(await detail(database, again.jobId)).toMatchObject({ state: 'queued', held: 'refused' });
      expect(await actions(database)).toEqual(
        expect.arrayContaining(['host.quarantine server', 'job.finished host refused']),
      );

      await changed(database, ({ admission }) => admission.release(SYSTEM, host));
      expect((await database.jobs.due('all', later(6))).map(({ id }) => id)).toEqual([again.jobId]);
      expect((await detail(database, again.jobId))?.held).toBeNull();
    });
  });

  it('is not quarantined by a word that it did not sign', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      const { jobId } = await addJob(database, host);
      const event = eventOf(jobId, { index: 1, state: 'refused' });

      const [outcome] = await database.jobs.acceptEvents([
        { hostId: host, event, signatureValid: false, receivedAt: NOW },
      ]);

      expect(outcome).toMatchObject({ kind: 'illegal', quarantined: false });
      expect((await database.hosts.detail(SYSTEM, host))?.quarantine).toBeNull();
    });
  });

  it('its jobs expire at their time', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      await online(database, host);
      const { jobId } = await addJob(database, host);
      await changed(database, ({ admission }) =>
        admission.quarantine({ hostId: host, reason: 'cloned', at: NOW }),
      );

      await database.jobs.expireDelivery(later(86_400));

      expect(await stateOf(database, jobId)).toBe('deliveryExpired');
    });
  });

  it('removed: all its open jobs end, in the same change', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      await online(database, host);
      const [open, applying, done] = [
        await ordered(database, host),
        await ordered(database, host, { order: { parameters: { anchor: 'x' } } }),
        await ordered(database, host, { order: { parameters: { anchor: 'y' } } }),
      ];
      await says(database, applying, 'planning', 'applying');
      await says(database, done, 'planning', 'planned');

      const ended = await changed(database, async ({ jobs, admission }) => {
        await admission.revoke(SYSTEM, { hostId: host, at: later(9) });
        return await jobs.endForRemovedHost(host, later(9));
      });

      expect(ended.jobs.map(({ id }) => id).sort()).toEqual([open.jobId, applying.jobId].sort());
      expect(ended.audit).toHaveLength(2);
      expect(await stateOf(database, applying.jobId)).toBe('hostRemoved');
      expect(await stateOf(database, done.jobId)).toBe('planned');
      await expect(ordered(database, host)).rejects.toThrow(UnknownHostError);
    });
  });
});

describe('time', () => {
  const limits = { attempts: 3, backoffMs: 60_000, bakeMs: 600_000 };
  /** 816 s of waiting, 3 × 300 s of work, 15 min of grace, after the first event at second 1. */
  const REPORT_BY = 1 + 60 * 3 * 1.2 + 600 + 900 + 900;

  it('a job is lost so long after it was accepted, whatever it said since', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      const job = await ordered(database, host, { order: { limits } });
      await says(database, job, 'planning', 'applying', {
        state: 'retrying',
        index: 3,
        nextAt: later(100).toISOString(),
      });
      expect(await detail(database, job.jobId)).toMatchObject({
        nextAt: later(100),
        attempt: 1,
        attempts: 3,
      });
      const at = later(REPORT_BY - 1);
      const event = eventOf(job.jobId, { index: 4, state: 'planning', attempt: 2 });
      await database.jobs.acceptEvents([{ hostId: host, event, signatureValid: false, receivedAt: at }]);
      expect(await detail(database, job.jobId)).toMatchObject({ nextAt: null, attempt: 2 });

      expect(await database.jobs.loseSilent(later(REPORT_BY))).toEqual([]);
      expect((await database.jobs.loseSilent(later(REPORT_BY + 1))).map(({ id }) => id)).toEqual([job.jobId]);
      expect(await database.jobs.loseSilent(later(REPORT_BY + 2))).toEqual([]);

      const [, , , , late] = await says(
        database,
        job,
        'planning',
        'applying',
        'verifying',
        'baking',
        'verified',
      );
      expect(late).toMatchObject({ kind: 'late', stored: true, job: { state: 'lost' } });
      expect(await detail(database, job.jobId)).toMatchObject({ state: 'lost', effective: null });
      expect(await actions(database)).toContain('job.finished server lost');
    });
  });

  it('a job that bakes says until when, and a verified one when it takes effect', async () => {
    await withDatabase(lab, async (database) => {
      const job = await ordered(database, await addHost(database), { order: { limits } });
      await says(database, job, 'planning', 'applying', 'verifying', {
        state: 'baking',
        index: 4,
        nextAt: later(700).toISOString(),
      });
      expect(await detail(database, job.jobId)).toMatchObject({ state: 'baking', nextAt: later(700) });

      const proof = [
        {
          ...{ python: '/usr/bin/python3', client: 'ssl' as const, accounts: [], endpoint: randomUUID() },
          ...{ address: 'site:443', before: 'fails' as const, after: 'verifies' as const },
          ...{ cause: null, error: null },
        },
      ];
      const waitsFor = [{ account: 'ann', program: 'maya.bin', pid: 4711, since: later(1).toISOString() }];
      await says(database, job, {
        state: 'verified',
        index: 5,
        effective: 'appRestart',
        nextAt: later(1).toISOString(),
        ...{ proof, waitsFor },
      });

      expect(await detail(database, job.jobId)).toMatchObject({
        state: 'verified',
        nextAt: null,
        effective: 'appRestart',
        ...{ proof, waitsFor },
      });
    });
  });

  it('a time that no calendar has is stored as the nearest', async () => {
    await withDatabase(lab, async (database) => {
      const job = await ordered(database, await addHost(database));

      await says(database, job, 'planning', {
        state: 'retrying',
        index: 2,
        nextAt: '9999-12-31T23:59:59.999Z',
      });

      expect(await stateOf(database, job.jobId)).toBe('retrying');
    });
  });
});

describe('events', () => {
  it('are kept up to a bound for one job; its end is taken in all the same', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      const { jobId } = await addJob(database, host);
      const flood = Array.from({ length: 620 }, (_, at) =>
        eventOf(jobId, { index: at + 1, state: 'planning' }),
      );
      const outcomes = [];
      for (let at = 0; at < flood.length; at += 155)
        outcomes.push(
          ...(await database.jobs.acceptEvents(
            flood
              .slice(at, at + 155)
              .map((event) => ({ hostId: host, event, signatureValid: false, receivedAt: NOW })),
          )),
        );

      expect(outcomes.filter(({ stored }) => stored)).toHaveLength(500);
      expect(outcomes.every(({ kind }) => kind === 'applied')).toBe(true);

      const end = eventOf(jobId, { index: 621, state: 'notApplicable' });
      const [last] = await database.jobs.acceptEvents([
        { hostId: host, event: end, signatureValid: true, receivedAt: NOW },
      ]);
      expect(last).toMatchObject({ kind: 'applied', stored: true });
      const job = await detail(database, jobId);
      expect(job?.state).toBe('notApplicable');
      expect(job?.events).toHaveLength(501);
    });
  });
});

describe('undo', () => {
  it('is for jobs that changed their hosts, each once', async () => {
    await withDatabase(lab, async (database) => {
      const hosts = await Promise.all(['verified', 'compliant', 'failed'].map(() => addHost(database)));
      const jobs = hosts.map((host) => jobOf(host));
      const order = orderOf(await database.orders.nextSeq());
      await createOrder(database, { order, artifacts: [], jobs });
      const ids = jobs.map(({ id, hostId }) => ({ jobId: id, hostId }));
      await says(database, ids[0]!, 'planning', 'applying', 'verifying', 'verified');
      await says(database, ids[1]!, 'planning', 'alreadyCompliant');
      await says(database, ids[2]!, 'planning', 'applying', { state: 'failed', index: 3, undone: false });
      const targets = () =>
        changed(database, ({ orders }) => orders.undoTargets(SYSTEM, { orderId: order.id }));
      const standings = async () =>
        Object.fromEntries((await targets()).map(({ jobId, standing }) => [jobId, standing]));

      expect(await standings()).toEqual({
        [ids[0]!.jobId]: 'possible',
        [ids[1]!.jobId]: 'nothing',
        [ids[2]!.jobId]: 'possible',
      });
      expect((await database.orders.get(SYSTEM, order.id))?.undoable).toBe(true);

      const undo = await ordered(database, hosts[0]!, {
        order: { mode: 'undo', undoes: order.id },
        job: { undoes: ids[0]!.jobId },
      });
      expect((await standings())[ids[0]!.jobId]).toBe('underway');
      expect(await detail(database, ids[0]!.jobId)).toMatchObject({
        undo: 'underway',
        undoneBy: [{ id: undo.jobId, mode: 'undo', state: 'queued' }],
      });
      expect(await detail(database, undo.jobId)).toMatchObject({ undoes: ids[0]!.jobId, undo: 'nothing' });

      await says(database, undo, 'planning', 'applying', 'verifying', 'verified');
      expect((await standings())[ids[0]!.jobId]).toBe('done');
      expect(await database.orders.get(SYSTEM, order.id)).toMatchObject({
        undoable: true,
        undoneBy: [{ id: undo.orderId, targets: 1 }],
      });

      await changed(database, ({ admission }) => admission.revoke(SYSTEM, { hostId: hosts[2]!, at: NOW }));
      expect((await database.orders.get(SYSTEM, order.id))?.undoable).toBe(false);
      expect((await detail(database, ids[2]!.jobId))?.undo).toBe('nothing');
      expect((await database.orders.get(SYSTEM, undo.orderId))?.undoable).toBe(false);
    });
  });

  it("is done where the host's owner did it; the job keeps its state", async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      const job = await ordered(database, host, {
        order: { limits: { attempts: 2, backoffMs: 1000, bakeMs: 0 } },
      });
      const retried = { state: 'retrying' as const, undone: true };
      await says(database, job, 'planning', 'applying', retried);
      expect((await detail(database, job.jobId))?.undone, 'of an attempt that is over').toBeNull();
      await says(
        database,
        job,
        'planning',
        'applying',
        retried,
        { state: 'planning', attempt: 2 },
        { state: 'applying', attempt: 2 },
        { state: 'verifying', attempt: 2 },
        { state: 'verified', attempt: 2, undone: false },
      );
      expect((await detail(database, job.jobId))?.undo).toBe('possible');

      const word = { state: 'verified' as const, attempt: 2, index: 8, step: 'undoneByOwner', undone: true };
      const [outcome] = await says(database, job, word);

      expect(outcome).toMatchObject({ kind: 'late', stored: true });
      expect(await detail(database, job.jobId)).toMatchObject({
        state: 'verified',
        undone: true,
        undo: 'done',
      });
    });
  });

  it('two at once: the second one sees the first', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      const job = await ordered(database, host);
      await says(database, job, 'planning', 'applying', 'verifying', 'verified');

      const undo = async () =>
        await changed(database, async ({ orders }) => {
          const [target] = await orders.undoTargets(SYSTEM, { jobId: job.jobId });
          if (target?.standing !== 'possible') return target?.standing;
          await orders.create(SYSTEM, {
            order: orderOf(await database.orders.nextSeq(), { mode: 'undo', undoes: job.orderId }),
            artifacts: [],
            jobs: [jobOf(host, { undoes: job.jobId })],
          });
          return target.standing;
        });
      const answers = await Promise.all([undo(), undo(), undo()]);

      expect(answers.sort()).toEqual(['possible', 'underway', 'underway']);
      expect((await detail(database, job.jobId))?.undoneBy).toHaveLength(1);
    });
  });
});

describe('many hosts', () => {
  it('are looked up together, and those without a job cost nothing', async () => {
    await withDatabase(lab, async (database) => {
      const hosts = [];
      for (let at = 0; at < 60; at += 1) hosts.push(await addHost(database));
      for (const host of hosts) await online(database, host);
      const order = orderOf(1);
      await createOrder(database, {
        order,
        artifacts: [],
        jobs: hosts.slice(0, 40).map((host) => jobOf(host)),
      });

      const due = await database.jobs.due(hosts, later(1));

      expect(new Set(due.map(({ hostId }) => hostId))).toEqual(new Set(hosts.slice(0, 40)));
      expect(await database.jobs.due(hosts.slice(40), later(1))).toEqual([]);
      await database.jobs.transition({
        jobIds: due.map(({ id }) => id),
        from: ['queued'],
        to: 'offered',
        at: later(1),
      });
      expect(await database.jobs.due('all', later(2))).toEqual([]);
    });
  });
});
