import type { JobDetail, OrderView, Problem } from '@trustfleet/api';
import type { JobState } from '@trustfleet/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FleetLab } from '../../testing/fleet-lab.ts';
import { eventually } from '../../testing/test-server.ts';

let lab: FleetLab;
beforeAll(async () => {
  lab = await FleetLab.start();
});
afterEach(() => lab.stopAgents());
afterAll(() => lab.stop());

const cancelJob = (id: string) =>
  lab.page.post<JobDetail>(`/api/v1/jobs/${id}/cancel`, { reason: 'a mistake' });
const cancelOrder = (id: string) =>
  lab.page.post<OrderView>(`/api/v1/orders/${id}/cancel`, { reason: 'a mistake' });

describe('cancelling a job', () => {
  it('ends one that was never sent, at once and once', async () => {
    const { hostId } = await lab.identity();
    const [jobId] = (await lab.order([hostId])).body.jobs.map(({ id }) => id);
    expect(await lab.job(jobId ?? '')).toMatchObject({ state: 'heldOffline', cancellable: true });

    const first = await cancelJob(jobId ?? '');
    const second = await cancelJob(jobId ?? '');

    expect(first).toMatchObject({
      status: 200,
      body: { state: 'cancelled', final: true, cancellable: false },
    });
    expect(second).toMatchObject({ status: 200, body: { updatedAt: first.body.updatedAt } });
    expect(await lab.actionsOn(jobId ?? '')).toEqual(['job.finished', 'job.cancel']);
  });

  it.each([[['planning']], [['waiting']], [['planning', 'applying', 'retrying']]] as [JobState[]][])(
    'asks a host that is %s, and its word ends the job',
    async (states) => {
      const agent = await lab.newcomer();
      const { jobId } = await lab.given(agent, {
        limits: { attempts: 2, backoffSeconds: 60, bakeSeconds: 0 },
      });
      agent.tell(jobId, ...states);
      await lab.reaches(jobId, states.at(-1) ?? 'queued');

      const answer = await cancelJob(jobId);

      expect(answer).toMatchObject({ status: 200, body: { final: false } });
      expect(answer.body.cancelRequestedAt).not.toBeNull();
      await eventually(
        () => Promise.resolve(agent.cancels),
        (cancels) => cancels.includes(jobId),
      );
      agent.tell(jobId, 'cancelled');
      expect(await lab.reaches(jobId, 'cancelled')).toMatchObject({ resultSigned: true });
      expect(await lab.actionsOn(jobId)).toEqual(['job.finished', 'job.cancel']);
    },
  );

  it('asks a host that has not answered yet', async () => {
    const agent = await lab.newcomer();
    const { jobId } = await lab.given(agent);

    expect((await cancelJob(jobId)).body).toMatchObject({ state: 'offered' });

    await eventually(
      () => Promise.resolve(agent.cancels),
      (cancels) => cancels.includes(jobId),
    );
  });

  it('asks again when the host comes back, until the job has ended', async () => {
    const agent = await lab.newcomer();
    const { jobId } = await lab.given(agent);
    agent.tell(jobId, 'planning');
    await lab.reaches(jobId, 'planning');
    await agent.stop();
    await cancelJob(jobId);

    const back = await lab.online(agent.identity);
    await eventually(
      () => Promise.resolve(back.cancels),
      (cancels) => cancels.includes(jobId),
    );
    expect(back.jobs, 'the job itself is not sent again').toEqual([]);

    back.emit(jobId, { state: 'cancelled', index: 2 });
    await lab.reaches(jobId, 'cancelled');
    await back.stop();
    const later = await lab.online(agent.identity);
    const { jobId: next } = await lab.given(later, { mode: 'plan' });
    expect(later.jobs.map(({ job }) => job.jobId)).toEqual([next]);
    expect(later.cancels).toEqual([]);
  });

  it.each([
    [['planning', 'applying']],
    [['planning', 'verifying']],
    [['planning', 'verifying', 'baking']],
  ] as [JobState[]][])('refuses while the host is %s, and says why', async (states) => {
    const agent = await lab.newcomer();
    const { jobId } = await lab.given(agent);
    agent.tell(jobId, ...states);
    expect(await lab.reaches(jobId, states.at(-1) ?? 'queued')).toMatchObject({ cancellable: false });

    const answer = await lab.page.post<Problem>(`/api/v1/jobs/${jobId}/cancel`, { reason: 'a mistake' });

    expect(answer).toMatchObject({ status: 409, body: { code: 'notCancellable' } });
    expect(answer.body.message).toContain('nobody ends that from outside');
    agent.tell(jobId, 'verifying', 'verified');
    await lab.reaches(jobId, 'verified');
    expect((await cancelJob(jobId)).status).toBe(409);
    expect(agent.cancels).toEqual([]);
  });

  it('tells a host that speaks of a cancelled job once more', async () => {
    const agent = await lab.newcomer();
    const { body } = await lab.order([agent.identity.hostId], {
      notBefore: new Date(Date.now() + 3_600_000).toISOString(),
    });
    const jobId = body.jobs[0]?.id ?? '';
    await cancelJob(jobId);

    agent.tell(jobId, 'planning');

    await eventually(
      () => Promise.resolve(agent.cancels),
      (cancels) => cancels.includes(jobId),
    );
    expect(await lab.job(jobId)).toMatchObject({ state: 'cancelled', events: [{ late: true }] });
  });

  it('wants a reason and a job', async () => {
    const unknown = '01890000-0000-7000-8000-000000000000';

    expect((await lab.page.post(`/api/v1/jobs/${unknown}/cancel`, { reason: 'x' })).status).toBe(404);
    expect((await lab.page.post(`/api/v1/jobs/${unknown}/undo`, { reason: 'x' })).status).toBe(404);
    expect((await lab.page.post(`/api/v1/orders/${unknown}/cancel`, { reason: 'x' })).status).toBe(404);
    expect((await lab.page.post(`/api/v1/jobs/${unknown}/cancel`, { reason: ' ' })).status).toBe(400);
  });
});

describe('cancelling an order', () => {
  it('ends what waits, asks the others, lets a change finish without a further attempt', async () => {
    const [planning, applying] = [await lab.newcomer('ws-planning'), await lab.newcomer('ws-applying')];
    const away = await lab.identity('ws-away');
    const hostIds = [planning.identity.hostId, applying.identity.hostId, away.hostId];
    const { body } = await lab.order(hostIds, {
      limits: { attempts: 2, backoffSeconds: 60, bakeSeconds: 0 },
    });
    const jobOf = (hostId: string) => body.jobs.find((job) => job.hostId === hostId)?.id ?? '';
    const [first, second, third] = hostIds.map(jobOf) as [string, string, string];
    await eventually(
      () => Promise.resolve(applying.jobs.length + planning.jobs.length),
      (jobs) => jobs === 2,
    );
    planning.tell(first, 'planning');
    applying.tell(second, 'planning', 'applying');
    await lab.reaches(first, 'planning');
    await lab.reaches(second, 'applying');

    const answer = await cancelOrder(body.id);

    expect(answer).toMatchObject({
      status: 200,
      body: { cancellable: true, counts: { planning: 1, applying: 1, cancelled: 1 } },
    });
    expect(await lab.job(third)).toMatchObject({ state: 'cancelled' });
    await eventually(
      () => Promise.resolve(planning.cancels),
      (cancels) => cancels.length > 0,
    );
    expect(applying.cancels).toEqual([]);

    // Its attempt failed: the wish is still there, and is told before the next one.
    applying.tell(second, 'retrying');
    await eventually(
      () => Promise.resolve(applying.cancels),
      (cancels) => cancels.includes(second),
    );
    applying.tell(second, 'cancelled');
    planning.tell(first, 'cancelled');
    await lab.reaches(second, 'cancelled');
    await lab.reaches(first, 'cancelled');

    expect(await cancelOrder(body.id)).toMatchObject({ status: 200, body: { cancellable: false } });
    expect(await lab.actionsOn(body.id)).toEqual(['order.cancel', 'order.create']);
  });
});
