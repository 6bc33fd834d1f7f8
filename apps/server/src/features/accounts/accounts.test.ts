import { request as httpRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateOpenApi } from '../../openapi/generate.ts';
import {
  ADMINISTRATOR,
  Page,
  type ServerLab,
  setupToken,
  signedIn,
  startServerLab,
  startTestServer,
  type TestServer,
} from '../../testing/test-server.ts';

let lab: ServerLab;
let server: TestServer;
let page: Page;

beforeAll(async () => {
  lab = await startServerLab();
  ({ server, page } = lab);
});
afterAll(() => lab.stop());

describe('the first administrator', () => {
  it('is made once, by the link that was printed', async () => {
    const fresh = await startTestServer({ databaseUrl: await lab.postgres.freshDatabase() });
    const visitor = new Page(fresh.ready.url);
    const token = setupToken(fresh);
    try {
      expect((await visitor.get('/api/v1/setup')).body).toEqual({ needed: true });
      expect(await visitor.post('/api/v1/setup', { ...ADMINISTRATOR, token: 'x'.repeat(43) })).toMatchObject({
        status: 403,
        body: { code: 'invalidSetupLink' },
      });
      expect(
        await visitor.post('/api/v1/setup', { ...ADMINISTRATOR, token, name: 'K\u0000im' }),
      ).toMatchObject({ status: 400, body: { code: 'invalidRequest', issues: [{ path: 'name' }] } });
      expect(
        await visitor.post('/api/v1/setup', { ...ADMINISTRATOR, token, password: 'short' }),
      ).toMatchObject({ status: 400, body: { code: 'invalidRequest', issues: [{ path: 'password' }] } });

      const both = await Promise.all(
        [1, 2].map((n) =>
          visitor.post('/api/v1/setup', { ...ADMINISTRATOR, email: `kim${n}@studio.example`, token }),
        ),
      );
      expect(both.filter((answer) => answer.status === 201)).toHaveLength(1);
      expect((await visitor.get('/api/v1/setup')).body).toEqual({ needed: false });
      expect(await visitor.post('/api/v1/setup', { ...ADMINISTRATOR, token })).toMatchObject({
        status: 409,
        body: { code: 'alreadySetUp' },
      });
    } finally {
      await fresh.remove();
    }
  });

  it('gets a new link at each start until there is one, none after', async () => {
    const databaseUrl = await lab.postgres.freshDatabase();
    const first = await startTestServer({ databaseUrl });
    const old = setupToken(first);
    await first.stop();
    const second = await startTestServer({ databaseUrl, dataDir: first.dataDir });
    expect(
      (await new Page(second.ready.url).post('/api/v1/setup', { ...ADMINISTRATOR, token: old })).status,
    ).toBe(403);
    const signed = await signedIn(second);
    await second.stop();

    const third = await startTestServer({ databaseUrl, dataDir: first.dataDir });
    expect(third.ready.setupUrl).toBeNull();
    const again = new Page(third.ready.url);
    again.cookie = signed.cookie;
    expect((await again.get('/api/v1/me')).status, 'the session outlives a restart').toBe(200);
    await third.remove();
  });
});

describe('signing in', () => {
  it('says who is signed in, and ends with signing out', async () => {
    const own = new Page(server.ready.url);
    expect((await own.signIn()).status).toBe(200);
    expect((await own.get('/api/v1/me')).body).toMatchObject({
      name: ADMINISTRATOR.name,
      email: ADMINISTRATOR.email,
      role: 'administrator',
    });

    await own.post('/api/auth/sign-out', {});

    expect((await own.get('/api/v1/me')).status).toBe(401);
  });

  it('sets a cookie that no script and no other site’s request gets', async () => {
    const answer = await new Page(server.ready.url).signIn();

    const [cookie] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Lax/i);
  });

  it('lets nobody sign up, and exposes nothing else of the library', async () => {
    const visitor = new Page(server.ready.url);
    for (const path of [
      '/api/auth/sign-up/email',
      '/api/auth/update-user',
      '/api/auth/change-email',
      '/api/auth/reset-password',
      '/api/auth/sign-in/email/',
      '/api/auth/SIGN-IN/email',
    ]) {
      expect(
        (await visitor.post(path, { ...ADMINISTRATOR, email: 'evil@studio.example' })).status,
        path,
      ).toBe(401);
      expect((await page.post(path, { ...ADMINISTRATOR, email: 'evil@studio.example' })).status, path).toBe(
        404,
      );
    }
  });

  it('takes no altered cookie', async () => {
    const own = new Page(server.ready.url);
    own.cookie = (page.cookie ?? '').replace(
      /=(.)/,
      (_all, first: string) => `=${first === 'A' ? 'B' : 'A'}`,
    );

    expect((await own.get('/api/v1/me')).status).toBe(401);
  });

  it('reads no flood', async () => {
    const send = (body: RequestInit['body']) =>
      fetch(`${page.origin}/api/auth/sign-in/email`, {
        method: 'POST',
        headers: { origin: page.origin, 'content-type': 'application/json' },
        body,
        duplex: 'half',
      } as RequestInit);

    expect((await send('x'.repeat(100_000))).status).toBe(413);
    expect((await send(new Blob(['{}']).stream())).status, 'of unknown length').toBe(413);
  });

  it('slows down who guesses', async () => {
    const visitor = new Page(server.ready.url);
    const statuses: number[] = [];
    for (let n = 0; n < 14; n += 1)
      statuses.push((await visitor.signIn(ADMINISTRATOR.email, `wrong password ${n}`)).status);

    expect(statuses[0]).toBe(401);
    expect(statuses.slice(-3)).toEqual([429, 429, 429]);
  });
});

describe('without signing in', () => {
  const PUBLIC = new Set([
    'GET /healthz',
    'GET /readyz',
    'GET /api/v1/setup',
    'POST /api/v1/setup',
    'POST /api/v1/invitations/inspect',
    'POST /api/v1/invitations/accept',
  ]);

  it('nothing of the documented API answers', async () => {
    const visitor = new Page(server.ready.url);
    const routes = Object.entries((await generateOpenApi()).paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const guarded = routes.filter((route) => !PUBLIC.has(route));

    expect(guarded.length).toBeGreaterThan(12);
    for (const route of guarded) {
      const [method = '', path = ''] = route.split(' ');
      const answer = await visitor.ask(
        method,
        path.replace(/\{[^}]+\}/g, '01890000-0000-7000-8000-000000000000'),
        method === 'POST' ? {} : undefined,
      );
      expect(answer, route).toMatchObject({ status: 401, body: { code: 'signInNeeded' } });
    }
  });

  it.each([
    '/api/docs',
    '/api/docs-json',
    '/api/docs/swagger-ui.css',
    '/api',
    '/api/v1',
    '/api/v1/nothing',
    '/api/v1/setup/',
    '/API/v1/hosts/../hosts',
    '/api//v1/hosts',
    '/events',
    '/healthz/../api/v1/hosts',
  ])('nor %s', async (path) => {
    const request = httpRequest(server.ready.url, { path, headers: { origin: server.ready.url } }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();

    // 503: not this server's path at all; the dashboard, which is not there, would have to answer.
    expect([401, 503]).toContain(response.statusCode);
  });

  it('nor the private socket, nor with a cookie from another site', async () => {
    const request = httpRequest({
      socketPath: join(server.dataDir, 'run/api.sock'),
      path: '/api/v1/hosts',
    }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(401);

    const foreign = await fetch(`${server.ready.url}/api/v1/enrolment-tokens`, {
      method: 'POST',
      headers: {
        origin: 'https://evil.example',
        cookie: page.cookie ?? '',
        'content-type': 'application/json',
      },
      body: '{}',
    });
    expect(foreign.status).toBe(403);
  });
});

describe('problems', () => {
  it.each([
    {
      name: 'an unknown address',
      method: 'GET',
      path: '/api/v1/nothing',
      body: undefined,
      status: 404,
      code: 'notFound',
    },
    {
      name: 'an id that is none',
      method: 'GET',
      path: '/api/v1/hosts/1',
      body: undefined,
      status: 400,
      code: 'invalidRequest',
    },
    {
      name: 'a host that is not there',
      method: 'GET',
      path: '/api/v1/hosts/01890000-0000-7000-8000-000000000000',
      body: undefined,
      status: 404,
      code: 'notFound',
    },
    {
      name: 'a query that is wrong',
      method: 'GET',
      path: '/api/v1/hosts?page=0',
      body: undefined,
      status: 400,
      code: 'invalidRequest',
    },
    {
      name: 'a search for what nobody can type',
      method: 'GET',
      path: '/api/v1/hosts?q=%00',
      body: undefined,
      status: 400,
      code: 'invalidRequest',
    },
    {
      name: 'a rule that nobody can type',
      method: 'GET',
      path: '/api/v1/findings?rule=%00',
      body: undefined,
      status: 400,
      code: 'invalidRequest',
    },
    {
      name: 'an address that is no UTF-8',
      method: 'GET',
      path: '/api/v1/hosts/%ff',
      body: undefined,
      status: 400,
      code: 'badRequest',
    },
    {
      name: 'a body that is too large',
      method: 'POST',
      path: '/api/v1/certificates/inspect',
      body: { pem: 'x'.repeat(10_000_000) },
      status: 413,
      code: 'tooLarge',
    },
    {
      name: 'an empty body',
      method: 'POST',
      path: '/api/v1/orders',
      body: {},
      status: 400,
      code: 'invalidRequest',
    },
  ])('$name', async ({ method, path, body, status, code }) => {
    const answer = await page.ask<{ id: string; message: string }>(method, path, body);

    expect(answer).toMatchObject({ status, body: { status, code } });
    expect(answer.body.message).toMatch(/\w/);
    expect(server.log.join(''), 'the log has the same id').toContain(answer.body.id);
  });

  it('of unreadable JSON and of forms', async () => {
    const send = (type: string, body: string) =>
      fetch(`${page.origin}/api/v1/orders`, {
        method: 'POST',
        headers: { origin: page.origin, cookie: page.cookie ?? '', 'content-type': type },
        body,
      });

    expect((await send('application/json', '{"a":')).status).toBe(400);
    expect((await send('application/x-www-form-urlencoded', 'a=1')).status).toBe(400);
  });

  it('the documentation is there for who is signed in', async () => {
    const answer = await fetch(`${page.origin}/api/docs-json`, { headers: { cookie: page.cookie ?? '' } });

    expect(answer.status).toBe(200);
    expect(await answer.json()).toHaveProperty('openapi');
  });

  it('no log line holds a secret', () => {
    const log = server.log.join('');
    for (const secret of [ADMINISTRATOR.password, setupToken(server), page.cookie ?? 'none'])
      expect(log).not.toContain(secret);
  });
});
