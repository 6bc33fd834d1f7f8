import { connect, type Socket } from 'node:net';
import { createTlsLab, type LabCertificate, type LabServeOptions } from '@trustfleet/testkit';
import { createSecureContext } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../testing/digest.ts';
import { createOddServers } from '../testing/odd-servers.ts';
import { observeEndpoint } from './observe-endpoint.ts';
import type { EndpointObservation, ObserveRequest } from './types.ts';

const lab = createTlsLab();
const odd = createOddServers();
let root: LabCertificate;
let intermediate: LabCertificate;
let leaf: LabCertificate;

beforeAll(async () => {
  root = await lab.authority('Observed Root');
  intermediate = await lab.authority('Observed Intermediate', { issuer: root });
  leaf = await lab.leaf(intermediate);
});
afterAll(async () => {
  await Promise.all([lab.close(), odd.close()]);
});

async function observe(port: number, more: Partial<ObserveRequest> = {}): Promise<EndpointObservation> {
  return await observeEndpoint({
    host: '127.0.0.1',
    port,
    serverName: 'localhost',
    proxy: null,
    timeoutMs: 20_000,
    ...more,
  });
}

const digests = (seen: EndpointObservation): string[] => seen.chain.map(sha256);
const sha256s = (...certificates: LabCertificate[]): string[] => certificates.map((one) => one.sha256);

describe('the chain as presented', () => {
  it.each([
    ['TLSv1.3', {}],
    ['TLSv1.3', { ciphers: 'TLS_AES_128_GCM_SHA256' }],
    ['TLSv1.3', { ciphers: 'TLS_CHACHA20_POLY1305_SHA256' }],
    ['TLSv1.3', { minVersion: 'TLSv1.3' }],
    ['TLSv1.2', { maxVersion: 'TLSv1.2' }],
    ['TLSv1.1', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }],
  ] as const)('%s %j: order, strangers and duplicates stay', async (tls, options: LabServeOptions) => {
    const stranger = await lab.authority('Stranger');
    const chain = [stranger, intermediate, root, intermediate];
    const { port } = await lab.serve(leaf, { ...options, chain });

    const seen = await observe(port);

    expect(seen).toMatchObject({ network: 'connected', detail: null, tls, proxy: null });
    expect(digests(seen)).toEqual(sha256s(leaf, ...chain));
  });

  it('leaves an incomplete chain incomplete', async () => {
    const { port } = await lab.serve(leaf);

    expect(digests(await observe(port))).toEqual([leaf.sha256]);
  });

  it('follows issuers where a cipher hides the message from it', async () => {
    const { port } = await lab.serve(leaf, {
      chain: [intermediate, root],
      ciphers: 'TLS_AES_128_CCM_SHA256',
      minVersion: 'TLSv1.3',
    });

    expect(digests(await observe(port))).toEqual(sha256s(leaf, intermediate, root));
  });

  it.each(['TLSv1.3', 'TLSv1.2'] as const)(
    '%s: does not care for dates, names, signers or weak keys',
    async (version) => {
      const old = await lab.leaf(intermediate, { now: new Date('2001-01-01T00:00:00Z') });
      const other = await lab.selfSigned({ commonName: 'other', dnsNames: ['other.test'], ipAddresses: [] });

      for (const certificate of [old, other]) {
        const { port } = await lab.serve(certificate, { minVersion: version, maxVersion: version });
        const seen = await observe(port);
        expect([seen.network, seen.tls, digests(seen)]).toEqual(['connected', version, [certificate.sha256]]);
      }
    },
  );

  it('sees what a server shows that asks for a client certificate and then refuses', async () => {
    const { port } = await lab.serve(leaf, {
      chain: [intermediate],
      maxVersion: 'TLSv1.2',
      requestCert: true,
      rejectUnauthorized: true,
    });

    expect(digests(await observe(port))).toEqual(sha256s(leaf, intermediate));
  });

  it('tells what is shown to one who names no server', async () => {
    const named = await lab.leaf(root, { commonName: 'named' });
    const { port } = await lab.serve(leaf, {
      SNICallback: (name, answer) => {
        if (name === 'named.test') answer(null, contextOf(named));
        else answer(new Error('unknown name'));
      },
    });

    expect(digests(await observe(port, { serverName: 'named.test' }))).toEqual([named.sha256]);
    expect(digests(await observe(port, { serverName: null }))).toEqual([leaf.sha256]);
    expect(digests(await observe(port, { serverName: '127.0.0.1' }))).toEqual([leaf.sha256]);
    expect(await observe(port, { serverName: 'other.test' })).toMatchObject({ chain: [], tls: null });
  });

  it('sends nothing after the handshake', async () => {
    const { server, port } = await lab.serve(leaf);
    const sent: string[] = [];
    const ended = new Promise((resolve) => {
      server.once('connection', (socket: Socket) => socket.once('close', resolve));
      server.once('secureConnection', (socket: Socket) => {
        socket.on('data', (chunk: Buffer) => sent.push(chunk.toString('latin1')));
      });
    });

    await observe(port);
    await ended;

    expect(sent).toEqual([]);
  });
});

function contextOf(certificate: LabCertificate): ReturnType<typeof createSecureContext> {
  return createSecureContext({ key: certificate.privateKeyPem, cert: certificate.pem });
}

describe('the network', () => {
  it.each([
    ['nothing listens', 'refused', () => odd.closedPort()],
    ['it says nothing', 'timedOut', () => odd.listen(() => undefined)],
    ['it cuts the connection', 'reset', () => odd.listen((socket) => socket.end())],
    [
      'it resets the connection after the first bytes',
      'reset',
      () => odd.listen((socket) => socket.once('data', () => socket.resetAndDestroy())),
    ],
    [
      'it speaks plain HTTP',
      'notTls',
      () => odd.listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    ],
    ['it greets like SMTP', 'notTls', () => odd.listen((socket) => socket.write('220 mail.test ESMTP\r\n'))],
    [
      'it floods with noise',
      'notTls',
      () => odd.listen((socket) => void flood(socket, Buffer.alloc(65536, 'x'))),
    ],
    [
      'it refuses in the words of TLS',
      'connected',
      () => odd.listen((socket) => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, 40]))),
    ],
  ] as const)('%s: %s', async (_, network, start) => {
    const port = await start();

    const seen = await observe(port, { timeoutMs: network === 'timedOut' ? 500 : 20_000 });

    expect(seen).toMatchObject({ network, chain: [], tls: null });
    expect(seen.detail).toMatch(/^[A-Z]/);
    expect(seen.detail).not.toMatch(/127\.0\.0\.1|\d{4}/);
  });

  it('ends a handshake that never ends, and keeps only so much of it', async () => {
    // HelloRequest (RFC 5246 §7.4.1.1), which a client passes over for as long as it shakes hands.
    const record = Buffer.from([22, 3, 3, 0, 4, 0, 0, 0, 0]);
    const port = await odd.listen(
      (socket) => void flood(socket, Buffer.concat(Array<Buffer>(8192).fill(record))),
    );

    expect(await observe(port)).toMatchObject({
      network: 'connected',
      detail: 'More came than a handshake has, so it was ended',
      chain: [],
      tls: null,
    });
  });

  it('says that a name is not known', async () => {
    expect(await observe(443, { host: 'no-such-host.invalid' })).toMatchObject({ network: 'dnsFailed' });
  });
});

/** Writes for as long as the other side takes it. */
async function flood(socket: Socket, chunk: Buffer): Promise<void> {
  while (!socket.destroyed) {
    if (!socket.write(chunk))
      await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

interface Proxy {
  readonly port: number;
  /** Head of every request. */
  readonly asked: string[];
}

async function startProxy(answer: (head: string) => string): Promise<Proxy> {
  const asked: string[] = [];
  const port = await odd.listen((socket) => {
    socket.once('data', (chunk: Buffer) => {
      const head = chunk.toString('latin1');
      asked.push(head);
      const reply = answer(head);
      const to = Number(/^CONNECT [^ ]+:(\d+) /.exec(head)?.[1]);
      if (!reply.startsWith('HTTP/1.1 200')) {
        socket.end(reply);
        return;
      }
      const onward = connect(to, '127.0.0.1', () => {
        socket.write(reply);
        socket.pipe(onward).pipe(socket);
      });
      onward.on('error', () => socket.destroy());
      socket.once('close', () => onward.destroy());
    });
  });
  return { port, asked };
}

describe('a proxy', () => {
  it('is asked with its credentials, which are shown to nobody', async () => {
    const { port } = await lab.serve(leaf, { chain: [intermediate] });
    const proxy = await startProxy(() => 'HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n');

    const seen = await observe(port, {
      host: 'endpoint.invalid',
      proxy: `http://ada:p%40ss@127.0.0.1:${proxy.port}/`,
    });

    expect(digests(seen)).toEqual(sha256s(leaf, intermediate));
    expect(seen).toMatchObject({ network: 'connected', proxy: `127.0.0.1:${proxy.port}` });
    expect(proxy.asked[0]).toContain(`CONNECT endpoint.invalid:${port} HTTP/1.1\r\n`);
    expect(proxy.asked[0]).toContain(
      `Proxy-Authorization: Basic ${Buffer.from('ada:p@ss').toString('base64')}\r\n`,
    );
    expect(JSON.stringify(seen)).not.toMatch(/ada|p%40ss|p@ss/);

    await observe(port, { proxy: `http://***@127.0.0.1:${proxy.port}` });

    expect(proxy.asked[1]).not.toContain('Proxy-Authorization');
  });

  it.each([
    ['wants credentials', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', /asks for credentials/],
    ['forbids', 'HTTP/1.1 403 Forbidden\r\n\r\n', /does not permit/],
    ['fails', 'HTTP/1.1 502 Bad Gateway\r\n\r\n', /502/],
    ['is a mail server', '220 mail.test ESMTP\r\n\r\n', /did not answer with HTTP/],
    ['says nothing', '', /without an answer/],
    ['talks without end', 'HTTP/1.1 200 OK\r\nX: '.padEnd(20_000, 'x'), /no end/],
  ])('that %s is a proxy that refused', async (_, reply, detail) => {
    const port = await odd.listen((socket) => socket.once('data', () => socket.end(reply)));

    expect(await observe(443, { proxy: `127.0.0.1:${port}` })).toMatchObject({
      network: 'proxyRefused',
      detail: expect.stringMatching(detail) as string,
      chain: [],
    });
  });

  it('that cannot be used is named as such', async () => {
    const closed = await odd.closedPort();
    for (const proxy of [`127.0.0.1:${closed}`, 'socks5://127.0.0.1:1', 'https://127.0.0.1:1', 'http://['])
      expect(await observe(443, { proxy })).toMatchObject({ network: 'proxyRefused' });
    const silent = await odd.listen(() => undefined);
    expect(await observe(443, { proxy: `127.0.0.1:${silent}`, timeoutMs: 300 })).toMatchObject({
      network: 'proxyRefused',
    });
  });
});
