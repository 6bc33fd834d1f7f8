import type {
  AuditEntryView,
  CauseGroup,
  EndpointProposals,
  EndpointTemplate,
  EndpointView,
  FindingView,
  GroupView,
} from '@trustfleet/api';
import { MAX_ENDPOINTS } from '@trustfleet/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FleetLab, ROOTS } from '../../testing/fleet-lab.ts';
import { type TestAgent, trustStores } from '../../testing/test-agent.ts';
import { eventually, personWith, type Page } from '../../testing/test-server.ts';

let lab: FleetLab;
beforeAll(async () => {
  lab = await FleetLab.start();
});
afterEach(async () => {
  await lab.stopAgents();
  for (const { id } of await list()) await lab.page.ask('DELETE', `/api/v1/endpoints/${id}`, {});
});
afterAll(() => lab.stop());

const list = async (page: Page = lab.page) =>
  (await page.get<{ items: EndpointView[] }>('/api/v1/endpoints')).body.items;
const add = (fields: object, page: Page = lab.page) =>
  page.post<EndpointView & { code?: string }>('/api/v1/endpoints', {
    ...{ name: 'Site', host: 'studio.example', port: 443 },
    ...fields,
  });
const group = async (name: string) => (await lab.page.post<GroupView>('/api/v1/groups', { name })).body.id;
/** What the agent was told last, as `host:port`. */
const told = (agent: TestAgent) =>
  (agent.endpoints.at(-1) ?? []).map(({ host, port }) => `${host}:${port}`).sort();
const isTold = (agent: TestAgent, ...addresses: string[]) =>
  expect.poll(() => told(agent)).toEqual(addresses.sort());

describe('endpoints', () => {
  it('are added, read, changed and removed, each with its record', async () => {
    const made = await add({
      host: ' Studio.EXAMPLE ',
      clients: ['pip', 'shotgun_api3.crud'],
    });
    const { id } = made.body;

    expect(made).toMatchObject({
      status: 201,
      body: {
        ...{ name: 'Site', host: 'studio.example', port: 443, group: null },
        clients: ['pip', 'shotgun_api3.crud'],
        createdBy: 'Kim Test',
      },
    });
    expect(await list()).toEqual([made.body]);
    const changed = await lab.page.ask<EndpointView>('PATCH', `/api/v1/endpoints/${id}`, { port: 8443 });
    expect(changed.body).toEqual({ ...made.body, port: 8443 });
    await lab.page.ask('DELETE', `/api/v1/endpoints/${id}`, {});
    expect(await list()).toEqual([]);

    const { items } = (await lab.page.get<{ items: AuditEntryView[] }>('/api/v1/audit?limit=10')).body;
    const own = items.filter(({ subject }) => subject.id === id);
    expect(own.map(({ action }) => action)).toEqual([
      'endpoint.remove',
      'endpoint.update',
      'endpoint.create',
    ]);
    expect(JSON.parse(own[1]?.detail ?? '')).toMatchObject({ before: { port: 443 }, after: { port: 8443 } });
  });

  it.each([
    { host: '' },
    { host: 'https://studio.example' },
    { host: 'studio.example/path' },
    { host: 'studio..example' },
    { host: '...' },
    { host: ':::' },
    { host: '256.1.1.1' },
    { host: '[::1]' },
    { host: 'a b' },
    { host: 'studio.example\n' + 'x' },
    { port: 0 },
    { port: 65_536 },
    { port: 44.3 },
    { name: ' ' },
    { name: 'x'.repeat(101) },
    { name: 'a\u0000b' },
    { clients: ['telnet'] },
    { clients: ['pip', 'pip'] },
    { groupId: 'mine' },
  ])('are refused as %j', async (fields) => {
    expect((await add(fields)).status).toBe(400);
    expect(await list()).toEqual([]);
  });

  it.each(['::1', '2001:db8::7', '10.1.2.3', 'localhost', 'sg_1.studio.example', 'xn--hg3b.example'])(
    'may be at %s',
    async (host) => {
      expect((await add({ host })).status).toBe(201);
    },
  );

  it('stand once for a host, whichever way they count for it, and not more than an agent takes', async () => {
    const [light, comp] = [await group('Light'), await group('Comp')];
    expect((await add({ groupId: light })).status).toBe(201);
    expect((await add({ groupId: comp })).status).toBe(201);
    for (const refused of [{ groupId: light }, {}])
      expect(await add(refused)).toMatchObject({ status: 409, body: { code: 'endpointTaken' } });
    const other = (await add({ host: 'other.example' })).body;
    const moved = await lab.page.ask('PATCH', `/api/v1/endpoints/${other.id}`, { host: 'studio.example' });
    expect(moved).toMatchObject({ status: 409, body: { code: 'endpointTaken' } });

    for (let port = 1; port <= MAX_ENDPOINTS - 2; port += 1)
      expect((await add({ port, groupId: light })).status).toBe(201);
    for (const refused of [{ port: 1000, groupId: light }, { port: 1000 }])
      expect(await add(refused)).toMatchObject({ status: 409, body: { code: 'tooManyEndpoints' } });
    expect((await add({ port: 1000, groupId: comp })).status).toBe(201);
  });

  it('two that are added at once are not both taken', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => add({})));

    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(7).fill(409)]);
  });

  it('of every host are changed by who sees every host; of a group by who sees it', async () => {
    const mine = await group('Mine');
    const limited = await personWith(lab.page, { role: 'administrator', groups: [mine] });
    const whole = (await add({})).body;
    const own = await add({ host: 'mine.example', groupId: mine }, limited);

    expect(own.status).toBe(201);
    expect((await list(limited)).map(({ host }) => host).sort()).toEqual(['mine.example', 'studio.example']);
    const refusals = [
      await add({ port: 1 }, limited),
      await limited.ask('PATCH', `/api/v1/endpoints/${whole.id}`, { port: 1 }),
      await limited.ask('PATCH', `/api/v1/endpoints/${own.body.id}`, { groupId: null }),
      await limited.ask('DELETE', `/api/v1/endpoints/${whole.id}`, {}),
    ];
    for (const answer of refusals)
      expect(answer).toMatchObject({ status: 403, body: { code: 'endpointOfEveryHost' } });
    const operator = await personWith(lab.page, { role: 'operator' });
    expect((await list(operator)).length).toBe(2);
    expect((await add({ port: 2 }, operator)).status).toBe(403);
  });
});

describe('agents', () => {
  it('are told with their welcome, and of every change that concerns them', async () => {
    const lighting = await group('Lighting');
    await add({});
    const here = await lab.newcomer('ws-default');
    const there = await lab.online(await lab.identity('ws-lighting', { groupId: lighting }));
    await isTold(here, 'studio.example:443');
    await isTold(there, 'studio.example:443');

    const own = await add({ host: 'light.example', groupId: lighting, clients: ['pip'] });
    await isTold(there, 'light.example:443', 'studio.example:443');
    expect(there.endpoints.at(-1)).toContainEqual({
      ...{ id: own.body.id, name: 'Site', host: 'light.example', port: 443, clients: ['pip'] },
    });
    await lab.page.ask('DELETE', `/api/v1/endpoints/${own.body.id}`, {});
    await isTold(there, 'studio.example:443');

    // Nothing of the other group's list ever went here.
    expect(here.endpoints).toHaveLength(1);
  });

  it('get the other list when their host moves', async () => {
    const render = await group('Render');
    await add({ host: 'render.example', groupId: render });
    const agent = await lab.newcomer('ws-moving');
    await isTold(agent);
    await lab.page.post(`/api/v1/hosts/${agent.identity.hostId}/group`, { groupId: render });
    await isTold(agent, 'render.example:443');
  });

  it('learn after a restart of the server what changed while they were away', async () => {
    const who = await lab.identity('ws-away');
    await lab.visit(who);
    await add({});
    await lab.restart();
    await isTold(await lab.online(lab.here(who)), 'studio.example:443');
  });

  it('are asked to probe now; a host that is away cannot be', async () => {
    const agent = await lab.newcomer('ws-probe');
    const ask = () => lab.page.post(`/api/v1/hosts/${agent.identity.hostId}/request`, { what: 'probe' });
    expect((await ask()).status).toBe(200);
    await expect.poll(() => agent.requests).toEqual(['probe']);
    await agent.stop();

    const refused = await eventually(ask, ({ status }) => status !== 200);
    expect(refused).toMatchObject({ status: 409, body: { code: 'hostOffline' } });
  });
});

const configuration = (site: string | null, path = '/studio/config') => ({
  ...{ path, kind: 'localized', core: null, corePath: null, site, keys: ['host'] },
  ...{ interpreter: null, shared: null },
});
const shotgrid = (...sites: (string | null)[]) => ({
  apis: [],
  cores: [],
  configurations: sites.map((site, n) => configuration(site, `/studio/config${n}`)),
  problems: [],
});

describe('proposals', () => {
  const proposals = async (page: Page = lab.page) =>
    (await page.get<EndpointProposals>('/api/v1/endpoints/proposals')).body.items;
  const withSites = async (who: Awaited<ReturnType<FleetLab['identity']>>, ...sites: (string | null)[]) => {
    const agent = await lab.online(who);
    agent.report({ trustStores: trustStores(ROOTS), shotgrid: shotgrid(...sites) });
    await eventually(
      () => lab.detail(who.hostId),
      ({ sections }) => sections.some(({ name }) => name === 'shotgrid'),
    );
  };

  it('are the sites that configurations name and that are no endpoint yet, with their hosts', async () => {
    const anim = await group('Anim');
    const limited = await personWith(lab.page, { role: 'administrator', groups: [anim] });
    await withSites(
      await lab.identity('a'),
      'https://Studio.shotgrid.autodesk.com',
      'other.example:8443',
      null,
    );
    await withSites(await lab.identity('b'), 'studio.shotgrid.autodesk.com', '<script>', 'x'.repeat(500));
    await withSites(await lab.identity('c', { groupId: anim }), 'studio.shotgrid.autodesk.com');

    const [site, other] = [
      { host: 'studio.shotgrid.autodesk.com', port: 443 },
      { host: 'other.example', port: 8443 },
    ];
    expect(await proposals()).toEqual([
      { ...site, hosts: 3 },
      { ...other, hosts: 1 },
    ]);
    expect(await proposals(limited)).toEqual([{ ...site, hosts: 1 }]);
    await add({ ...site, groupId: anim });
    expect(await proposals()).toEqual([
      { ...site, hosts: 2 },
      { ...other, hosts: 1 },
    ]);
    expect(await proposals(limited)).toEqual([]);
  });

  it('of a site’s name come from a template, which knows what is there already', async () => {
    await add({ host: 'pypi.org' });
    const template = (query: string) =>
      lab.page.get<EndpointTemplate & { code?: string }>(`/api/v1/endpoints/template?${query}`);
    const { body } = await template('site=studio&region=sydney');

    expect(body.items.map(({ purpose, host, exists }) => [purpose, host, exists])).toEqual([
      ['site', 'studio.shotgrid.autodesk.com', false],
      ['media', 'sg-media-sydney.s3.amazonaws.com', false],
      ['mediaAccelerated', 'sg-media-sydney.s3-accelerate.amazonaws.com', false],
      ['appStore', 'tank.shotgunstudio.com', false],
      ['packageIndex', 'pypi.org', true],
      ['packageFiles', 'files.pythonhosted.org', false],
    ]);
    expect(await template('site=a%20b&region=sydney')).toMatchObject({
      status: 422,
      body: { code: 'siteUnknown' },
    });
    expect((await template('site=studio&region=mars')).status).toBe(400);
  });
});

describe('verdicts', () => {
  const source = (n: number) => ({
    ...{ id: n.toString(16).padStart(16, '0'), python: '/usr/bin/python3', client: 'requests' },
    ...{ install: null, version: null, accounts: ['anna'], steps: [], state: 'anchors' },
    ...{ error: null, anchors: 140, digest: null },
  });
  const verdict = (endpoint: string, n: number, cause: string | null) => ({
    ...{ source: source(n).id, endpoint, probed: null, notProbed: 'predicted only', cause },
    predicted: { result: cause === null ? 'verifies' : 'fails', code: cause === null ? 0 : 20, error: null },
    evidence: { anchors: 140 },
  });
  const section = (...verdicts: ReturnType<typeof verdict>[]) => ({
    trustStores: trustStores(ROOTS),
    verdicts: { sources: [source(1), source(2)], verdicts },
  });
  const findings = async (hostId: string, query = 'rule=endpointsVerify') =>
    (
      await lab.page.get<{ items: FindingView[] }>(`/api/v1/findings?${query}&pageSize=200`)
    ).body.items.filter((finding) => finding.hostId === hostId);

  it('become findings while their endpoint is configured, grouped over the fleet by cause', async () => {
    const { id } = (await add({ name: 'The site' })).body;
    const [one, two] = [await lab.newcomer('ws-1'), await lab.newcomer('ws-2')];
    one.report(section(verdict(id, 1, 'bundleStale'), verdict(id, 2, null)));
    two.report(section(verdict(id, 1, 'bundleStale'), verdict(id, 2, 'unreachable')));
    const [first] = await eventually(
      () => findings(one.identity.hostId),
      (items) => items.length === 1,
    );
    await eventually(
      () => findings(two.identity.hostId),
      (items) => items.length === 2,
    );

    expect(first).toMatchObject({
      ...{
        cause: 'bundleStale',
        severity: 'blocker',
        evidence: { anchors: 140, code: 20, by: 'prediction' },
      },
      subject: {
        ...{ kind: 'client', python: '/usr/bin/python3', client: 'requests', accounts: ['anna'] },
        endpoint: { id, name: 'The site', host: 'studio.example', port: 443 },
      },
    });
    expect(await findings(two.identity.hostId, 'cause=unreachable')).toMatchObject([{ severity: 'warning' }]);
    const causes = (await lab.page.get<{ items: CauseGroup[] }>('/api/v1/findings/causes')).body.items;
    expect(causes.filter(({ rule }) => rule === 'endpointsVerify')).toEqual([
      {
        rule: 'endpointsVerify',
        cause: 'bundleStale',
        severity: 'blocker',
        findings: 2,
        hosts: 2,
        remedies: ['trust.repair'],
      },
      {
        rule: 'endpointsVerify',
        cause: 'unreachable',
        severity: 'warning',
        findings: 1,
        hosts: 1,
        remedies: [],
      },
    ]);

    // Mended on one host; the endpoint is no longer asked for of the other.
    one.report(section(verdict(id, 1, null)));
    await eventually(
      () => findings(one.identity.hostId),
      (items) => items.length === 0,
    );
    await lab.page.ask('DELETE', `/api/v1/endpoints/${id}`, {});
    await eventually(
      () => findings(two.identity.hostId),
      (items) => items.length === 0,
    );
  });

  it('that claim thousands of failures do not flood the findings', async () => {
    const { id } = (await add({})).body;
    const agent = await lab.newcomer('ws-hostile');
    const sources = Array.from({ length: 2000 }, (_, n) => source(n));
    agent.report({
      trustStores: trustStores(ROOTS),
      verdicts: { sources, verdicts: sources.map((_, n) => verdict(id, n, 'anchorMissing')) },
    });
    const found = await eventually(
      () => findings(agent.identity.hostId),
      (items) => items.length > 0,
    );

    expect(found).toHaveLength(200);
    expect(found.filter(({ cause }) => cause === 'moreFindings')).toMatchObject([
      { subject: { kind: 'clients', more: 1801 } },
    ]);
  });

  it('rest on chains whose certificates are asked for', async () => {
    const { id } = (await add({})).body;
    const agent = await lab.newcomer('ws-chain');
    const [leaf, root] = ['1'.repeat(64), '2'.repeat(64)];
    const endpoint = {
      ...{ id, host: 'studio.example', port: 443, network: 'connected', detail: null, proxy: null },
      ...{ chain: [leaf], chainWithoutName: null, tls: 'TLSv1.3' },
      interception: { issuer: 'Proxy', certificate: root },
    };
    agent.report({ trustStores: trustStores(ROOTS), endpoints: { endpoints: [endpoint], problems: [] } });

    await expect.poll(() => agent.asked).toEqual(expect.arrayContaining([leaf, root]));
  });
});
