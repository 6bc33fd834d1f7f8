import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { ARTIFACT_PATH } from '@trustfleet/protocol';
import { formatAgentAuthorization } from '@trustfleet/signing';
import { createTlsLab } from '@trustfleet/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { ArtifactUnavailable, fetchArtifact, type ArtifactFetch } from './index.ts';

const tls = createTlsLab();
const bytes = randomBytes(2 * 1024 * 1024 + 5);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const identity = { hostId: randomUUID(), secret: 's'.repeat(43) };
let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A server over real TLS, reached by what the agent pinned. */
async function serve(listener: RequestListener): Promise<(change?: Partial<ArtifactFetch>) => ArtifactFetch> {
  const authority = await tls.authority('Fleet CA');
  const leaf = await tls.leaf(authority);
  server = createServer({ key: leaf.privateKeyPem, cert: leaf.pem + authority.pem }, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return (change = {}) => ({
    identity: { ...identity, address, caCertificate: authority.pem },
    ...{ sha256, offset: 0, signal: AbortSignal.timeout(30_000) },
    ...change,
  });
}

async function collect(wanted: ArtifactFetch, into: Buffer[] = []): Promise<Buffer> {
  for await (const chunk of fetchArtifact(wanted)) into.push(Buffer.from(chunk));
  return Buffer.concat(into);
}
const offsetOf = (request: IncomingMessage): number =>
  Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);

/** What a server of ours answers; `cutAfter`: then the connection is gone. */
const giving =
  (cutAfter = Infinity): RequestListener =>
  (request, response) => {
    const offset = offsetOf(request);
    response.writeHead(offset === 0 ? 200 : 206, {
      'content-length': bytes.length - offset,
      ...(offset === 0 ? {} : { 'content-range': `bytes ${offset}-${bytes.length - 1}/${bytes.length}` }),
    });
    const part = bytes.subarray(offset, offset + cutAfter);
    if (part.length < bytes.length - offset) response.write(part, () => response.destroy());
    else response.end(part);
  };

describe('fetchArtifact over real TLS', () => {
  it('brings every byte, with the secret of the upgrade', async () => {
    const seen: IncomingMessage[] = [];
    const wanted = await serve((request, response) => {
      seen.push(request);
      giving()(request, response);
    });

    expect((await collect(wanted())).equals(bytes)).toBe(true);
    expect(seen[0]).toMatchObject({
      ...{ method: 'GET', url: `${ARTIFACT_PATH}${sha256}` },
      headers: { authorization: formatAgentAuthorization(identity.hostId, identity.secret) },
    });
  });

  it('a connection that is cut half-way throws after what came, and the rest is asked for alone', async () => {
    const wanted = await serve(giving(1_000_000));
    const came: Buffer[] = [];
    await expect(collect(wanted(), came)).rejects.toThrow();
    const first = Buffer.concat(came);
    expect(first.length).toBeGreaterThan(0);
    expect(first.length).toBeLessThan(bytes.length);
    expect(first.equals(bytes.subarray(0, first.length))).toBe(true);
    server.removeAllListeners('request').on('request', giving());

    const rest = await collect(wanted({ offset: first.length }));

    expect(Buffer.concat([first, rest]).equals(bytes)).toBe(true);
  });

  it('a server that knows no ranges sends all, and only the rest is taken', async () => {
    const wanted = await serve((_request, response) => response.end(bytes));

    expect((await collect(wanted({ offset: 1_500_000 }))).equals(bytes.subarray(1_500_000))).toBe(true);
  });

  it.each([
    [404, ArtifactUnavailable],
    [401, ArtifactUnavailable],
    [416, ArtifactUnavailable],
    [302, ArtifactUnavailable],
    [503, Error],
    [429, Error],
  ])('HTTP %i', async (status, kind) => {
    const wanted = await serve((_request, response) => response.writeHead(status).end());
    const error = await collect(wanted()).catch((caught: unknown) => caught);

    expect(error).toBeInstanceOf(kind);
    expect(error instanceof ArtifactUnavailable).toBe(kind === ArtifactUnavailable);
  });

  it('a part that begins elsewhere is not taken', async () => {
    const wanted = await serve((_request, response) =>
      response.writeHead(206, { 'content-range': `bytes 7-9/10` }).end('abc'),
    );

    await expect(collect(wanted({ offset: 5 }))).rejects.toThrow(ArtifactUnavailable);
  });

  it('a server that says nothing any more is given up', async () => {
    const wanted = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, 10));
    });

    await expect(collect(wanted({ silenceMs: 200 }))).rejects.toThrow();
  });
});
