import { randomUUID } from 'node:crypto';
import type { OrderView, SectionDifference, TimelineEntry, TimelinePage } from '@trustfleet/api';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FleetLab, ROOTS } from '../../../testing/fleet-lab.ts';
import { system, trustStores, type TestAgent } from '../../../testing/test-agent.ts';
import { eventually } from '../../../testing/test-server.ts';

let lab: FleetLab;
beforeAll(async () => {
  lab = await FleetLab.start();
});
afterEach(() => lab.stopAgents());
afterAll(() => lab.stop());

const read = async (hostId: string, query = ''): Promise<TimelinePage> =>
  (await lab.page.get<TimelinePage>(`/api/v1/hosts/${hostId}/timeline${query}`)).body;
const sectionsOf = (items: readonly TimelineEntry[], name = 'trustStores') =>
  items.flatMap((item) => (item.kind === 'section' && item.name === name ? [item] : []));

/** Without a finding's evidence, which follows the latest report. */
const told = (item: TimelineEntry) => ('finding' in item ? { ...item, finding: item.finding.id } : item);

/** The history once it holds so many changes of the trust stores. */
const after = (hostId: string, changes: number) =>
  eventually(
    () => read(hostId, '?limit=100'),
    (page) => sectionsOf(page.items).length === changes,
  );

const received = (agent: TestAgent, count: number) =>
  eventually(
    () => Promise.resolve(agent.jobs),
    (jobs) => jobs.length === count,
  );

describe('a host’s timeline', () => {
  it('says what appeared, what left, and which job did it: an order carried out, and its undo', async () => {
    const who = await lab.identity('ws-history');
    const agent = await lab.online(who);
    await after(who.hostId, 1);
    const order = (await lab.order([who.hostId])).body;
    const jobId = order.jobs[0]?.id ?? '';
    await received(agent, 1);
    agent.tell(jobId, 'planning', 'applying', 'verifying');
    agent.report({ trustStores: trustStores([...ROOTS, lab.demo]) });
    agent.tell(jobId, 'verified');
    const applied = await after(who.hostId, 2);
    await lab.reaches(jobId, 'verified');
    // Judged while the anchor is there: a judgement waits for company, and the undo would be quicker.
    await eventually(
      () => read(who.hostId),
      ({ items }) => items.some(({ kind }) => kind === 'findingClosed'),
    );
    const undone = await lab.page.post<OrderView>(`/api/v1/orders/${order.id}/undo`, {
      reason: 'not wanted',
    });
    const undoId = undone.body.jobs[0]?.id ?? '';
    await received(agent, 2);
    agent.tell(undoId, 'planning', 'applying', 'verifying');
    agent.report({ trustStores: trustStores(ROOTS) });
    agent.tell(undoId, 'verified');
    const both = await after(who.hostId, 3);

    const anchor: Partial<SectionDifference> = {
      kind: 'anchor',
      name: 'Demo studio CA',
      where: '/etc/ssl/certs/ca-certificates.crt',
      anchor: lab.demo,
    };
    const [first] = sectionsOf(applied.items);
    expect(first).toMatchObject({ differences: [{ ...anchor, change: 'appeared' }], more: 0, jobId });
    const [second, , seen] = sectionsOf(both.items);
    expect(second).toMatchObject({ differences: [{ ...anchor, change: 'left' }], jobId: undoId });
    expect(seen).toMatchObject({ fromDigest: null, differences: [], jobId: null });
    expect(second?.toDigest).toBe(seen?.toDigest);
    const whole = await eventually(
      () => read(who.hostId),
      ({ items }) =>
        items.filter((item) => item.kind === 'job' && item.job.final).length === 2 &&
        items.filter(({ kind }) => kind === 'findingOpened').length === 2,
    );
    const counts = new Map<string, number>();
    for (const { kind } of whole.items) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({
      ...{ enrolled: 1, section: 3, job: 2 },
      ...{ findingOpened: 2, findingClosed: 1 },
    });
    expect(whole.items.at(-1)).toMatchObject({ kind: 'enrolled' });
  });

  it('names no job for what people did by themselves, or for another anchor than the job’s', async () => {
    const who = await lab.identity();
    const agent = await lab.online(who);
    await after(who.hostId, 1);
    const jobId = (await lab.order([who.hostId])).body.jobs[0]?.id ?? '';
    await received(agent, 1);
    agent.tell(jobId, 'planning', 'applying');
    await eventually(
      () => lab.job(jobId),
      ({ state }) => state === 'applying',
    );
    agent.report({ trustStores: trustStores([...ROOTS, 'f'.repeat(64)]) });

    const [change] = sectionsOf((await after(who.hostId, 2)).items);

    expect(change).toMatchObject({
      differences: [{ change: 'appeared', name: 'f'.repeat(64) }],
      jobId: null,
    });
  });

  it('tells of sections that come, go and come back, of ones it does not know, and cuts a long list', async () => {
    const who = await lab.identity();
    const agent = await lab.online(who);
    const many = Array.from({ length: 150 }, (_, index) => index.toString(16).padStart(64, '0'));
    const store = trustStores(ROOTS);
    const report = async (sections: object, changes: number) => {
      agent.report({ ...sections });
      return after(who.hostId, changes);
    };
    await report({ trustStores: store, system: system('a'), fonts: { fonts: [1] } }, 1);
    await eventually(
      () => read(who.hostId),
      ({ items }) => sectionsOf(items, 'fonts').length === 1,
    );
    await report(
      { trustStores: trustStores([...ROOTS, ...many]), system: system('b'), fonts: { fonts: [2] } },
      2,
    );
    const { items } = await eventually(
      () => read(who.hostId),
      (page) => sectionsOf(page.items, 'fonts').length === 2 && sectionsOf(page.items, 'system').length === 2,
    );

    const [long] = sectionsOf(items);
    expect([long?.differences.length, long?.more]).toEqual([100, 50]);
    expect(sectionsOf(items, 'system')[0]?.differences).toMatchObject([
      { change: 'changed', kind: 'system', name: 'hostname', before: 'a', after: 'b' },
    ]);
    expect(sectionsOf(items, 'fonts')[0]?.differences).toMatchObject([{ kind: 'other', name: 'fonts' }]);
  });

  it('comes page by page, nothing twice and nothing left out, also what happened in one moment', async () => {
    const who = await lab.identity();
    const agent = await lab.online(who);
    for (let round = 1; round <= 6; round += 1) {
      agent.report({
        trustStores: trustStores([...ROOTS, round.toString(16).padStart(64, 'a')]),
        ...Object.fromEntries(['one', 'two', 'three'].map((name) => [name, { value: round }])),
      });
      await eventually(
        () => read(who.hostId, '?limit=100'),
        ({ items }) => sectionsOf(items, 'three').length === round && sectionsOf(items).length >= round,
      );
    }
    const whole = await read(who.hostId, '?limit=100');
    expect(whole.more).toBe(false);

    for (const limit of [1, 2, 5, 7]) {
      const seen: TimelineEntry[] = [];
      for (let page = await read(who.hostId, `?limit=${limit}`); ;) {
        expect(page.items.length).toBeGreaterThanOrEqual(page.more ? limit : 1);
        seen.push(...page.items);
        if (!page.more) break;
        page = await read(who.hostId, `?limit=${limit}&before=${seen.at(-1)?.at ?? ''}`);
      }
      expect(seen.map(told)).toEqual(whole.items.map(told));
    }
  });

  it('tells of quarantine and revocation, and is there for those alone who see the host', async () => {
    const who = await lab.identity();
    const [a, b] = [randomUUID(), randomUUID()];
    for (const instance of [a, b, a, b]) await lab.visit(who, { instance });
    await lab.hold(who.hostId, 'revoke');

    const { items } = await read(who.hostId);

    expect(items[0]).toMatchObject({ kind: 'revoked' });
    expect(items.find(({ kind }) => kind === 'quarantined')).toMatchObject({ reason: 'cloned' });
    expect((await lab.page.get(`/api/v1/hosts/${randomUUID()}/timeline`)).status).toBe(404);
    expect((await lab.page.get(`/api/v1/hosts/${who.hostId}/timeline?before=yesterday`)).status).toBe(400);
  });
});
