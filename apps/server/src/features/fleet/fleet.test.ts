import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type {
  CreatedEnrolmentToken,
  FindingView,
  HostDetail,
  HostSummary,
  Overview,
  PolicyView,
} from '@trustfleet/api';
import { WELL_KNOWN_ROOTS, pemToDer } from '@trustfleet/certificates';
import { encodeEnrolmentToken, decodeEnrolmentToken } from '@trustfleet/signing';
import { createTlsLab } from '@trustfleet/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  enrolHost,
  system,
  TestAgent,
  trustStores,
  type TestAgentOptions,
} from '../../testing/test-agent.ts';
import {
  eventually,
  type Page,
  type ServerLab,
  startServerLab,
  type TestServer,
} from '../../testing/test-server.ts';

let lab: ServerLab;
let server: TestServer;
let page: Page;
let agents: TestAgent[] = [];

const roots = WELL_KNOWN_ROOTS.map((root) => root.sha256);
let demo: string;

async function token(request: object = {}): Promise<string> {
  return (await page.post<CreatedEnrolmentToken>('/api/v1/enrolment-tokens', request)).body.token;
}

async function host(
  sections: Record<string, unknown>,
  options: TestAgentOptions & { name?: string } = {},
): Promise<TestAgent> {
  const agent = new TestAgent(await enrolHost(await token(), options.name), options).start(sections);
  agents.push(agent);
  return agent;
}

const detail = async (agent: TestAgent) =>
  (await page.get<HostDetail>(`/api/v1/hosts/${agent.identity.hostId}`)).body;

beforeAll(async () => {
  lab = await startServerLab();
  ({ server, page } = lab);
  const policies = (await page.get<{ items: PolicyView[] }>('/api/v1/policies')).body.items;
  demo = policies[0]?.anchors.find((anchor) => anchor.name === 'Demo studio CA')?.sha256 ?? '';
});
afterEach(async () => {
  await Promise.all(agents.map((agent) => agent.stop()));
  agents = [];
});
afterAll(() => lab.stop());

describe('enrolment', () => {
  it('turns a machine into a host, named as it calls itself', async () => {
    const identity = await enrolHost(await token(), 'ws-01');

    const { body } = await page.get<HostDetail>(`/api/v1/hosts/${identity.hostId}`);
    expect(body).toMatchObject({
      name: 'ws-01',
      presence: 'offline',
      lastSeen: null,
      os: null,
      sections: [],
    });
  });

  it('takes a token as often as it says, whoever hurries', async () => {
    const shared = await token({ uses: 2 });

    const results = await Promise.allSettled([1, 2, 3, 4].map((n) => enrolHost(shared, `many-${n}`)));

    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(2);
    await expect(enrolHost(shared)).rejects.toMatchObject({ code: 'usedToken' });
  });

  it('refuses a token that this server never made', async () => {
    const forged = encodeEnrolmentToken({ ...decodeEnrolmentToken(await token()), secret: 'A'.repeat(43) });

    await expect(enrolHost(forged)).rejects.toMatchObject({ code: 'invalidToken' });
  });

  async function raw(method: string, path: string, body: string): Promise<{ status: number; body: string }> {
    const url = new URL(path, server.ready.agentUrl);
    const ca = await readFile(`${server.dataDir}/keys/fleet-ca.pem`, 'utf8');
    const request = httpsRequest(url, { method, ca }).end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode ?? 0, body: text };
  }

  it.each([
    { name: 'no JSON', method: 'POST', path: '/enrol', body: 'garbage', status: 400 },
    { name: 'another shape', method: 'POST', path: '/enrol', body: '{"secret":1}', status: 400 },
    { name: 'a flood', method: 'POST', path: '/enrol', body: 'x'.repeat(100_000), status: 400 },
    { name: 'another path', method: 'GET', path: '/', body: '', status: 404 },
    { name: 'another method', method: 'PUT', path: '/enrol', body: '{}', status: 404 },
  ])('answers $name with a reason', async ({ method, path, body, status }) => {
    const answer = await raw(method, path, body);

    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({
      error: 'badRequest',
      message: expect.any(String) as string,
    });
  });

  it('refuses a key that its sender does not hold, and leaves the token good', async () => {
    const text = await token();
    const { secret } = decodeEnrolmentToken(text);
    const request = {
      secret,
      publicKey: Buffer.alloc(32, 7).toString('base64'),
      signature: Buffer.alloc(64).toString('base64'),
      hostname: 'x',
      platform: 'linux',
      agentVersion: '1',
    };

    expect(await raw('POST', '/enrol', JSON.stringify(request))).toMatchObject({
      status: 403,
      body: expect.stringContaining('badSignature') as string,
    });
    await expect(enrolHost(text)).resolves.toHaveProperty('hostId');
  });

  it('keeps hostile names harmless', async () => {
    const identity = await enrolHost(await token(), '<img src=x>\u0000\u202e=cmd()\ud800');

    const { body } = await page.get<HostDetail>(`/api/v1/hosts/${identity.hostId}`);
    expect(body.name).toBe('<img src=x>\ufffd\ufffd=cmd()\ufffd');
  });
});

describe('inventory', () => {
  it('becomes the host’s page and its findings, and the finding closes when the facts change', async () => {
    const agent = await host(
      { system: system('ws-10'), trustStores: trustStores(roots) },
      { name: 'ws-10', permits: ['trustStore.addAnchor'] },
    );

    const open = await eventually(
      () => detail(agent),
      // The parts of a page are read one after another: a report may land between two of them.
      (body) =>
        body.findings.length > 0 && body.openBlockers > 0 && body.sections.length === 2 && body.os !== null,
    );
    expect(open).toMatchObject({
      presence: 'online',
      os: expect.stringContaining('Debian') as string,
      permits: ['trustStore.addAnchor'],
      openBlockers: 1,
      interception: false,
    });
    expect(open.findings).toMatchObject([
      {
        cause: 'anchorMissingFromStore',
        severity: 'blocker',
        anchor: { sha256: demo, name: 'Demo studio CA' },
        remedies: ['trustStore.addAnchor'],
        state: 'open',
      },
    ]);
    expect(open.sections.map((section) => [section.name, section.understood])).toEqual([
      ['system', true],
      ['trustStores', true],
    ]);
    expect(open.certificates[roots[0] ?? '']).toMatchObject({
      class: { kind: 'publicCurrent', evidence: 'fingerprint', left: null },
    });

    agent.report({ system: system('ws-10'), trustStores: trustStores([...roots, demo]) });

    await eventually(
      () => detail(agent),
      (body) => body.findings.length === 0,
    );
    const closed = (await page.get<{ items: FindingView[] }>('/api/v1/findings?state=closed')).body.items;
    expect(closed.find((finding) => finding.hostId === agent.identity.hostId)).toMatchObject({
      state: 'closed',
      closedAt: expect.any(String) as string,
    });
    const overview = (await page.get<Overview>('/api/v1/overview')).body;
    expect(overview.anchors.find((anchor) => anchor.sha256 === demo)?.met).toBe(1);
  });

  it('keeps what it does not understand whole, and refuses what is not what it claims', async () => {
    const agent = await host({
      futureFacts: { some: 'thing', nested: [1, 2, { a: null }] },
      pythons: { pythons: 'this is no list' },
      system: { ...system('ws-11'), later: { kept: true } },
    });

    const body = await eventually(
      () => detail(agent),
      (value) => value.sections.length === 3,
    );
    const by = Object.fromEntries(body.sections.map((section) => [section.name, section]));
    expect(by['futureFacts']).toMatchObject({
      understood: false,
      body: { some: 'thing', nested: [1, 2, { a: null }] },
    });
    expect(by['pythons']).toMatchObject({ understood: false, body: { pythons: 'this is no list' } });
    expect(by['system']).toMatchObject({ understood: true, body: { later: { kept: true } } });
    expect(server.log.join('')).toContain('not understood');
  });

  it.each([
    ['no JSON', 'not json'],
    ['no object', '"text"'],
    ['text that a database cannot hold', JSON.stringify({ ...system('a\u0000b\ud800'), extra: '\u0000' })],
    ['prototype keys', '{"__proto__":{"polluted":true},"constructor":{"prototype":1}}'],
    ['deep nesting', `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`],
  ])('harms nobody with %s', async (_name, body) => {
    const bad = await host({ system: body });
    const good = await host({ system: system('ws-good') });

    await eventually(
      () => detail(good),
      (value) => value.sections.length === 1,
    );
    expect((await page.get(`/api/v1/hosts/${bad.identity.hostId}`)).status).toBe(200);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('asks for a certificate once in the life of the fleet', async () => {
    const tls = createTlsLab();
    const authority = await tls.authority('Studio Root');
    const rubbish = Buffer.from('this is no certificate');
    const rubbishDigest = createHash('sha256').update(rubbish).digest('hex');
    const certificates = new Map<string, Uint8Array>([
      [authority.sha256, authority.der],
      [rubbishDigest, rubbish],
    ]);
    const sections = {
      trustStores: trustStores([...roots, authority.sha256, rubbishDigest, 'f'.repeat(64)]),
    };
    const first = await host(sections, { certificates });
    await eventually(
      () => detail(first),
      (body) => authority.sha256 in body.certificates,
    );
    expect(new Set(first.asked)).toEqual(new Set([authority.sha256, rubbishDigest, 'f'.repeat(64)]));

    const second = await host(sections, { certificates });
    await eventually(
      () => detail(second),
      (body) => body.sections.length === 1,
    );
    await eventually(
      () => Promise.resolve(second.asked),
      (asked) => asked.length > 0,
    );

    expect(second.asked, 'only what nobody could show yet').toEqual(['f'.repeat(64)]);
    const answer = await page.get(`/api/v1/certificates/${authority.sha256}`);
    expect(answer.body).toMatchObject({ commonName: 'Studio Root', hosts: 2, pem: authority.pem });
    await tls.close();
  });

  it('stores no certificate under a digest that is not its own', async () => {
    const other = pemToDer(WELL_KNOWN_ROOTS[0]?.pem ?? '');
    const lie = 'e'.repeat(64);
    const agent = await host({ trustStores: trustStores([lie]) }, { certificates: new Map([[lie, other]]) });

    await eventually(
      () => Promise.resolve(server.log.join('')),
      (log) => log.includes('certificate refused'),
    );

    expect((await page.get(`/api/v1/certificates/${lie}`)).status).toBe(404);
    expect((await detail(agent)).certificates).not.toHaveProperty(lie);
  });

  it('needs no body again after a reconnect or a restart of the server', async () => {
    const sections = { system: system('ws-12'), trustStores: trustStores(roots) };
    const agent = await host(sections, { name: 'ws-12' });
    const before = await eventually(
      () => detail(agent),
      (body) => body.sections.length === 2,
    );
    await agent.stop();
    await eventually(
      () => detail(agent),
      (body) => body.presence === 'offline',
    );

    const again = new TestAgent(agent.identity).start(sections);
    agents.push(again);

    const after = await eventually(
      () => detail(agent),
      (body) => body.presence === 'online',
    );
    expect(after.sections).toEqual(before.sections);
  });
});

describe('the list of hosts', () => {
  it('filters, sorts and pages on the server', async () => {
    for (const name of ['list-b', 'list-a', 'list-c']) await enrolHost(await token(), name);

    const names = async (query: string) =>
      (await page.get<{ items: HostSummary[]; total: number }>(`/api/v1/hosts?${query}`)).body;
    expect((await names('q=list-&sort=name&order=desc')).items.map((item) => item.name)).toEqual([
      'list-c',
      'list-b',
      'list-a',
    ]);
    const second = await names('q=list-&pageSize=2&page=2');
    expect(second).toMatchObject({ total: 3, items: [{ name: 'list-c' }] });
    expect((await names('q=list-&presence=online')).total).toBe(0);
  });
});
