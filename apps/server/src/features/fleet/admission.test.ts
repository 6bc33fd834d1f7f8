import { randomUUID } from 'node:crypto';
import type { Overview } from '@trustfleet/api';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FleetLab, ROOTS } from '../../testing/fleet-lab.ts';
import { trustStores } from '../../testing/test-agent.ts';
import { eventually } from '../../testing/test-server.ts';

let lab: FleetLab;
beforeAll(async () => {
  lab = await FleetLab.start();
});
afterEach(() => lab.stopAgents());
afterAll(() => lab.stop());

describe('a revoked host', () => {
  it('is closed, refused from then on, out of the fleet and its counts, and stays on record', async () => {
    const who = await lab.identity('ws-revoked');
    const agent = await lab.online(who);
    await eventually(
      () => lab.detail(who.hostId),
      (host) => host.openBlockers === 1,
    );
    const before = (await lab.page.get<Overview>('/api/v1/overview')).body;

    const answer = await lab.hold(who.hostId, 'revoke', 'stolen');

    expect(answer).toMatchObject({ status: 200, body: { name: 'ws-revoked', openFindings: 0 } });
    expect(answer.body.revokedAt).not.toBeNull();
    await eventually(
      () => Promise.resolve(agent.online),
      (up) => !up,
      5_000,
    );
    expect(await lab.upgradeStatus(who)).toBe(401);
    expect((await lab.list('q=ws-revoked')).total).toBe(0);
    expect((await lab.list('q=ws-revoked&admission=admitted')).total).toBe(0);
    expect((await lab.list('q=ws-revoked&admission=held')).items).toMatchObject([{ id: who.hostId }]);
    const after = (await lab.page.get<Overview>('/api/v1/overview')).body;
    expect(after.hosts.total).toBe(before.hosts.total - 1);
    expect(after.findings.blockers).toBe(before.findings.blockers - 1);
    expect(after.anchors.map(({ met, missing, unknown }) => met + missing + unknown)).toEqual(
      after.anchors.map(() => after.hosts.total),
    );
    expect(await lab.detail(who.hostId)).toMatchObject({ sections: [{ name: 'trustStores' }], findings: [] });
    const [entry] = await lab.audited('host.revoke', who.hostId);
    expect(entry).toMatchObject({
      actor: { kind: 'person', name: 'Kim Test' },
      detail: '{"reason":"stolen"}',
    });
  });

  it('is closed while it has not proved itself yet, too', async () => {
    const who = await lab.identity();
    const { closed } = await lab.unproved(who);

    await lab.hold(who.hostId, 'revoke');

    // Sooner than the ten seconds after which the handshake itself would be given up.
    const late = new Promise((resolve) => setTimeout(resolve, 5_000, 'late').unref());
    expect(await Promise.race([closed, late])).not.toBe('late');
  });

  it('loses its jobs, each to one final state', async () => {
    const who = await lab.identity();
    const agent = await lab.online(who);
    const offered = (await lab.order([who.hostId])).body.jobs[0]?.id ?? '';
    await eventually(
      () => Promise.resolve(agent.jobs.length),
      (count) => count === 1,
    );
    agent.emit(offered, { state: 'planning' });
    await eventually(
      () => lab.job(offered),
      ({ state }) => state === 'planning',
    );

    await lab.hold(who.hostId, 'revoke');

    expect(await lab.job(offered)).toMatchObject({ state: 'hostRemoved', final: true });
    expect((await lab.order([who.hostId])).status).toBe(422);
  });

  it('changes nothing any more once the revocation is answered, whatever is on its way', async () => {
    const who = await lab.identity('ws-busy');
    const agent = await lab.online(who, { clockOffsetMs: () => 7_200_000 });
    const jobId = (await lab.order([who.hostId])).body.jobs[0]?.id ?? '';
    await eventually(
      () => Promise.resolve(agent.jobs.length),
      (count) => count === 1,
    );
    let sent = 0;
    const flood = setInterval(() => {
      sent += 1;
      agent.report({ trustStores: trustStores([...ROOTS, sent.toString(16).padStart(64, '0')]) });
      if (agent.waitingEvents < 50) agent.emit(jobId, { state: 'planning' });
    }, 1);
    await eventually(
      () => lab.detail(who.hostId),
      (host) => host.sections[0]?.digest !== undefined && sent > 20,
    );

    const answer = await lab.hold(who.hostId, 'revoke');
    const picture = async () => {
      const host = await lab.detail(who.hostId);
      return { ...host, presence: null, job: await lab.job(jobId) };
    };
    const atOnce = await picture();
    await eventually(
      () => Promise.resolve(sent),
      (count) => count > 200,
    );
    clearInterval(flood);

    expect(answer.body.revokedAt).toBe(atOnce.revokedAt);
    expect(await picture()).toEqual(atOnce);
    expect(new Date(atOnce.lastSeen ?? 0) <= new Date(atOnce.revokedAt ?? 0)).toBe(true);
  });

  it('is revoked once: a second time changes nothing; nobody else can be', async () => {
    const who = await lab.identity();
    const first = await lab.hold(who.hostId, 'revoke');
    const second = await lab.hold(who.hostId, 'revoke');

    expect(second).toMatchObject({ status: 200, body: { revokedAt: first.body.revokedAt } });
    expect(await lab.audited('host.revoke', who.hostId)).toHaveLength(1);
    expect((await lab.hold(randomUUID(), 'revoke')).status).toBe(404);
    expect((await lab.page.post(`/api/v1/hosts/${who.hostId}/revoke`, { reason: ' ' })).status).toBe(400);
  });

  it('enrols again as a new host, with the same key too', async () => {
    const who = await lab.identity('ws-again');
    await lab.hold(who.hostId, 'revoke');

    const again = await lab.online(await lab.identity('ws-again'));

    expect(again.identity.hostId).not.toBe(who.hostId);
    expect((await lab.list('q=ws-again')).items).toMatchObject([
      { id: again.identity.hostId, revokedAt: null },
    ]);
  });
});

describe('one key on two machines', () => {
  const held = async (hostId: string) => (await lab.detail(hostId)).quarantine;

  it('is held when an earlier run comes back for the second time, offered nothing, and told of', async () => {
    const who = await lab.identity('ws-cloned');
    const original = { instance: randomUUID() };
    const copy = { instance: randomUUID() };
    await lab.visit(who, original);
    await lab.visit(who, copy);
    await lab.visit(who, original);
    expect(await held(who.hostId)).toBeNull();

    const agent = await lab.online(who, copy);

    await eventually(
      () => held(who.hostId),
      (quarantine) => quarantine?.reason === 'cloned',
    );
    const { body } = await lab.order([who.hostId]);
    const jobId = body.jobs[0]?.id ?? '';
    agent.report({ trustStores: trustStores([...ROOTS, lab.demo]) });
    // What it reports is still taken in.
    await eventually(
      () => lab.detail(who.hostId),
      (host) => host.findings.length === 0,
    );
    expect(agent.jobs).toEqual([]);
    expect(await lab.job(jobId)).toMatchObject({ final: false });
    expect((await lab.list('q=ws-cloned&admission=held')).total).toBe(1);
    expect((await lab.list('q=ws-cloned&admission=admitted')).total).toBe(0);
    expect((await lab.list('q=ws-cloned')).total).toBe(1);
    expect(await lab.audited('host.quarantine', who.hostId)).toMatchObject([{ actor: { kind: 'server' } }]);

    const released = await lab.hold(who.hostId, 'release', 'the copy is gone');

    expect(released).toMatchObject({ status: 200, body: { quarantine: null } });
    await eventually(
      () => Promise.resolve(agent.jobs.length),
      (count) => count === 1,
    );
    expect(await lab.audited('host.release', who.hostId)).toHaveLength(1);
    expect((await lab.hold(who.hostId, 'release')).status).toBe(200);
    expect(await lab.audited('host.release', who.hostId)).toHaveLength(1);
    // Both machines' runs are forgotten with the release: it takes two returns again.
    await agent.stop();
    await lab.visit(who, original);
    await lab.visit(who, copy);
    expect(await held(who.hostId)).toBeNull();
    await lab.visit(who, original);
    expect(await held(who.hostId)).toBeNull();
    await lab.visit(who, copy);
    expect((await held(who.hostId))?.reason).toBe('cloned');
  });

  it('that run at the same time drive each other out until the host is held', async () => {
    const who = await lab.identity();
    await Promise.all([lab.online(who), lab.online(who)]);

    await eventually(
      () => held(who.hostId),
      (quarantine) => quarantine !== null,
      30_000,
    );
  });

  it.each([
    { name: 'a network that flaps', runs: ['A', 'A', 'A', 'A'], boots: ['1', '1', '1', '1'] },
    { name: 'restarts', runs: ['A', 'B', 'C', 'D'], boots: ['1', '1', '1', '1'] },
    { name: 'reboots', runs: ['A', 'B', 'C', 'D'], boots: ['1', '2', '3', '4'] },
    { name: 'a machine set back once', runs: ['A', 'B', 'A', 'C'], boots: ['1', '1', '1', '2'] },
  ])('is not what $name looks like', async ({ runs, boots }) => {
    const who = await lab.identity();
    const instances = new Map(runs.map((run) => [run, randomUUID()]));
    for (const [index, run] of runs.entries())
      await lab.visit(who, { instance: instances.get(run) ?? '', bootId: boots[index] ?? '' });

    expect(await held(who.hostId)).toBeNull();
  });
});

describe('a server that starts anew', () => {
  it('goes by what the rows say: revoked is refused, held stays held, the runs of a key are remembered', async () => {
    const [revoked, cloned, once] = [await lab.identity(), await lab.identity(), await lab.identity()];
    const [a, b] = [randomUUID(), randomUUID()];
    await lab.hold(revoked.hostId, 'revoke');
    for (const instance of [a, b, a, b]) await lab.visit(cloned, { instance });
    for (const instance of [a, b, a]) await lab.visit(once, { instance });
    const since = (await lab.detail(cloned.hostId)).quarantine?.since;

    await lab.restart();

    expect(await lab.upgradeStatus(revoked)).toBe(401);
    expect((await lab.detail(cloned.hostId)).quarantine).toEqual({ reason: 'cloned', since });
    await lab.visit(lab.here(once), { instance: b });
    expect((await lab.detail(once.hostId)).quarantine?.reason).toBe('cloned');
  });
});
