import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { ARTIFACT_PATH } from '@trustfleet/protocol';
import { formatAgentAuthorization, hashAgentSecret } from '@trustfleet/signing';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { artifactListener } from './artifact-endpoint.ts';

const bytes = randomBytes(3 * 1024 * 1024 + 9);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const hostId = randomUUID();
const secret = randomBytes(32).toString('base64url');
const authorization = formatAgentAuthorization(hostId, secret);
let server: Server;
/** Hosts with an open job that names it. */
let entitled: Set<string>;
let held: Promise<void>;
let largeSent: number;
const limits = { stallMs: 60_000, longestMs: 60_000 };
/** More than any buffer of a connection takes. */
const LARGE = { sha256: 'b'.repeat(64), size: 64 * 1024 * 1024 };

beforeEach(async () => {
  entitled = new Set([hostId]);
  held = Promise.resolve();
  limits.stallMs = 60_000;
  largeSent = 0;
  const listener = artifactListener({
    hosts: { find: (id) => (id === hostId ? { secretHash: hashAgentSecret(secret) } : undefined) },
    artifacts: {
      sizeFor(host, name) {
        if (name === LARGE.sha256) {
          largeSent += 1;
          return Promise.resolve(LARGE.size);
        }
        return Promise.resolve(entitled.has(host) && name === sha256 ? bytes.length : null);
      },
      async slice(name, { from, length }) {
        if (name === LARGE.sha256) return Buffer.alloc(length);
        await held;
        return bytes.subarray(from, from + length);
      },
    },
    logger: pino({ level: 'silent' }),
    limits,
  });
  server = createServer((request, response) => {
    if (!listener(request, response)) response.writeHead(418).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
function ask(
  headers: Record<string, string> = { authorization },
  { path = `${ARTIFACT_PATH}${sha256}`, method = 'GET' } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({
          ...{ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) },
        });
      });
    })
      .on('error', reject)
      .end();
  });
}

describe('GET /artifacts/<SHA-256>', () => {
  it('gives a host with an open job every byte', async () => {
    const { status, headers, body } = await ask();

    expect([status, headers['content-length'], headers['cache-control']]).toEqual([
      200,
      String(bytes.length),
      'no-store',
    ]);
    expect(body.equals(bytes)).toBe(true);
  });

  it('goes on from where the host has it', async () => {
    const { status, headers, body } = await ask({ authorization, range: 'bytes=2000000-' });

    expect([status, headers['content-range']]).toEqual([
      206,
      `bytes 2000000-${bytes.length - 1}/${bytes.length}`,
    ]);
    expect(body.equals(bytes.subarray(2_000_000))).toBe(true);
  });

  it.each<[string, Record<string, string>, object, number]>([
    ['no secret', {}, {}, 401],
    ['a wrong one', { authorization: formatAgentAuthorization(hostId, 'x'.repeat(43)) }, {}, 401],
    ['a stranger', { authorization: formatAgentAuthorization(randomUUID(), secret) }, {}, 401],
    ['a browser', { authorization, origin: 'https://example.com' }, {}, 403],
    ['another method', { authorization }, { method: 'POST' }, 405],
    ['another artifact', { authorization }, { path: `${ARTIFACT_PATH}${'a'.repeat(64)}` }, 404],
    ['no digest', { authorization }, { path: `${ARTIFACT_PATH}../../etc/passwd` }, 404],
    ['a range past the end', { authorization, range: 'bytes=99999999-' }, {}, 416],
    ['a range of another kind', { authorization, range: 'bytes=0-1,5-9' }, {}, 416],
    ['another path', { authorization }, { path: '/enrol' }, 418],
  ])('%s', async (...[, headers, how, status]) => {
    expect((await ask(headers, how)).status).toBe(status);
  });

  it('a host without such a job gets nothing, whatever it knows', async () => {
    entitled.clear();
    expect(await ask()).toMatchObject({ status: 404, body: Buffer.alloc(0) });
  });

  it('whoever guesses is slowed down, and the right secret is not', async () => {
    const statuses: number[] = [];
    for (let tries = 0; tries < 40; tries += 1) statuses.push((await ask({})).status);

    expect(statuses.slice(0, 30).every((status) => status === 401)).toBe(true);
    expect(statuses.at(-1)).toBe(429);
    expect((await ask()).status).toBe(200);
  });

  it('one host fetches twice at a time, a third is told to come back', async () => {
    let release = (): void => undefined;
    held = new Promise((resolve) => (release = resolve));
    const first = [ask(), ask()];
    // Both are admitted before the third: their heads are out when their first slice is asked for.
    await expect.poll(async () => (await ask()).status).toBe(503);
    release();

    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await ask()).status).toBe(200);
  });

  it('whoever takes nothing any more gives its turn back', async () => {
    limits.stallMs = 200;
    const { port } = server.address() as AddressInfo;
    const silent = [1, 2].map(() => {
      const socket = connect({ host: '127.0.0.1', port }).on('error', () => undefined);
      socket.pause();
      socket.write(
        `GET ${ARTIFACT_PATH}${LARGE.sha256} HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n\r\n`,
      );
      return socket;
    });
    await expect.poll(() => largeSent, { timeout: 5_000 }).toBe(2);
    await expect.poll(async () => (await ask()).status, { timeout: 10_000 }).toBe(200);
    for (const socket of silent) socket.destroy();
  }, 30_000);
});
