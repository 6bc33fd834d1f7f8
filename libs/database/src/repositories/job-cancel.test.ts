import { randomUUID } from 'node:crypto';
import type { JobState } from '@trustfleet/protocol';
import type { PostgresLab } from '@trustfleet/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM } from '../index.ts';
import {
  addHost,
  changed,
  createOrder,
  jobOf,
  later,
  NOW,
  orderOf,
  startLab,
  withDatabase,
} from '../testing/fixtures.ts';
import { detail, online, ordered, says, stateOf } from '../testing/job-stories.ts';

let lab: PostgresLab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());

describe('cancel', () => {
  it('ends what was never sent, asks the hosts that may have it, and leaves those that change', async () => {
    await withDatabase(lab, async (database) => {
      const states: JobState[] = ['planning', 'waiting', 'applying', 'verifying', 'baking', 'retrying'];
      const ways: Partial<Record<JobState, JobState[]>> = {
        planning: ['planning'],
        waiting: ['waiting'],
        applying: ['planning', 'applying'],
        verifying: ['planning', 'verifying'],
        baking: ['planning', 'verifying', 'baking'],
        retrying: ['planning', 'retrying'],
      };
      const hosts = await Promise.all(['queued', 'offered', ...states].map(() => addHost(database)));
      const jobs = hosts.map((host) => jobOf(host));
      const order = orderOf(1);
      await createOrder(database, { order, artifacts: [], jobs });
      const offered = jobs.slice(1).map(({ id }) => id);
      await database.jobs.transition({ jobIds: offered, from: ['queued'], to: 'offered', at: NOW });
      for (const [at, state] of states.entries()) {
        const { id, hostId } = jobs[at + 2]!;
        await says(database, { jobId: id, hostId }, ...ways[state]!);
      }
      const cancel = (at: Date) =>
        changed(database, (repositories) => repositories.jobs.cancel(SYSTEM, { orderId: order.id }, at));

      const first = await cancel(later(20));
      const second = await cancel(later(30));

      const asked = [1, 2, 3, 7].map((at) => jobs[at]!.id).sort();
      expect(first.ended.jobs.map(({ id }) => id)).toEqual([jobs[0]!.id]);
      expect(first.ended.audit.map(({ action, detail: { state } }) => [action, state])).toEqual([
        ['job.finished', 'cancelled'],
      ]);
      expect(first.asked.map(({ id }) => id).sort()).toEqual(asked);
      expect(first).toMatchObject({ newlyAsked: 4, finishing: 3, over: [] });
      expect(second).toMatchObject({ newlyAsked: 0, finishing: 3, over: ['cancelled'], ended: { jobs: [] } });
      expect(second.asked).toHaveLength(4);
      expect((await detail(database, jobs[1]!.id))?.cancelRequestedAt).toEqual(later(20));

      await online(database, hosts[1]!, later(1));
      await online(database, hosts[7]!, later(1));
      await online(database, hosts[4]!, later(1));
      // `applying` is not told now: it finishes, and hears it before its next attempt.
      expect((await database.jobs.cancelsToSend('all')).map(({ id }) => id).sort()).toEqual(
        [jobs[1]!.id, jobs[7]!.id].sort(),
      );
      expect(await database.jobs.cancelsToSend([hosts[7]!])).toHaveLength(1);
      // What is to be given up is never sent again.
      expect(await database.jobs.due('all', later(40))).toEqual([]);
    });
  });

  it('is over when the host says so; a host that holds nothing is not waited for', async () => {
    await withDatabase(lab, async (database) => {
      const [host, silent] = [await addHost(database), await addHost(database)];
      const [told, never] = [await ordered(database, host), await ordered(database, silent)];
      const jobIds = [told.jobId, never.jobId];
      await database.jobs.transition({ jobIds, from: ['queued'], to: 'offered', at: NOW });
      await changed(database, async ({ jobs }) => {
        for (const jobId of jobIds) await jobs.cancel(SYSTEM, { jobId }, later(1));
      });

      const [planning, end] = await says(database, told, 'planning', 'cancelled');
      expect([planning?.job?.tellCancel, end?.job?.tellCancel]).toEqual([true, false]);
      expect(await stateOf(database, told.jobId)).toBe('cancelled');

      expect(await database.jobs.settleCancelled(later(500))).toEqual([]);
      await online(database, silent, later(500));
      expect(await database.jobs.settleCancelled(later(530))).toEqual([]);
      expect((await database.jobs.settleCancelled(later(560))).map(({ id }) => id)).toEqual([never.jobId]);
      expect(await stateOf(database, never.jobId)).toBe('cancelled');

      // It held the job after all: its word is evidence, and it is told once more.
      const [late] = await says(database, never, 'planning');
      expect(late).toMatchObject({
        kind: 'late',
        stored: true,
        job: { state: 'cancelled', tellCancel: true },
      });
    });
  });

  it('reaches only hosts that the person sees', async () => {
    await withDatabase(lab, async (database) => {
      const { jobId, orderId } = await ordered(database, await addHost(database));
      const stranger = { groups: [randomUUID()] };

      await changed(database, ({ jobs }) => jobs.cancel(stranger, { orderId }, NOW));

      expect(await stateOf(database, jobId)).toBe('queued');
    });
  });
});

describe('superseded', () => {
  it('a newer order of the same takes the place of what waits, and of nothing else', async () => {
    await withDatabase(lab, async (database) => {
      const [host, other] = [await addHost(database), await addHost(database)];
      const away = await ordered(database, host);
      await database.jobs.holdOffline(NOW);
      const elsewhere = await ordered(database, other);
      const different = await ordered(database, host, { order: { parameters: { anchor: 'x' } } });
      const dry = await ordered(database, host, { order: { mode: 'plan' } });
      expect(await stateOf(database, away.jobId), 'a dry run takes no place').toBe('heldOffline');
      const sent = await ordered(database, other, { order: { parameters: { anchor: 'y' } } });
      await database.jobs.transition({ jobIds: [sent.jobId], from: ['queued'], to: 'offered', at: NOW });
      await database.jobs.holdOffline(later(1));

      const newer = await ordered(database, host);
      await ordered(database, other, { order: { parameters: { anchor: 'y' } } });

      const states = await Promise.all(
        [away, elsewhere, different, dry, sent, newer].map(({ jobId }) => stateOf(database, jobId)),
      );
      expect(states).toEqual([
        'superseded',
        'heldOffline',
        'heldOffline',
        'heldOffline',
        'heldOffline',
        'queued',
      ]);
    });
  });

  it('a scheduled one does not take the place of one that is due', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      const due = await ordered(database, host);
      const scheduled = { order: { notBefore: later(60) }, job: { notBefore: later(60) } };
      const next = await ordered(database, host, scheduled);
      expect(await stateOf(database, due.jobId)).toBe('queued');

      await ordered(database, host);

      expect([await stateOf(database, due.jobId), await stateOf(database, next.jobId)]).toEqual([
        'superseded',
        'superseded',
      ]);
    });
  });
});
