import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { problem, type AuditEntryView } from '@trustfleet/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ADMINISTRATOR,
  type Page,
  type ServerLab,
  startServerLab,
  type TestServer,
} from '../../testing/test-server.ts';

let lab: ServerLab;
let server: TestServer;
let page: Page;

// better-auth counts the sign-ins of an address over all servers of this process: the administrator signs in once.
beforeAll(async () => {
  lab = await startServerLab();
  ({ server, page } = lab);
});
afterAll(() => lab.stop());

/** Posts from an address of this machine's own; all of 127.0.0.0/8 is. */
async function postFrom(address: string, path: string, body: unknown): Promise<number> {
  const text = JSON.stringify(body);
  const request = httpRequest(`${server.ready.url}${path}`, {
    method: 'POST',
    localAddress: address,
    headers: {
      origin: server.ready.url,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    },
  }).end(text);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}

const signInFrom = (address: string, email: string, password: string) =>
  postFrom(address, '/api/auth/sign-in/email', { email, password });

async function failures(address: string): Promise<AuditEntryView[]> {
  const path = `/api/v1/audit?action=session.failed&limit=200&q=${address}`;
  return (await page.get<{ items: AuditEntryView[] }>(path)).body.items;
}

describe('guessing', () => {
  it(
    'one account from many addresses is slowed down, another account is not',
    { timeout: 120_000 },
    async () => {
      // All at once: each is counted before its password is looked at, so that none of them waits for a minute to pass.
      const statuses = await Promise.all(
        Array.from({ length: 24 }, (_, n) =>
          signInFrom(`127.0.1.${n + 1}`, ADMINISTRATOR.email.toUpperCase(), `wrong password ${n}`),
        ),
      );

      // The administrator's own sign-in counts too, unless a minute has passed since.
      const tried = statuses.filter((status) => status === 401).length;
      expect([19, 20]).toContain(tried);
      expect(statuses.filter((status) => status === 429)).toHaveLength(24 - tried);
      expect(await signInFrom('127.0.1.99', 'other@studio.example', 'wrong password')).toBe(401);
      const rows = await failures('127.0.1.');
      expect(rows.length).toBeGreaterThan(15);
      expect(rows[1]).toMatchObject({ actor: { kind: 'server' }, subject: { name: ADMINISTRATOR.name } });
    },
  );

  it('leaves a few rows, never what was typed', async () => {
    // A slip that many make: the password in the field of the name.
    await Promise.all(
      Array.from({ length: 9 }, (_, n) =>
        signInFrom('127.0.2.1', `correct-horse-${n}@battery.example`, 'p'.repeat(12)),
      ),
    );

    const rows = await failures('127.0.2.1');
    expect(rows).toHaveLength(5);
    expect(JSON.stringify(rows)).not.toContain('correct-horse');
    expect(rows[0]).toMatchObject({ subject: { id: null, name: null }, detail: '{"address":"127.0.2.1"}' });
  });

  it('the token of a link is slowed down too, for that address', async () => {
    const token = 'x'.repeat(43);
    const statuses: number[] = [];
    for (const path of ['setup', 'invitations/inspect', 'invitations/accept'])
      for (let n = 0; n < 8; n += 1)
        statuses.push(await postFrom('127.0.3.1', `/api/v1/${path}`, { token, ...ADMINISTRATOR }));

    expect(new Set(statuses.slice(0, 20))).toEqual(new Set([409, 403]));
    expect(new Set(statuses.slice(20))).toEqual(new Set([429]));
    expect(await postFrom('127.0.3.2', '/api/v1/setup', { token, ...ADMINISTRATOR })).toBe(409);
  });
});

describe('a refusal', () => {
  interface Refused {
    readonly id: string;
    readonly code: string;
  }
  const ask = async (address: string, body: unknown) => {
    const text = JSON.stringify(body);
    const request = httpRequest(`${server.ready.url}/api/auth/sign-in/email`, {
      method: 'POST',
      localAddress: address,
      headers: {
        origin: server.ready.url,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      },
    }).end(text);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const answer = problem.parse(JSON.parse(await readText(response)));
    return { type: response.headers['content-type'], ...answer };
  };

  it('is a problem like every other, with an id that the log has too', async () => {
    const wrong = { email: 'nobody@studio.example', password: 'a wrong password' };
    const answers: (Refused & { status: number })[] = [
      await ask('127.0.5.1', wrong),
      await ask('127.0.5.1', { ...wrong, email: 'no address' }),
      await ask('127.0.5.1', { nothing: true }),
    ];
    // One address has fewer tries than one account.
    for (let n = 0; n < 9; n += 1)
      answers.push(await ask('127.0.5.1', { ...wrong, email: `n${n}@studio.example` }));

    expect(answers.slice(0, 3)).toMatchObject([
      { status: 401, code: 'signInFailed', type: 'application/problem+json; charset=utf-8' },
      { status: 400, code: 'signInFailed' },
      { status: 400, code: 'signInFailed' },
    ]);
    expect(answers.at(-1)).toMatchObject({ status: 429, code: 'tooManyTries' });
    for (const { id } of answers) expect(server.log.join('')).toContain(id);
  });

  it('repeats nothing that was typed in the log', async () => {
    const typed = 'my secret word: typed into the wrong field';
    await ask('127.0.5.2', { email: typed, password: 'p'.repeat(12) });
    await ask('127.0.5.2', { email: 'nobody@studio.example', password: 'p'.repeat(12), callbackURL: typed });

    expect(server.log.join('')).not.toContain('secret word');
  });
});

describe('another site', () => {
  const CHANGES = [
    ['POST', '/api/v1/groups'],
    ['POST', '/api/v1/invitations/accept'],
    ['POST', '/api/auth/sign-in/email'],
    ['POST', '/api/auth/sign-out'],
    ['PATCH', '/api/v1/accounts/x'],
    ['DELETE', '/api/v1/invitations/01890000-0000-7000-8000-000000000000'],
  ] as const;

  it.each(CHANGES)(
    'sends no %s %s, with the cookie and without an Origin or with its own',
    async (method, path) => {
      const headers = { cookie: page.cookie ?? '', 'content-type': 'application/json' };
      for (const origin of [{}, { origin: 'https://evil.example' }, { origin: 'null' }]) {
        const answer = await fetch(page.origin + path, {
          method,
          headers: { ...headers, ...origin },
          body: '{}',
        });
        expect(answer.status, JSON.stringify(origin)).toBe(403);
      }
      const sameName = { ...headers, origin: page.origin, 'sec-fetch-site': 'same-site' };
      expect((await fetch(page.origin + path, { method, headers: sameName, body: '{}' })).status).toBe(403);
      expect((await page.get('/api/v1/me')).status, 'still signed in').toBe(200);
    },
  );

  // security.md: cross-site WebSocket hijack (MeshCentral CVE-2024-26135).
  it.each(['/', '/events', '/agent', '/_next/webpack-hmr'])(
    'opens no WebSocket at %s of the browsers’ port, signed in or not',
    async (path) => {
      const { port } = new URL(server.ready.url);
      for (const origin of ['https://evil.example', server.ready.url]) {
        const socket = connect(Number(port), '127.0.0.1');
        socket.write(
          `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: ${origin}\r\n` +
            `Cookie: ${page.cookie ?? ''}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
        );
        const [answer] = (await once(socket, 'data')) as [Buffer];
        socket.destroy();
        expect(String(answer)).toMatch(/^HTTP\/1\.1 426 /);
      }
    },
  );
});

describe('answers', () => {
  it('let nothing run, load or be framed, and no style or script stand in a page', async () => {
    for (const path of ['/api/v1/me', '/api/v1/audit', '/healthz', '/api/docs', '/api/v1/nothing']) {
      const { headers } = await fetch(page.origin + path, { headers: { cookie: page.cookie ?? '' } });
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy, path).toContain("default-src 'none'");
      expect(policy, path).toContain("frame-ancestors 'none'");
      expect(policy.replace("style-src-attr 'unsafe-inline'", ''), path).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });
});
