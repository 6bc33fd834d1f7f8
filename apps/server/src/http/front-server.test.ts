import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDashboardProxy } from './dashboard-proxy.ts';
import { createFrontServer } from './front-server.ts';
import { ownOrigins } from './request-check.ts';

const logger = pino({ level: 'silent' });

let directory: string;
let front: Server;
let port: number;
let opened: Server[];

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const headers = { host: `127.0.0.1:${port}`, ...options.headers };
  const request = httpRequest({
    host: '127.0.0.1',
    port,
    path,
    method: options.method ?? 'GET',
    headers,
  }).end(options.body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

async function dashboard(listener: RequestListener): Promise<void> {
  const server = createServer(listener).listen(join(directory, 'dashboard.sock'));
  opened.push(server);
  await once(server, 'listening');
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trustfleet-front-'));
  opened = [];
  let origins: ReadonlySet<string> = new Set();
  front = createFrontServer({
    tls: null,
    origins: () => origins,
    api: (request, response) => void response.end(`api ${request.url ?? ''}`),
    dashboard: createDashboardProxy({
      socketPath: join(directory, 'dashboard.sock'),
      protocol: 'http',
      logger,
      answerTimeoutMs: 500,
    }),
  }).listen(0, '127.0.0.1');
  opened.push(front);
  await once(front, 'listening');
  port = (front.address() as AddressInfo).port;
  origins = ownOrigins({ https: false, port, publicUrl: null });
});

afterEach(async () => {
  for (const server of opened) {
    server.closeAllConnections();
    server.close();
  }
  await rm(directory, { recursive: true });
});

describe('one origin', () => {
  it.each(['/api', '/api/v1/hosts?x=1', '/healthz', '/readyz', '/events'])(
    'answers %s itself',
    async (path) => {
      const answer = await ask(path);

      expect(answer.body).toBe(`api ${path}`);
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'") as string,
      });
    },
  );

  it.each(['/', '/hosts', '/apiary', '/eventsource', '/_next/static/x.js'])(
    'passes %s to the dashboard',
    async (path) => {
      await dashboard((request, response) => void response.end(`page ${request.url ?? ''}`));

      expect((await ask(path)).body).toBe(`page ${path}`);
    },
  );

  it('streams a body both ways and keeps the answer’s own policy', async () => {
    await dashboard((request, response) => {
      response.writeHead(201, { 'content-security-policy': "script-src 'nonce-1'", 'x-powered-by': 'kept' });
      request.pipe(response);
    });
    const body = 'x'.repeat(300_000);
    const own = { origin: `http://127.0.0.1:${port}`, 'content-type': 'text/plain' };

    const answer = await ask('/form', { method: 'POST', headers: own, body });

    expect(answer).toMatchObject({
      status: 201,
      body,
      headers: { 'content-security-policy': "script-src 'nonce-1'", 'x-content-type-options': 'nosniff' },
    });
  });

  it('tells the dashboard where a request came from, whatever the client claims', async () => {
    await dashboard((request, response) => void response.end(JSON.stringify(request.headers)));

    const seen = JSON.parse(
      (
        await ask('/', {
          headers: {
            'x-forwarded-for': '8.8.8.8',
            'x-forwarded-host': 'evil.example',
            forwarded: 'for=8.8.8.8',
            'x-real-ip': '8.8.8.8',
          },
        })
      ).body,
    ) as Record<string, string>;

    expect(seen).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': `127.0.0.1:${port}`,
      'x-forwarded-proto': 'http',
    });
    expect(seen).not.toHaveProperty('forwarded');
    expect(seen).not.toHaveProperty('x-real-ip');
  });

  it('keeps browsers that came by https there, and says nothing of that by http', async () => {
    const socketPath = join(directory, 'dashboard.sock');
    const hsts = async () => (await ask('/hosts')).headers['strict-transport-security'];
    await dashboard((_request, response) => void response.end('page'));
    expect(await hsts()).toBeUndefined();
    const secure = createServer(createDashboardProxy({ socketPath, protocol: 'https', logger }));
    opened.push(secure.listen(0, '127.0.0.1'));
    await once(secure, 'listening');
    port = (secure.address() as AddressInfo).port;

    expect(await hsts()).toBe('max-age=31536000');
    await rm(socketPath);
    expect(await hsts(), 'on the page that says it is starting').toBe('max-age=31536000');
  });

  it('says that the dashboard is starting, and tries again by itself', async () => {
    const answer = await ask('/hosts');

    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '2', refresh: '2' } });
    expect(answer.body).toContain('Trustfleet is starting');
  });

  it('gives up on a dashboard that does not answer', async () => {
    await dashboard(() => undefined);

    expect(await ask('/hosts')).toMatchObject({
      status: 502,
      body: expect.stringContaining('does not answer') as string,
    });
  });

  it('outlives a dashboard that dies in the middle of an answer', async () => {
    await dashboard((request, response) => {
      if (request.url === '/half') {
        response.write('half');
        setTimeout(() => response.destroy(), 20);
      } else {
        response.end('whole');
      }
    });

    await expect(ask('/half')).rejects.toThrow(/aborted|hang up/);
    expect((await ask('/next')).body).toBe('whole');
  });
});

describe('strangers', () => {
  it.each([
    ['a change from another site', { method: 'POST', headers: { origin: 'https://evil.example' } }, 403],
    ['a change without an origin', { method: 'DELETE' }, 403],
    ['a rebound name', { headers: { host: 'evil.example' } }, 421],
  ])('refuses %s, for API and pages alike', async (_name, options, status) => {
    await dashboard((_request, response) => void response.end('page'));

    for (const path of ['/api/v1/orders', '/hosts']) expect((await ask(path, options)).status).toBe(status);
  });

  async function raw(text: string): Promise<string> {
    const socket = connect(port, '127.0.0.1').setEncoding('latin1');
    socket.end(text);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    return answer;
  }

  it('takes no WebSocket', async () => {
    const answer = await raw(
      `GET /events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    );

    expect(answer).toMatch(/^HTTP\/1\.1 426 /);
  });

  it('outlives a WebSocket client that resets its connection', async () => {
    for (let n = 0; n < 20; n += 1) {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write(
        `GET /x HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      );
      socket.resetAndDestroy();
    }

    expect((await ask('/healthz')).status).toBe(200);
  });

  it.each(['GET http://evil.example/api HTTP/1.1', 'OPTIONS * HTTP/1.1'])(
    'takes no other form of target: %s',
    async (line) => {
      expect(await raw(`${line}\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`)).toMatch(
        /^HTTP\/1\.1 400 /,
      );
    },
  );
});
