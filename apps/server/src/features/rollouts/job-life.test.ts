import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FleetLab } from '../../testing/fleet-lab.ts';
import { eventually } from '../../testing/test-server.ts';

let lab: FleetLab;
beforeAll(async () => {
  lab = await FleetLab.start();
});
afterEach(() => lab.stopAgents());
afterAll(() => lab.stop());

const soon = (ms: number) => new Date(Date.now() + ms).toISOString();

describe('what the agent may do by itself', () => {
  it('stands in the signed order, and its attempts and pauses are shown', async () => {
    const agent = await lab.newcomer();
    const limits = { attempts: 3, backoffSeconds: 30, bakeSeconds: 600 };
    const { jobId } = await lab.given(agent, { limits });
    expect(agent.jobs[0]?.order.limits).toEqual({ attempts: 3, backoffMs: 30_000, bakeMs: 600_000 });

    agent.tell(jobId, 'planning', 'applying');
    const again = soon(30_000);
    agent.emit(jobId, { state: 'retrying', nextAt: again, detail: 'The tool ended with status 1.' });
    expect(await lab.reaches(jobId, 'retrying')).toMatchObject({ nextAt: again, attempt: 1, attempts: 3 });

    agent.emit(jobId, { state: 'planning', attempt: 2 });
    expect(await lab.reaches(jobId, 'planning')).toMatchObject({ nextAt: null, attempt: 2 });

    agent.tell(jobId, 'applying', 'verifying');
    const watched = soon(600_000);
    agent.emit(jobId, { state: 'baking', nextAt: watched });
    expect(await lab.reaches(jobId, 'baking')).toMatchObject({ nextAt: watched, attempt: 2, final: false });

    agent.tell(jobId, 'verifying');
    const waitsFor = [{ account: 'ann', program: 'maya.bin', pid: 4711, since: soon(0) }];
    agent.emit(jobId, { state: 'verified', effective: 'appRestart', proof: [], waitsFor });
    expect(await lab.reaches(jobId, 'verified')).toMatchObject({
      ...{ proof: [], waitsFor },
      nextAt: null,
      effective: 'appRestart',
      resultSigned: true,
      attempt: 2,
    });
  });

  it('includes to find that it failed again while it baked', async () => {
    const agent = await lab.newcomer();
    const { jobId } = await lab.given(agent, { limits: { attempts: 1, backoffSeconds: 60, bakeSeconds: 5 } });

    agent.tell(jobId, 'planning', 'applying', 'verifying', 'baking', 'verifying', 'applying');
    agent.emit(jobId, { state: 'regressed', undone: true });

    expect(await lab.reaches(jobId, 'regressed')).toMatchObject({ undone: true, undoable: false });
  });

  it('is one attempt without a pause unless it was ordered otherwise', async () => {
    const agent = await lab.newcomer();
    await lab.given(agent);

    expect(agent.jobs[0]?.order.limits).toEqual({ attempts: 1, backoffMs: 60_000, bakeMs: 0 });
  });

  it.each([
    [{ attempts: 6, backoffSeconds: 60, bakeSeconds: 0 }],
    [{ attempts: 1, backoffSeconds: 0, bakeSeconds: 0 }],
    [{ attempts: 1, backoffSeconds: 60, bakeSeconds: 604_801 }],
  ])('has bounds: %j', async (limits) => {
    const { hostId } = await lab.identity();

    expect((await lab.order([hostId], { limits })).status).toBe(400);
  });
});

describe('a newer order of the same', () => {
  it('takes the place of a job that waits for its host', async () => {
    const identity = await lab.identity();
    const [older] = (await lab.order([identity.hostId])).body.jobs;

    const [newer] = (await lab.order([identity.hostId])).body.jobs;

    expect(await lab.job(older?.id ?? '')).toMatchObject({ state: 'superseded', final: true, events: [] });
    expect(await lab.actionsOn(older?.id ?? '')).toEqual(['job.finished']);
    const agent = await lab.online(identity);
    await eventually(
      () => Promise.resolve(agent.jobs),
      (jobs) => jobs.length > 0,
    );
    expect(agent.jobs.map(({ job }) => job.jobId)).toEqual([newer?.id]);
  });
});

describe('a host that refuses what its server signed', () => {
  it('is put in quarantine: nothing more is offered to it until a person releases it', async () => {
    const agent = await lab.newcomer('ws-refusing');
    const { hostId } = agent.identity;
    const { jobId } = await lab.given(agent);

    agent.emit(jobId, { state: 'refused', detail: 'The signature of the order does not fit.' });
    await lab.reaches(jobId, 'refused');

    expect((await lab.detail(hostId)).quarantine).toMatchObject({ reason: 'refused' });
    expect(await lab.actionsOn(hostId)).toContain('host.quarantine');
    const [waiting] = (await lab.order([hostId])).body.jobs;
    expect(await lab.job(waiting?.id ?? '')).toMatchObject({ state: 'queued', held: 'refused' });
    await agent.stop();
    const back = await lab.online(agent.identity);

    expect((await lab.page.post(`/api/v1/hosts/${hostId}/release`, { reason: 'looked at it' })).status).toBe(
      200,
    );

    await eventually(
      () => Promise.resolve(back.jobs),
      (jobs) => jobs.length > 0,
    );
    expect(back.jobs.map(({ job }) => job.jobId)).toEqual([waiting?.id]);
  });
});

describe('redelivery', () => {
  it('a host that comes back unanswered gets the job again; its last event answers, once', async () => {
    const agent = await lab.newcomer();
    const { jobId } = await lab.given(agent);
    await agent.stop();

    const back = await lab.online(agent.identity);
    await eventually(
      () => Promise.resolve(back.jobs),
      (jobs) => jobs.length === 1,
    );
    const said = back.emit(jobId, { state: 'planning' });
    await lab.reaches(jobId, 'planning');
    // Brought to it twice more: it answers with what it said last, and nothing changes.
    const [received] = back.jobs;
    if (received !== undefined) {
      back.redeliver(received.message);
      back.redeliver(received.message);
    }
    await eventually(
      () => Promise.resolve(back.waitingEvents),
      (waiting) => waiting === 0,
    );

    expect(await lab.job(jobId)).toMatchObject({ state: 'planning', events: [{ eventId: said.eventId }] });
  });

  it('an event of another time, attempt or job changes nothing and is acknowledged', async () => {
    const agent = await lab.newcomer();
    const { jobId } = await lab.given(agent, { limits: { attempts: 2, backoffSeconds: 60, bakeSeconds: 0 } });
    agent.tell(jobId, 'planning', 'applying', 'retrying');
    agent.emit(jobId, { state: 'planning', attempt: 2 });
    await eventually(
      () => lab.job(jobId),
      ({ attempt }) => attempt === 2,
    );

    agent.emit(jobId, { state: 'applying', attempt: 1, index: 9 });
    agent.emit(jobId, { state: 'halted', attempt: 2, index: 10 });
    agent.emit('01890000-0000-7000-8000-000000000000', { state: 'verified' });
    await eventually(
      () => Promise.resolve(agent.waitingEvents),
      (waiting) => waiting === 0,
    );

    const job = await lab.job(jobId);
    expect(job).toMatchObject({ state: 'planning', attempt: 2 });
    expect(job.events.map(({ state, late }) => [state, late])).toEqual([
      ['planning', false],
      ['applying', false],
      ['retrying', false],
      ['planning', false],
      ['applying', true],
      ['halted', true],
    ]);
  });
});
