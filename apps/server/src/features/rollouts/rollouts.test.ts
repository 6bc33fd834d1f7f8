import { request as httpRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { JobDetail, JobSummary, OrderView, StreamEvent } from '@trustfleet/api';
import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import type { CreatedEnrolmentToken } from '@trustfleet/api';
import type { JobEvidence } from '@trustfleet/protocol';
import { createTlsLab } from '@trustfleet/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { enrolHost, TestAgent, trustStores } from '../../testing/test-agent.ts';
import {
  demoAnchor,
  eventually,
  type Page,
  type ServerLab,
  signedIn,
  startServerLab,
  startTestServer,
  type TestServer,
} from '../../testing/test-server.ts';

let lab: ServerLab;
let server: TestServer;
let page: Page;
let agents: TestAgent[] = [];
let demo: string;
const roots = WELL_KNOWN_ROOTS.map((root) => root.sha256);
const sections = { trustStores: trustStores(roots) };

async function identity(name = 'ws') {
  return enrolHost((await page.post<CreatedEnrolmentToken>('/api/v1/enrolment-tokens', {})).body.token, name);
}

async function online(name = 'ws'): Promise<TestAgent> {
  const agent = new TestAgent(await identity(name), { permits: ['trustStore.addAnchor'] }).start(sections);
  agents.push(agent);
  await eventually(() => Promise.resolve(agent.online), Boolean);
  return agent;
}

const order = (hostIds: string[], more: object = {}) =>
  page.post<OrderView>('/api/v1/orders', {
    remedy: 'trustStore.addAnchor',
    mode: 'apply',
    anchorSha256: demo,
    hostIds,
    reason: 'The studio needs it',
    ...more,
  });
const job = async (id: string) => (await page.get<JobDetail>(`/api/v1/jobs/${id}`)).body;
const evidence = (holds: boolean): JobEvidence => ({
  store: 'debian',
  bundlePath: '/etc/ssl/certs/ca-certificates.crt',
  bundleSha256: null,
  anchors: 5,
  holds,
});

beforeAll(async () => {
  lab = await startServerLab();
  ({ server, page } = lab);
  demo = await demoAnchor(page);
});
afterEach(async () => {
  await Promise.all(agents.map((agent) => agent.stop()));
  agents = [];
});
afterAll(() => lab.stop());

/** Reads the event stream until `fits`, then leaves. */
async function events(fits: (event: StreamEvent) => boolean): Promise<StreamEvent[]> {
  const request = httpRequest(`${server.ready.url}/events`, { headers: { cookie: page.cookie ?? '' } }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const seen: StreamEvent[] = [];
  let text = '';
  for await (const chunk of response) {
    text += String(chunk);
    const lines = text.split('\n\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      const data = /^data: (.*)$/m.exec(line)?.[1];
      if (data !== undefined) seen.push(JSON.parse(data) as StreamEvent);
    }
    if (seen.some(fits)) break;
  }
  request.destroy();
  return seen;
}

describe('an order', () => {
  it('arrives signed, is carried out step by step, and is proved', async () => {
    const agent = await online('ws-loop');
    const created = await order([agent.identity.hostId]);
    expect(created).toMatchObject({
      status: 201,
      body: { targets: 1, title: 'Demo studio CA', createdBy: 'Kim Test', mode: 'apply' },
    });
    const jobId = created.body.jobs[0]?.id ?? '';
    const stream = events((event) => event.type === 'job' && event.id === jobId);

    const [received] = await eventually(
      () => Promise.resolve(agent.jobs),
      (jobs) => jobs.length > 0,
    );
    expect(received).toMatchObject({
      order: {
        remedy: 'trustStore.addAnchor',
        parameters: { anchor: demo },
        targets: { count: 1 },
        fleetId: agent.identity.fleetId,
        reason: 'The studio needs it',
      },
      job: { jobId, hostId: agent.identity.hostId, attempt: 1 },
    });
    expect(Object.keys(received?.message.artifacts ?? {})).toEqual([demo]);
    expect((await job(jobId)).state).toBe('offered');

    const plan = {
      changes: [{ kind: 'addAnchor' as const, store: 'debian', anchor: demo, subject: 'CN=Demo studio CA' }],
    };
    agent.emit(jobId, { state: 'planning', plan, before: evidence(false) });
    agent.emit(jobId, { state: 'applying', step: 'writeAnchorFile' });
    agent.emit(jobId, { state: 'verifying', step: 'readBack' });
    agent.emit(jobId, { state: 'verified', after: evidence(true) }, { sign: true });
    agent.report({ trustStores: trustStores([...roots, demo]) });

    const done = await eventually(
      () => job(jobId),
      (value) => value.final,
    );
    expect(done).toMatchObject({
      state: 'verified',
      resultSigned: true,
      plan,
      before: { holds: false },
      after: { holds: true },
      reason: 'The studio needs it',
      createdBy: 'Kim Test',
    });
    expect(done.events.map((event) => [event.index, event.state, event.step])).toEqual([
      [1, 'planning', null],
      [2, 'applying', 'writeAnchorFile'],
      [3, 'verifying', 'readBack'],
      [4, 'verified', null],
    ]);
    await eventually(
      () => Promise.resolve(agent.waitingEvents),
      (waiting) => waiting === 0,
    );
    await eventually(
      async () => (await page.get<{ openFindings: number }>(`/api/v1/hosts/${agent.identity.hostId}`)).body,
      (body) => body.openFindings === 0,
    );
    expect((await stream)[0]).toEqual({ type: 'resync' });
    expect((await page.get<OrderView>(`/api/v1/orders/${created.body.id}`)).body.counts).toEqual({
      verified: 1,
    });
  });

  it('waits for a host that is away', async () => {
    const away = await identity('ws-away');
    const created = await order([away.hostId]);
    const jobId = created.body.jobs[0]?.id ?? '';
    expect(created.body.jobs[0]?.state).toBe('heldOffline');

    const agent = new TestAgent(away).start(sections);
    agents.push(agent);

    await eventually(
      () => Promise.resolve(agent.jobs),
      (jobs) => jobs.length === 1,
    );
    agent.emit(
      jobId,
      { state: 'notPermitted', detail: 'The allow-list of this host does not hold trustStore.addAnchor.' },
      { sign: true },
    );
    expect(
      await eventually(
        () => job(jobId),
        (value) => value.final,
      ),
    ).toMatchObject({ state: 'notPermitted', resultSigned: true });
  });

  it('waits for its time', async () => {
    const agent = await online('ws-later');
    const notBefore = new Date(Date.now() + 6_000).toISOString();
    const created = await order([agent.identity.hostId], { notBefore });
    expect(created.body).toMatchObject({ notBefore, jobs: [{ state: 'queued' }] });
    expect(agent.jobs).toEqual([]);

    await eventually(
      () => Promise.resolve(agent.jobs),
      (jobs) => jobs.length === 1,
    );

    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(notBefore));
    expect(agent.jobs).toHaveLength(1);
  });

  it('reaches each of its hosts with a proof of its own', async () => {
    const several = await Promise.all(['m1', 'm2', 'm3'].map((name) => online(name)));

    const created = await order(
      several.map((agent) => agent.identity.hostId),
      { mode: 'plan' },
    );

    expect(created.body).toMatchObject({ targets: 3, mode: 'plan' });
    for (const agent of several)
      await eventually(
        () => Promise.resolve(agent.jobs),
        (jobs) => jobs.length === 1,
      );
    const listed = (
      await page.get<{ items: JobSummary[]; total: number }>(
        `/api/v1/jobs?orderId=${created.body.id}&active=true`,
      )
    ).body;
    expect(listed.total).toBe(3);
  });

  it('survives a restart of the server before the host took it', async () => {
    const databaseUrl = await lab.postgres.freshDatabase();
    const first = await startTestServer({ databaseUrl });
    page = await signedIn(first);
    const old = server;
    server = first;
    try {
      demo = await demoAnchor(page);
      const away = await identity('ws-restart');
      const created = await order([away.hostId]);
      const port = new URL(first.ready.agentUrl).port;
      await first.stop();
      server = await startTestServer({
        databaseUrl,
        dataDir: first.dataDir,
        env: { TRUSTFLEET_AGENT_PORT: port },
      });
      const agent = new TestAgent(away).start(sections);
      agents.push(agent);

      await eventually(
        () => Promise.resolve(agent.jobs),
        (jobs) => jobs.length === 1,
      );
      expect(agent.jobs[0]?.job.jobId).toBe(created.body.jobs[0]?.id);
      await agent.stop();
    } finally {
      await server.remove();
      server = old;
      page = Object.assign(page, { origin: old.ready.url });
      await page.signIn();
      demo = await demoAnchor(page);
    }
  });
});

describe('job events', () => {
  it('count once however often they come, and never for another host', async () => {
    const [owner, stranger] = [await online('ws-owner'), await online('ws-stranger')];
    const jobId = (await order([owner.identity.hostId])).body.jobs[0]?.id ?? '';
    await eventually(
      () => Promise.resolve(owner.jobs),
      (jobs) => jobs.length === 1,
    );

    stranger.emit(jobId, { state: 'verified' }, { sign: true });
    await eventually(
      () => Promise.resolve(stranger.waitingEvents),
      (waiting) => waiting === 0,
    );
    expect(await job(jobId)).toMatchObject({ state: 'offered', events: [] });

    const first = owner.emit(jobId, { state: 'planning', detail: 'hostile \u0000 text \ud800' });
    owner.emit(jobId, { ...first, state: 'planning' });
    await eventually(
      () => Promise.resolve(owner.waitingEvents),
      (waiting) => waiting === 0,
    );
    expect((await job(jobId)).events).toHaveLength(1);
  });

  it('keep a final event with a wrong signature as evidence, acknowledge it, and end nothing by it', async () => {
    const agent = await online('ws-unsigned');
    const jobId = (await order([agent.identity.hostId])).body.jobs[0]?.id ?? '';
    await eventually(
      () => Promise.resolve(agent.jobs),
      (jobs) => jobs.length === 1,
    );

    agent.emit(jobId, { state: 'planning' });
    const forged = agent.emit(jobId, {
      state: 'alreadyCompliant',
      signature: Buffer.alloc(64).toString('base64'),
    });
    await eventually(
      () => Promise.resolve(agent.waitingEvents),
      (waiting) => waiting === 0,
    );

    expect(await job(jobId)).toMatchObject({
      state: 'planning',
      final: false,
      resultSigned: false,
      events: [{ late: false }, { state: 'alreadyCompliant', late: true }],
    });
    expect(server.log.join('')).toContain('wrong signature');

    agent.emit(jobId, { state: 'notApplicable', index: forged.index });
    expect(
      await eventually(
        () => job(jobId),
        (value) => value.final,
      ),
    ).toMatchObject({ state: 'notApplicable', resultSigned: true });
  });
});

describe('what may not be ordered', () => {
  it('says why a certificate may not become an anchor', async () => {
    const tls = createTlsLab();
    const authority = await tls.authority('CA');
    const leaf = await tls.leaf(authority);
    const host = (await identity()).hostId;

    for (const [anchorPem, path] of [
      ['garbage', 'notPem'],
      [leaf.pem, 'notAuthority'],
      [authority.pem + authority.pem + leaf.pem, 'moreThanOne'],
      [authority.privateKeyPem + authority.pem, 'privateKey'],
    ] as const) {
      const answer = await order([host], { anchorSha256: undefined, anchorPem });
      expect(answer, path).toMatchObject({ status: 422, body: { code: 'anchorRefused' } });
      expect(JSON.stringify(answer.body)).toContain(path);
    }
    expect((await order([host], { anchorSha256: undefined, anchorPem: authority.pem })).body).toMatchObject({
      title: 'CA',
      anchor: { sha256: authority.sha256 },
    });
    await tls.close();
  });

  it.each([
    ['two certificates named', { anchorPem: 'x' }, 400],
    ['none named', { anchorSha256: undefined }, 400],
    ['one that the fleet does not hold', { anchorSha256: 'a'.repeat(64) }, 404],
    ['a deadline before the start', { deliverBy: '2020-01-01T00:00:00Z' }, 400],
    ['a reason that cannot be stored', { reason: 'a\u0000b' }, 400],
    ['a host that is not there', { hostIds: ['01890000-0000-7000-8000-000000000000'] }, 422],
    ['another remedy', { remedy: 'run.anything' }, 400],
  ])('refuses %s', async (_name, more, status) => {
    const host = (await identity()).hostId;

    expect((await order([host], more)).status).toBe(status);
    expect((await page.get<{ total: number }>(`/api/v1/jobs?hostId=${host}`)).body.total).toBe(0);
  });
});
