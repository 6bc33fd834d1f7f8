import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ENROL_PATH, type EnrolRequest, type KeySet } from '@trustfleet/protocol';
import {
  encodeEnrolmentToken,
  keyId,
  keyPairFromSeed,
  signKeySet,
  toBase64,
  verifyEnrolment,
} from '@trustfleet/signing';
import { createTlsLab, type LabCertificate } from '@trustfleet/testkit';
import { enrol, EnrolmentFailed } from './index.ts';

const tls = createTlsLab();
const fleetId = randomUUID();
const serverKey = keyPairFromSeed('ed25519', Buffer.alloc(32, 1)).publicKey;
const secret = 's'.repeat(43);
let authority: LabCertificate;
let server: Server;
let requests: EnrolRequest[];
let answer: (body: EnrolRequest, response: ServerResponse) => void;

async function listen(leaf: LabCertificate, chain: string): Promise<Server> {
  const created = createServer({ key: leaf.privateKeyPem, cert: leaf.pem + chain }, (request, response) => {
    void read(request).then((body) => {
      requests.push(body);
      if (request.url === ENROL_PATH && request.method === 'POST') answer(body, response);
      else response.writeHead(404).end();
    });
  });
  created.listen(0, '127.0.0.1');
  await once(created, 'listening');
  return created;
}

async function read(request: IncomingMessage): Promise<EnrolRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString()) as EnrolRequest;
}

const good = () => ({
  hostId: randomUUID(),
  fleetId,
  secret: 'h'.repeat(43),
  caCertificate: authority.pem,
  serverKey,
});
const reply = (status: number, body: unknown) => (_: EnrolRequest, response: ServerResponse) => {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(typeof body === 'string' ? body : JSON.stringify(body));
};
const addressOf = (of: Server) => `https://127.0.0.1:${(of.address() as AddressInfo).port}`;
const token = (change: object = {}) =>
  encodeEnrolmentToken({
    address: addressOf(server),
    fleetId,
    caPin: authority.sha256,
    serverKey,
    secret,
    ...change,
  });
const keySeed = randomBytes(32);
const facts = (text: string) => ({
  token: text,
  keySeed,
  hostname: 'ws-1',
  platform: 'linux' as const,
  agentVersion: '0.1.0',
  timeoutMs: 5_000,
});

beforeEach(async () => {
  authority = await tls.authority('Fleet CA of the test');
  requests = [];
  answer = (body, response) => {
    reply(200, good())(body, response);
  };
  server = await listen(await tls.leaf(authority), authority.pem);
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await tls.close();
});

describe('enrolment', () => {
  it('gives an identity, and proves possession of the new key', async () => {
    const identity = await enrol(facts(token()));
    const [request] = requests;

    expect(identity).toMatchObject({
      address: addressOf(server),
      fleetId,
      secret: 'h'.repeat(43),
      caCertificate: authority.pem,
      serverKey,
      keySeed: toBase64(keySeed),
      keySet: null,
    });
    expect(request).toMatchObject({ hostname: 'ws-1', platform: 'linux', secret });
    expect(request?.publicKey).toBe(keyPairFromSeed('ed25519', keySeed).publicKey);
    expect(verifyEnrolment({ fleetId, secret, publicKey: request!.publicKey }, request!.signature)).toBe(
      true,
    );
  });

  it('sends the token to nobody but the pinned server, and names who answered', async () => {
    const other = await tls.authority('Inspection CA');
    const proxy = await listen(await tls.leaf(other), other.pem);
    const attempt = enrol(facts(token({ address: addressOf(proxy) })));

    await expect(attempt).rejects.toMatchObject({
      code: 'wrongServer',
      message: expect.stringContaining('Inspection CA') as string,
    });
    expect(requests).toEqual([]);
    proxy.close();
  });

  it('is not fooled by the true CA behind a leaf that it did not sign', async () => {
    const other = await tls.authority('Fleet CA of the test');
    const fake = await listen(await tls.leaf(other), authority.pem);

    await expect(enrol(facts(token({ address: addressOf(fake) })))).rejects.toMatchObject({
      code: 'wrongServer',
    });
    expect(requests).toEqual([]);
    fake.close();
  });

  it('is not fooled by a leaf that names the true CA and its key as issuer, signed with another key', async () => {
    const attacker = await tls.authority('Attacker');
    const forged = await tls.leaf({ ...authority, privateKeyPem: attacker.privateKeyPem });
    const fake = await listen(forged, authority.pem);

    await expect(enrol(facts(token({ address: addressOf(fake) })))).rejects.toMatchObject({
      code: 'wrongServer',
    });
    expect(requests).toEqual([]);
    fake.close();
  });

  it('needs the CA in what the server serves', async () => {
    const bare = await listen(await tls.leaf(authority), '');

    await expect(enrol(facts(token({ address: addressOf(bare) })))).rejects.toMatchObject({
      code: 'wrongServer',
    });
    bare.close();
  });

  it.each([
    ['usedToken', 409, /used before/],
    ['expiredToken', 410, /expired/],
    ['invalidToken', 403, /does not know this enrolment token/],
    ['badSignature', 400, /proof/],
    ['badRequest', 400, /versions/],
    ['slowDown', 429, /Try again in a minute/],
  ])('says in a sentence what %s means', async (error, status, words) => {
    answer = reply(status, { error, message: 'x' });

    await expect(enrol(facts(token()))).rejects.toMatchObject({
      code: error,
      message: expect.stringMatching(words) as string,
    });
  });

  it.each<[string, string, () => unknown, number]>([
    [
      'another server key',
      'wrongServer',
      () => ({ ...good(), serverKey: toBase64(Buffer.alloc(32, 9)) }),
      200,
    ],
    ['another fleet', 'wrongServer', () => ({ ...good(), fleetId: randomUUID() }), 200],
    ['no certificate as the CA', 'wrongServer', () => ({ ...good(), caCertificate: 'hello' }), 200],
    ['fields missing', 'malformedAnswer', () => ({}), 200],
    ['no JSON', 'malformedAnswer', () => '<html>', 200],
    ['no JSON and an error', 'malformedAnswer', () => '<html>', 502],
    ['an unknown reason', 'malformedAnswer', () => ({ error: 'later', message: '' }), 400],
    ['too much', 'malformedAnswer', () => JSON.stringify({ text: 'x'.repeat(100_000) }), 200],
  ])('refuses an answer with %s', async (...[, code, body, status]) => {
    answer = reply(status, body());

    await expect(enrol(facts(token()))).rejects.toMatchObject({ code });
  });

  it('refuses a CA that is not the pinned one', async () => {
    const other = await tls.authority('Fleet CA of the test');
    answer = reply(200, { ...good(), caCertificate: other.pem });

    await expect(enrol(facts(token()))).rejects.toMatchObject({ code: 'wrongServer' });
  });

  it('refuses a text that is no token before it goes anywhere', async () => {
    await expect(enrol(facts('tf1.x'))).rejects.toMatchObject({ code: 'badToken', name: 'EnrolmentFailed' });
    await expect(enrol(facts('tf1.x'))).rejects.toBeInstanceOf(EnrolmentFailed);
  });

  it('says what is wrong with the way to the server', async () => {
    await expect(enrol(facts(token({ address: 'https://127.0.0.1:1' })))).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('127.0.0.1:1') as string,
    });
    await expect(enrol(facts(token({ address: 'https://no-such-host.invalid:1' })))).rejects.toMatchObject({
      code: 'unreachable',
    });
  });

  it('does not wait for ever', async () => {
    answer = () => undefined;

    await expect(enrol({ ...facts(token()), timeoutMs: 300 })).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('no answer in time') as string,
    });
  });
});

describe('the key set of the answer', () => {
  const pinnedKey = keyPairFromSeed('ed25519', Buffer.alloc(32, 1));
  const stranger = keyPairFromSeed('ed25519', Buffer.alloc(32, 2));
  const set = (change: Partial<KeySet> = {}): KeySet => ({
    format: 1,
    fleetId,
    version: 1,
    threshold: 1,
    keys: [{ keyId: keyId(serverKey), publicKey: serverKey, roles: ['server'] }],
    ...change,
  });

  it('is pinned when the server key of the token signed it', async () => {
    answer = reply(200, { ...good(), keySet: signKeySet(set({ version: 3 }), [pinnedKey.privateKey]) });

    expect((await enrol(facts(token()))).keySet).toEqual(set({ version: 3 }));
  });

  it.each<[string, () => unknown]>([
    ['forged', () => signKeySet(set(), [stranger.privateKey])],
    ['of another fleet', () => signKeySet(set({ fleetId: randomUUID() }), [pinnedKey.privateKey])],
    [
      'altered after it was signed',
      () => ({
        ...signKeySet(set(), [pinnedKey.privateKey]),
        payload: toBase64(Buffer.from(JSON.stringify(set({ version: 2 })))),
      }),
    ],
  ])('ends the enrolment when it is %s', async (_, envelope) => {
    answer = reply(200, { ...good(), keySet: envelope() });

    await expect(enrol(facts(token()))).rejects.toMatchObject({
      code: 'wrongServer',
      message: expect.stringMatching(/key set was refused.*Nothing was kept/) as string,
    });
  });
});
