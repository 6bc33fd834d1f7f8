import { randomUUID } from 'node:crypto';
import type {
  AccountList,
  AuditEntryView,
  CreatedEnrolmentToken,
  CreatedInvitation,
  GroupView,
  HostSettingView,
  Me,
  OrderView,
} from '@trustfleet/api';
import { openDatabase, type Database } from '@trustfleet/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hollowApp } from '../../testing/hollow-app.ts';
import { endpointMutations } from '../../testing/endpoint-mutations.ts';
import { type Case, mutation } from '../../testing/mutation.ts';
import { storedSecrets } from '../../testing/stored-secrets.ts';
import { enrolHost, TestAgent, trustStores } from '../../testing/test-agent.ts';
import {
  ADMINISTRATOR,
  type Answer,
  demoAnchor,
  eventually,
  Page,
  personWith,
  type ServerLab,
  setupToken,
  startServerLab,
  startTestServer,
  type TestServer,
} from '../../testing/test-server.ts';
import { SIGN_IN_ROUTES } from '../accounts/sign-in.ts';

let lab: ServerLab;
let server: TestServer;
let admin: Page;
/** Beside the server's own: it writes nothing but what only a host could bring about. */
let database: Database;
let anchor: string;
/** Whatever no row may hold. */
const secrets = new Set<string>([ADMINISTRATOR.password]);

beforeAll(async () => {
  lab = await startServerLab();
  ({ server, page: admin } = lab);
  secrets.add(setupToken(server));
  secrets.add(admin.cookie ?? '');
  database = await openDatabase({ url: server.databaseUrl });
  anchor = await demoAnchor(admin);
});
afterAll(async () => {
  await database.close();
  await lab.stop();
});

async function chain(): Promise<readonly AuditEntryView[]> {
  const head = await database.audit.head();
  return await database.audit.range({ after: 0, upTo: head.seq, limit: 10_000 });
}

/** The actions that `work` left in the audit. */
async function rowsOf(work: () => Promise<unknown>): Promise<string[]> {
  const { seq } = await database.audit.head();
  await work();
  return (await chain()).filter((entry) => entry.seq > seq).map(({ action }) => action);
}

const post = <T = unknown>(path: string, body: unknown) => admin.post<T>(path, body);
const unknown = '01890000-0000-7000-8000-000000000000';
const reason = { reason: 'a test' };

async function enrolled() {
  const made = await post<CreatedEnrolmentToken>('/api/v1/enrolment-tokens', {});
  secrets.add(made.body.token);
  const identity = await enrolHost(made.body.token, 'ws <b>');
  secrets.add(identity.secret);
  return identity;
}

const order = (hostId: string) =>
  post<OrderView>('/api/v1/orders', {
    remedy: 'trustStore.addAnchor',
    mode: 'apply',
    anchorSha256: anchor,
    hostIds: [hostId],
    ...reason,
  });

/** An order that waits for a host which is not there, and its job. */
async function waiting() {
  const { body } = await order((await enrolled()).hostId);
  return { orderId: body.id, jobId: body.jobs[0]?.id ?? '' };
}

/** An order that changed its host. */
async function carriedOut() {
  const agent = new TestAgent(await enrolled(), { permits: ['trustStore.addAnchor'] });
  agent.start({ trustStores: trustStores([]) });
  await eventually(() => Promise.resolve(agent.online), Boolean);
  const { body } = await order(agent.identity.hostId);
  const jobId = body.jobs[0]?.id ?? '';
  await eventually(
    () => Promise.resolve(agent.jobs),
    (jobs) => jobs.length > 0,
  );
  agent.emit(jobId, { state: 'planning' });
  agent.emit(jobId, { state: 'applying' });
  agent.emit(jobId, { state: 'verifying' });
  agent.emit(jobId, { state: 'verified', undone: false }, { sign: true });
  await eventually(
    () => admin.get<{ final: boolean }>(`/api/v1/jobs/${jobId}`),
    ({ body: job }) => job.final,
  );
  await agent.stop();
  return { orderId: body.id, jobId };
}

async function invited() {
  const email = `${randomUUID()}@studio.example`;
  const made = await post<CreatedInvitation>('/api/v1/invitations', { email, role: 'viewer' });
  const token = new URL(made.body.url).searchParams.get('token') ?? '';
  secrets.add(token);
  return { ...made.body, email, token };
}

const newAccount = async () => {
  const page = await personWith(admin, { role: 'viewer' });
  return { page, id: (await page.get<Me>('/api/v1/me')).body.id };
};
const person = { name: 'Lee', password: 'another long password' };
secrets.add(person.password);

const CASES: Readonly<Record<string, Case>> = {
  'POST /api/v1/setup': mutation({
    given: async () => await startTestServer({ databaseUrl: await lab.postgres.freshDatabase() }),
    success: async (fresh) => {
      // On a server of its own: this one has its administrator.
      const token = setupToken(fresh);
      const answer = await new Page(fresh.ready.url).post('/api/v1/setup', { token, ...ADMINISTRATOR });
      const own = await openDatabase({ url: fresh.databaseUrl });
      const entries = await own.audit.range({ after: 0, upTo: 100, limit: 100 });
      expect(entries.map(({ action }) => action).slice(-2)).toEqual(['setup.link', 'setup.complete']);
      await own.close();
      await fresh.remove();
      return answer;
    },
    writes: [],
    refusal: () => post('/api/v1/setup', { token: 'x'.repeat(43), ...ADMINISTRATOR }),
  }),
  'PATCH /api/v1/accounts/:id': mutation({
    given: newAccount,
    success: ({ id }) => admin.ask('PATCH', `/api/v1/accounts/${id}`, { role: 'operator' }),
    writes: ['account.update'],
    refusal: async () => {
      const { id } = (await admin.get<Me>('/api/v1/me')).body;
      return await admin.ask('PATCH', `/api/v1/accounts/${id}`, { role: 'viewer' });
    },
  }),
  'POST /api/v1/invitations': mutation({
    success: () => post('/api/v1/invitations', { email: 'new@studio.example', role: 'auditor' }),
    writes: ['invitation.create'],
    refusal: () => post('/api/v1/invitations', { email: ADMINISTRATOR.email, role: 'auditor' }),
  }),
  'DELETE /api/v1/invitations/:id': mutation({
    given: invited,
    success: ({ id }) => admin.ask('DELETE', `/api/v1/invitations/${id}`, {}),
    writes: ['invitation.revoke'],
    refusal: ({ id }) => admin.ask('DELETE', `/api/v1/invitations/${id}`, {}),
  }),
  'POST /api/v1/invitations/inspect': mutation({
    given: invited,
    success: ({ token }) => post('/api/v1/invitations/inspect', { token }),
    writes: [],
    refusal: () => post('/api/v1/invitations/inspect', { token: 'x'.repeat(43) }),
  }),
  'POST /api/v1/invitations/accept': mutation({
    given: invited,
    success: ({ token }) => post('/api/v1/invitations/accept', { token, ...person }),
    writes: ['invitation.accept'],
    refusal: ({ token }) => post('/api/v1/invitations/accept', { token, ...person }),
  }),
  'POST /api/v1/groups': mutation({
    success: () => post('/api/v1/groups', { name: 'Compositing' }),
    writes: ['group.create'],
    refusal: () => post('/api/v1/groups', { name: 'compositing' }),
  }),
  ...endpointMutations({ page: () => admin, enrolled }),
  'POST /api/v1/bundles': mutation({
    success: () => post('/api/v1/bundles', {}),
    writes: ['bundle.make'],
    refusal: () => post('/api/v1/bundles', { anchors: ['a'.repeat(64)] }),
  }),
  'POST /api/v1/enrolment-tokens': mutation({
    success: () => post('/api/v1/enrolment-tokens', { uses: 3 }),
    writes: ['enrolmentToken.create'],
    refusal: () => post('/api/v1/enrolment-tokens', { uses: 0 }),
  }),
  'DELETE /api/v1/enrolment-tokens/:id': mutation({
    given: async () => {
      const made = await post<CreatedEnrolmentToken>('/api/v1/enrolment-tokens', {});
      secrets.add(made.body.token);
      return made.body;
    },
    success: ({ id }) => admin.ask('DELETE', `/api/v1/enrolment-tokens/${id}`, {}),
    writes: ['enrolmentToken.revoke'],
    refusal: ({ id }) => admin.ask('DELETE', `/api/v1/enrolment-tokens/${id}`, {}),
  }),
  'POST /api/v1/certificates/inspect': mutation({
    success: () => post('/api/v1/certificates/inspect', { pem: 'nothing' }),
    writes: [],
    refusal: () => post('/api/v1/certificates/inspect', {}),
  }),
  'POST /api/v1/hosts/:id/revoke': mutation({
    given: enrolled,
    success: ({ hostId }) => post(`/api/v1/hosts/${hostId}/revoke`, reason),
    writes: ['host.revoke'],
    refusal: () => post(`/api/v1/hosts/${unknown}/revoke`, reason),
  }),
  'POST /api/v1/hosts/:id/release': mutation({
    given: async () => {
      const { hostId } = await enrolled();
      await database.change({ kind: 'server', id: null, name: 'test' }, async ({ admission }) => {
        await admission.quarantine({ hostId, reason: 'cloned', at: new Date() });
        const subject = { kind: 'host', id: hostId, name: null };
        return { result: undefined, audit: [{ action: 'host.quarantine', subject, detail: {} }] };
      });
      return hostId;
    },
    success: (hostId) => post(`/api/v1/hosts/${hostId}/release`, reason),
    writes: ['host.release'],
    refusal: (hostId) => post(`/api/v1/hosts/${hostId}/release`, { reason: '' }),
  }),
  'POST /api/v1/hosts/:id/group': mutation({
    given: async () => ({
      ...(await enrolled()),
      group: (await post<GroupView>('/api/v1/groups', { name: randomUUID() })).body.id,
    }),
    success: ({ hostId, group }) => post(`/api/v1/hosts/${hostId}/group`, { groupId: group }),
    writes: ['host.move'],
    refusal: ({ hostId }) => post(`/api/v1/hosts/${hostId}/group`, { groupId: unknown }),
  }),
  'POST /api/v1/hosts/:id/settings': mutation({
    given: enrolled,
    success: ({ hostId }) => post(`/api/v1/hosts/${hostId}/settings`, { newSecret: true, ...reason }),
    writes: ['host.settings'],
    refusal: ({ hostId }) => post(`/api/v1/hosts/${hostId}/settings`, { newSecret: true, ...reason }),
  }),
  'POST /api/v1/hosts/:id/settings/:settingId/withdraw': mutation({
    given: async () => {
      const { hostId } = await enrolled();
      const body = { newSecret: true, ...reason };
      const setting = await post<HostSettingView>(`/api/v1/hosts/${hostId}/settings`, body);
      return `/api/v1/hosts/${hostId}/settings/${setting.body.id}/withdraw`;
    },
    success: (path) => post(path, reason),
    writes: ['host.withdrawSettings'],
    refusal: (path) => post(path, reason),
  }),
  'POST /api/v1/orders': mutation({
    given: enrolled,
    success: ({ hostId }) => order(hostId),
    writes: ['order.create'],
    refusal: () => order(unknown),
  }),
  'POST /api/v1/orders/:id/cancel': mutation({
    given: waiting,
    success: ({ orderId }) => post(`/api/v1/orders/${orderId}/cancel`, reason),
    writes: ['order.cancel', 'job.finished'],
    refusal: async ({ orderId }) => {
      // Once more changes nothing and is no error.
      await post(`/api/v1/orders/${orderId}/cancel`, reason);
      return await post(`/api/v1/orders/${unknown}/cancel`, reason);
    },
  }),
  'POST /api/v1/jobs/:id/cancel': mutation({
    given: waiting,
    success: ({ jobId }) => post(`/api/v1/jobs/${jobId}/cancel`, reason),
    writes: ['job.cancel', 'job.finished'],
    refusal: async ({ jobId }) => {
      // Once more changes nothing and is no error.
      await post(`/api/v1/jobs/${jobId}/cancel`, reason);
      return await post(`/api/v1/jobs/${unknown}/cancel`, reason);
    },
  }),
  'POST /api/v1/orders/:id/undo': mutation({
    given: carriedOut,
    success: ({ orderId }) => post(`/api/v1/orders/${orderId}/undo`, reason),
    writes: ['order.undo'],
    refusal: ({ orderId }) => post(`/api/v1/orders/${orderId}/undo`, reason),
  }),
  'POST /api/v1/jobs/:id/undo': mutation({
    given: carriedOut,
    success: ({ jobId }) => post(`/api/v1/jobs/${jobId}/undo`, reason),
    writes: ['order.undo'],
    refusal: ({ jobId }) => post(`/api/v1/jobs/${jobId}/undo`, reason),
  }),
  'POST /api/auth/sign-in/email': mutation({
    success: () => new Page(admin.origin).signIn(),
    writes: ['session.signIn'],
    refusal: () => new Page(admin.origin).signIn(ADMINISTRATOR.email, 'a wrong password that nobody may see'),
    // A refused sign-in is itself what is recorded.
    refusalWrites: ['session.failed'],
  }),
  'POST /api/auth/sign-out': mutation({
    given: async () => (await newAccount()).page,
    success: (page) => page.post('/api/auth/sign-out', {}),
    writes: ['session.signOut'],
    refusal: async () => {
      const foreign = await fetch(`${admin.origin}/api/auth/sign-out`, {
        method: 'POST',
        headers: { cookie: admin.cookie ?? '', origin: 'https://evil.example' },
        body: '{}',
      });
      return { status: foreign.status, headers: foreign.headers, body: null };
    },
  }),
};
secrets.add('a wrong password that nobody may see');

describe('every route that changes something', { timeout: 120_000 }, () => {
  it('stands in the table of this test', async () => {
    const app = await hollowApp();
    const changing = app.routes.filter(({ method }) => method !== 'GET');
    await app.close();

    const expected = [...changing.map(({ method, path }) => `${method} ${path}`), ...SIGN_IN_ROUTES];
    expect(Object.keys(CASES).sort()).toEqual(expected.sort());
  });

  it.each(Object.keys(CASES))('%s: a success writes its rows, a refusal none', async (route) => {
    const one = CASES[route];
    if (one === undefined) throw new Error('no such case');
    const given = (await one.given?.()) as never;
    let answer: Answer | null = null;

    expect(await rowsOf(async () => (answer = await one.success(given)))).toEqual(one.writes);
    expect(answer).toMatchObject({ status: expect.toSatisfy((status: number) => status < 300) as number });

    expect(await rowsOf(async () => (answer = await one.refusal(given)))).toEqual(one.refusalWrites ?? []);
    expect(answer).toMatchObject({ status: expect.toSatisfy((status: number) => status >= 400) as number });
  });

  it('leaves no row to who may not', async () => {
    const auditor = await personWith(admin, { role: 'auditor' });

    const rows = await rowsOf(async () => {
      expect((await auditor.post('/api/v1/groups', { name: 'Mine' })).status).toBe(403);
      expect((await new Page(admin.origin).post('/api/v1/groups', { name: 'Mine' })).status).toBe(401);
    });

    expect(rows).toEqual([]);
  });
});

describe('the audit', () => {
  it('names who did it: a person, a host, the server', async () => {
    const entries = await chain();
    const actorsOf = (action: string) =>
      new Set(entries.filter((entry) => entry.action === action).map(({ actor }) => actor.kind));

    expect(actorsOf('order.create')).toEqual(new Set(['person']));
    expect(actorsOf('host.enrol')).toEqual(new Set(['host']));
    expect(actorsOf('job.finished')).toEqual(new Set(['person', 'host']));
    expect(actorsOf('policy.create')).toEqual(new Set(['server']));
    expect(entries.find(({ action }) => action === 'host.enrol')?.actor.name).toBe('ws <b>');
  });

  it('holds no secret, nor the hash of one', async () => {
    const accounts = (await admin.get<AccountList>('/api/v1/accounts')).body;
    expect(accounts.accounts.length).toBeGreaterThan(1);
    const hashes = await storedSecrets(database);
    expect(hashes.length).toBeGreaterThan(8);
    const text = JSON.stringify(await chain());

    expect(secrets.size).toBeGreaterThan(10);
    for (const secret of [...secrets, ...hashes]) {
      expect(secret.length).toBeGreaterThan(11);
      expect(text.includes(secret), secret.slice(0, 6)).toBe(false);
    }
  });
});
