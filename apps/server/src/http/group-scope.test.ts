import type {
  CreatedEnrolmentToken,
  EndpointView,
  GroupView,
  HostSettingView,
  OrderView,
} from '@trustfleet/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hollowApp } from '../testing/hollow-app.ts';
import { enrolHost, system, TestAgent, trustStores } from '../testing/test-agent.ts';
import {
  demoAnchor,
  eventually,
  type Page,
  personWith,
  type ServerLab,
  startServerLab,
} from '../testing/test-server.ts';
import type { Route } from './routes.ts';

// Two groups. One person sees the first; everything of the second is asked for at every route there is.

const NAME = { shown: 'ws-of-the-first-group', hidden: 'ws-of-the-second-group' };

let lab: ServerLab;
let admin: Page;
let limited: Page;
let agents: TestAgent[] = [];
let first: string;
let shown: string;
let hidden: string;
/** Ids of what belongs to the hidden host alone. */
let hiddenIds: string[];
let hiddenSetting: string;
let anchor: string;
let routes: readonly Route[];

async function hostIn(groupId: string, name: string): Promise<string> {
  const made = await admin.post<CreatedEnrolmentToken>('/api/v1/enrolment-tokens', { groupId });
  const agent = new TestAgent(await enrolHost(made.body.token, name));
  agents.push(agent);
  agent.start({ trustStores: trustStores([]), system: system(name) });
  const { hostId } = agent.identity;
  await eventually(
    () => admin.get<{ total: number }>(`/api/v1/findings?hostId=${hostId}`),
    ({ body }) => body.total > 0,
  );
  return hostId;
}

const order = (page: Page, hostIds: string[]) =>
  page.post<OrderView>('/api/v1/orders', {
    remedy: 'trustStore.addAnchor',
    mode: 'plan',
    anchorSha256: anchor,
    hostIds,
    reason: 'a test',
  });

beforeAll(async () => {
  lab = await startServerLab();
  ({ page: admin } = lab);
  const group = async (name: string) => (await admin.post<GroupView>('/api/v1/groups', { name })).body.id;
  first = await group('First');
  const second = await group('Second');
  limited = await personWith(admin, { role: 'administrator', groups: [first] });
  [shown, hidden] = [await hostIn(first, NAME.shown), await hostIn(second, NAME.hidden)];
  anchor = await demoAnchor(admin);
  const own = (await order(admin, [hidden])).body;
  const both = (await order(admin, [shown, hidden])).body;
  const hiddenJob = both.jobs.find(({ hostId }) => hostId === hidden)?.id ?? '';
  const token = await admin.post<CreatedEnrolmentToken>('/api/v1/enrolment-tokens', { groupId: second });
  const change = { newSecret: true, reason: 'a test' };
  hiddenSetting = (await admin.post<HostSettingView>(`/api/v1/hosts/${hidden}/settings`, change)).body.id;
  const endpoint = { name: 'Hidden endpoint', host: 'hidden.example', port: 443, groupId: second };
  const hiddenEndpoint = (await admin.post<EndpointView>('/api/v1/endpoints', endpoint)).body.id;
  hiddenIds = [hidden, own.id, own.jobs[0]?.id ?? '', hiddenJob, token.body.id, hiddenEndpoint];
  const app = await hollowApp();
  ({ routes } = app);
  await app.close();
});
afterAll(async () => {
  await Promise.all(agents.map((agent) => agent.stop()));
  agents = [];
  await lab.stop();
});

/** Every address of the route that has one of the hidden ids in it, or the route itself. */
function addressesOf(path: string): string[] {
  if (!path.includes(':')) return [path, `${path}?hostId=${hidden}`, `${path}?q=second`];
  if (path.includes(':sha256')) return [path.replace(':sha256', anchor)];
  return hiddenIds.map((id) => path.replace(':settingId', hiddenSetting).replace(/:[a-zA-Z]+/, id));
}

/** Bodies that would be taken, by the last part of the path. */
const bodyOf = (path: string): object =>
  path.endsWith('/group')
    ? { groupId: first }
    : {
        reason: 'a test',
        newSecret: true,
        what: 'scan',
        ...(path.includes('accounts') ? { role: 'viewer' } : {}),
      };

describe('who sees one group', { timeout: 120_000 }, () => {
  it('reads nothing of another at any route', async () => {
    const reading = routes.filter(({ method, path }) => method === 'GET' && path !== '/events');
    expect(reading.length).toBeGreaterThan(15);
    for (const { path } of reading)
      for (const address of addressesOf(path)) {
        const answer = await limited.get(address);
        const text = JSON.stringify(answer.body);
        for (const secret of [...hiddenIds, NAME.hidden]) expect(text, address).not.toContain(secret);
        if (path.includes(':id')) expect(answer.status, address).toBe(404);
      }
    expect(JSON.stringify((await limited.get('/api/v1/hosts')).body)).toContain(NAME.shown);
    expect(JSON.stringify((await admin.get('/api/v1/hosts')).body)).toContain(NAME.hidden);
  });

  it('gets counts that are those of the lists', async () => {
    const { body } = await limited.get<{
      hosts: object;
      findings: { open: number };
      jobs: { active: number };
    }>('/api/v1/overview');
    const total = async (path: string) => (await limited.get<{ total: number }>(path)).body.total;

    expect(body.hosts).toMatchObject({ total: 1, online: 1 });
    expect(body.findings.open).toBe(await total('/api/v1/findings'));
    expect(body.jobs.active).toBe(await total('/api/v1/jobs?active=true'));
    expect(await total('/api/v1/orders')).toBe(1);
  });

  it('changes nothing of another at any route', async () => {
    const changing = routes.filter(({ method, path }) => method !== 'GET' && path.includes(':id'));
    expect(changing.length).toBeGreaterThan(6);
    const seqOf = async () =>
      (await admin.get<{ items: { seq: number }[] }>('/api/v1/audit')).body.items[0]?.seq;
    const before = await seqOf();
    for (const { method, path } of changing)
      for (const address of addressesOf(path)) {
        const answer = await limited.ask(method, address, bodyOf(path));
        expect(answer.status, `${method} ${address}`).toBe(404);
      }
    for (const hostIds of [[hidden], [shown, hidden]])
      expect(await order(limited, hostIds)).toMatchObject({ status: 422, body: { code: 'hostGone' } });

    expect(await seqOf(), 'no row was written').toBe(before);
    expect((await order(limited, [shown])).status).toBe(201);
  });
});
