import { randomUUID } from 'node:crypto';
import type { HostListQuery } from '@trustfleet/api';
import type { PostgresLab } from '@trustfleet/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, SYSTEM, UnknownHostError, type Database, type Viewer } from '../index.ts';
import {
  addHost,
  addJob,
  bodyOf,
  changed,
  createOrder,
  createPolicies,
  hashOf,
  jobOf,
  NOW,
  orderOf,
  report,
  startLab,
  trustStores,
} from '../testing/fixtures.ts';

// Two groups with two hosts each: every read is asked by who sees one of them, both, none, and all.

const ANCHOR = hashOf('anchor');
const LIST: HostListQuery = { page: 1, pageSize: 50, q: '', sort: 'name', order: 'asc' };
const PAGE = { page: 1, pageSize: 50 };

let lab: PostgresLab;
let database: Database;
/** Two groups, and the hosts of each. */
let groups: string[];
let hosts: string[][];
let shared: { orderId: string; jobs: string[] };
let own: { orderId: string; jobId: string }[];

const viewerOf = (...indexes: number[]): Viewer => ({
  groups: indexes.map((index) => groups[index] ?? randomUUID()),
});
/** Who sees what: the hosts of these groups. */
const VIEWERS = [
  ['the first group', [0]],
  ['the second group', [1]],
  ['both groups', [0, 1]],
  ['a group without hosts', [2]],
] as const;
const visible = (indexes: readonly number[]) => indexes.flatMap((index) => hosts[index] ?? []).sort();

async function addGroup(name: string): Promise<string> {
  const id = randomUUID();
  await changed(database, (repositories) => repositories.groups.create({ id, name, createdAt: NOW }));
  return id;
}

async function fillGroup(groupId: string, policyId: string): Promise<string[]> {
  const ids = [await addHost(database, { groupId }), await addHost(database, { groupId })];
  for (const hostId of ids) {
    await database.hosts.connect([{ hostId, process: randomUUID(), since: NOW }]);
    await report(database, hostId, [bodyOf('trustStores', trustStores([ANCHOR]))]);
    const finding = {
      key: hostId,
      rule: 'anchorRequired' as const,
      cause: 'anchorMissingFromStore' as const,
      severity: 'blocker' as const,
      subject: { kind: 'trustStore' as const, store: 's', name: 'S', path: '/s' },
      anchor: null,
      evidence: {},
    };
    await database.findings.reconcile([{ hostId, policyId, findings: [finding] }], NOW);
  }
  return ids;
}

beforeAll(async () => {
  lab = await startLab();
  database = await openDatabase({ url: await lab.freshDatabase() });
  groups = [await addGroup('One'), await addGroup('Two')];
  const policyId = randomUUID();
  const anchors = [{ sha256: ANCHOR, name: 'CA' }];
  await createPolicies(
    database,
    [{ id: policyId, name: 'P', rule: 'anchorRequired', parameters: { anchors } }],
    NOW,
  );
  hosts = [await fillGroup(groups[0]!, policyId), await fillGroup(groups[1]!, policyId)];
  own = [await addJob(database, hosts[0]![0]!), await addJob(database, hosts[1]![0]!)];
  const order = orderOf(await database.orders.nextSeq());
  const jobs = hosts.flat().map((hostId) => jobOf(hostId));
  await createOrder(database, { order, artifacts: [], jobs });
  shared = { orderId: order.id, jobs: jobs.map(({ id }) => id) };
});
afterAll(async () => {
  await database.close();
  await lab.stop();
});

describe.each(VIEWERS)('who sees %s', (_name, indexes) => {
  it('gets hosts of it alone, in lists, by id and in counts', async () => {
    const viewer = viewerOf(...indexes);
    const seen = visible(indexes);

    const page = await database.hosts.list(viewer, LIST);
    expect(page.items.map(({ id }) => id).sort()).toEqual(seen);
    expect(page.total).toBe(seen.length);
    expect((await database.hosts.summaries(viewer, hosts.flat())).map(({ id }) => id).sort()).toEqual(seen);
    for (const id of hosts.flat())
      expect((await database.hosts.detail(viewer, id))?.id, id).toBe(seen.includes(id) ? id : undefined);
    expect(await database.certificates.hostsHolding(viewer, ANCHOR)).toBe(seen.length);
    const [required] = await database.policies.requiredAnchors(viewer);
    expect(required?.anchors).toEqual([
      { sha256: ANCHOR, name: 'CA', met: seen.length, missing: 0, unknown: 0 },
    ]);
    expect((await database.groups.list(viewer)).map(({ hosts: count }) => count)).toEqual(
      indexes.filter((index) => index < 2).map(() => 2),
    );
  });

  it('gets findings of it alone', async () => {
    const page = await database.findings.list(viewerOf(...indexes), { state: 'open', ...PAGE });

    expect(page.items.map(({ hostId }) => hostId).sort()).toEqual(visible(indexes));
    expect(page.total).toBe(page.items.length);
  });

  it('gets jobs and orders that have a host in it, with counts of those jobs', async () => {
    const viewer = viewerOf(...indexes);
    const seen = visible(indexes);

    const jobs = await database.jobs.list(viewer, PAGE);
    expect(jobs.items.every(({ hostId }) => seen.includes(hostId))).toBe(true);
    expect(jobs.total).toBe(jobs.items.length);
    expect(jobs.total).toBe(seen.length + indexes.filter((index) => index < 2).length);
    for (const [index, hostId] of hosts.flat().entries())
      expect((await database.jobs.detail(viewer, shared.jobs[index]!)) !== null).toBe(seen.includes(hostId));

    const orders = await database.orders.list(viewer, PAGE);
    const expected = [
      ...(seen.length > 0 ? [shared.orderId] : []),
      ...indexes.flatMap((index) => own[index]?.orderId ?? []),
    ];
    expect(orders.items.map(({ id }) => id).sort()).toEqual(expected.sort());
    expect(orders.total).toBe(expected.length);
    const order = await database.orders.get(viewer, shared.orderId);
    expect(order?.targets).toBe(seen.length === 0 ? undefined : seen.length);
    expect(order?.counts).toEqual(seen.length === 0 ? undefined : { queued: seen.length });
    const inOrder = await database.jobs.list(viewer, { orderId: shared.orderId, ...PAGE });
    expect(inOrder.total).toBe(seen.length);
  });

  it('gets counters of it alone', async () => {
    const viewer = viewerOf(...indexes);
    const count = visible(indexes).length;

    expect(await database.overview.counters(viewer)).toEqual({
      hosts: { total: count, online: count, offline: 0, withBlockers: count },
      findings: { open: count, blockers: count },
      jobs: { active: (await database.jobs.list(viewer, PAGE)).total, failed: 0, verified: 0 },
    });
  });

  it('orders nothing for a host outside', async () => {
    const outside = hosts.flat().filter((id) => !visible(indexes).includes(id));
    const order = orderOf(await database.orders.nextSeq());
    const creation = { order, artifacts: [], jobs: hosts.flat().map((id) => jobOf(id)) };
    const attempt = changed(database, async ({ orders }) => {
      await orders.create(viewerOf(...indexes), creation);
      throw new Error('all visible');
    });

    if (outside.length === 0) await expect(attempt).rejects.toThrow('all visible');
    else await expect(attempt).rejects.toThrow(UnknownHostError);
  });
});

it('the server itself sees all', async () => {
  expect((await database.hosts.list(SYSTEM, LIST)).total).toBe(4);
  expect((await database.orders.list(SYSTEM, PAGE)).total).toBe(3);
});
