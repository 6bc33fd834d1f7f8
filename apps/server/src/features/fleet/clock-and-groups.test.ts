import { randomUUID } from 'node:crypto';
import type { FindingView, GroupView, HostSummary, PolicyView } from '@trustfleet/api';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FleetLab } from '../../testing/fleet-lab.ts';
import { eventually } from '../../testing/test-server.ts';

let lab: FleetLab;
beforeAll(async () => {
  lab = await FleetLab.start();
});
afterEach(() => lab.stopAgents());
afterAll(() => lab.stop());

describe('a wrong wall clock', () => {
  const findings = async (hostId: string) =>
    (
      await lab.page.get<{ items: FindingView[] }>('/api/v1/findings?rule=clockAccurate&pageSize=200')
    ).body.items.filter((finding) => finding.hostId === hostId);

  it('is what a policy of every fleet is about', async () => {
    const { items } = (await lab.page.get<{ items: PolicyView[] }>('/api/v1/policies')).body;

    expect(items.map(({ rule, maxOffsetSeconds }) => [rule, maxOffsetSeconds])).toEqual([
      ['anchorRequired', null],
      ['clockAccurate', 120],
      ['endpointsVerify', null],
      ['sharesAnswer', null],
      ['codeDecides', null],
    ]);
  });

  it('is a finding that closes when the clock is right, and refuses nothing', async () => {
    const who = await lab.identity('ws-clock');
    const YEAR = 365 * 86_400_000;
    let offset = -YEAR;
    const agent = await lab.online(who, { clockOffsetMs: () => offset });

    const [found] = await eventually(
      () => findings(who.hostId),
      (items) => items.length === 1,
    );
    expect(found).toMatchObject({
      cause: 'clockWrong',
      severity: 'warning',
      subject: { kind: 'clock' },
      evidence: { offsetSeconds: -2_147_483, maxOffsetSeconds: 120 },
    });
    expect((await lab.detail(who.hostId)).clockOffsetMs).toBe(-(2 ** 31) + 1);
    // The job goes its way, with times by the wrong clock.
    const jobId = (await lab.order([who.hostId])).body.jobs[0]?.id ?? '';
    await eventually(
      () => Promise.resolve(agent.jobs.length),
      (count) => count === 1,
    );
    const at = new Date(Date.now() - YEAR).toISOString();
    for (const state of ['planning', 'applying', 'verifying'] as const) agent.emit(jobId, { state, at });
    const holds = { store: 'debian', bundlePath: '/b', bundleSha256: null, anchors: 1, holds: true };
    agent.emit(jobId, { state: 'verified', at, after: holds }, { sign: true });
    await eventually(
      () => lab.job(jobId),
      ({ state }) => state === 'verified',
    );

    await agent.stop();
    offset = 1_000;
    await lab.online(who, { clockOffsetMs: () => offset, instance: agent.instance });

    await eventually(
      () => findings(who.hostId),
      (items) => items.length === 0,
    );
    expect((await lab.detail(who.hostId)).clockOffsetMs).toBe(1_000);
  });
});

describe('groups', () => {
  async function group(name: string): Promise<string> {
    await lab.page.post('/api/v1/groups', { name });
    const { items } = (await lab.page.get<{ items: GroupView[] }>('/api/v1/groups')).body;
    return items.find((one) => one.name === name)?.id ?? '';
  }

  it('a host enrols into the group of its token, is found by it, and moves', async () => {
    const [lighting, render] = [await group('Lighting'), await group('Render')];
    const who = await lab.identity('ws-grouped', { groupId: lighting });
    expect(await lab.detail(who.hostId)).toMatchObject({ group: { id: lighting, name: 'Lighting' } });
    expect((await lab.list(`groupId=${lighting}`)).items).toMatchObject([{ id: who.hostId }]);

    const moved = await lab.page.post<HostSummary>(`/api/v1/hosts/${who.hostId}/group`, { groupId: render });

    expect(moved).toMatchObject({ status: 200, body: { group: { name: 'Render' } } });
    expect((await lab.list(`groupId=${lighting}`)).total).toBe(0);
    expect(await lab.audited('host.move', who.hostId)).toMatchObject([
      { detail: '{"from":"Lighting","to":"Render"}' },
    ]);
    // There already: no second row.
    await lab.page.post(`/api/v1/hosts/${who.hostId}/group`, { groupId: render });
    expect(await lab.audited('host.move', who.hostId)).toHaveLength(1);
    const nowhere = await lab.page.post(`/api/v1/hosts/${who.hostId}/group`, { groupId: randomUUID() });
    expect(nowhere).toMatchObject({ status: 404, body: { code: 'notFound' } });
  });

  it('a token for a group that does not exist is refused', async () => {
    const answer = await lab.page.post('/api/v1/enrolment-tokens', { groupId: randomUUID() });

    expect(answer).toMatchObject({ status: 404, body: { code: 'notFound' } });
  });
});
