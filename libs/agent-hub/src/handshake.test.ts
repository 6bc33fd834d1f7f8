import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLOSE_CODES } from '@trustfleet/protocol';
import { hashAgentSecret, keyPairFromSeed, verifyServerTime } from '@trustfleet/signing';
import { HubLab } from './testing/hub-lab.ts';

let lab: HubLab;
beforeEach(async () => {
  lab = await HubLab.start();
});
afterEach(async () => {
  await lab.close();
});

describe('the first gate', () => {
  it.each<[string, number, object]>([
    [
      'a wrong secret',
      401,
      { headers: { authorization: `Trustfleet 00000000-0000-4000-8000-000000000000.${'x'.repeat(43)}` } },
    ],
    ['no Authorization at all', 401, { headers: { authorization: '' } }],
    ['a browser', 403, { headers: { origin: 'https://127.0.0.1' } }],
    ['another path', 404, { path: '/agent/../x' }],
    ['another subprotocol', 400, { subprotocol: 'trustfleet.v0' }],
  ])('refuses %s with %i', async (_, status, change) => {
    const agent = lab.agent(lab.addHost(), change);

    expect(await agent.refused()).toMatchObject({ status });
    expect(lab.seen.rejections).toMatchObject([{ stage: 'upgrade', code: status, hostId: null }]);
  });

  it('refuses the right secret of another host', async () => {
    const [a, b] = [lab.addHost(), lab.addHost()];
    const agent = lab.agent({ ...a, secret: b.secret });

    expect(await agent.refused()).toMatchObject({ status: 401 });
  });
});

describe('a secret that is being changed', () => {
  it('is let in beside the old one until the change is done', async () => {
    const host = lab.addHost();
    const next = lab.addHost().secret;
    const known = lab.hosts.get(host.hostId)!;
    lab.hosts.set(host.hostId, { ...known, nextSecretHash: hashAgentSecret(next) });
    await lab.agent(host).connect();
    expect(lab.hub.session(host.hostId)?.secretHash).toBe(known.secretHash);
    await lab.agent({ ...host, secret: next }).connect();
    expect(lab.hub.session(host.hostId)?.secretHash).toBe(hashAgentSecret(next));
    lab.hosts.set(host.hostId, { ...known, secretHash: hashAgentSecret(next), nextSecretHash: null });

    expect(await lab.agent(host).refused()).toMatchObject({ status: 401 });
    await lab.agent({ ...host, secret: next }).connect();
  });
});

describe('challenge and hello', () => {
  it('open a session with a signed welcome', async () => {
    const agent = lab.agent(lab.addHost());
    const welcome = await agent.connect();

    expect(welcome).toMatchObject({ type: 'welcome', heartbeatIntervalMs: 30_000, scanIntervalMs: 60_000 });
    expect(welcome.type === 'welcome' && verifyServerTime(welcome, lab.serverKey.publicKey)).toBe(true);
    await expect.poll(() => lab.seen.hellos.length).toBe(1);
    expect(lab.seen.hellos[0]).toMatchObject({ interception: false, remoteAddress: '127.0.0.1' });
    expect(lab.hub.counts()).toEqual({ online: 1, handshaking: 0 });
  });

  it('report interception when the agent saw another certificate', async () => {
    const agent = lab.agent(lab.addHost(), { hello: { certificate: 'f'.repeat(64) } });
    await agent.connect();

    await expect.poll(() => lab.seen.hellos[0]?.interception).toBe(true);
  });

  it('refuse a hello that the host’s key did not sign', async () => {
    const stranger = keyPairFromSeed('ed25519', Buffer.alloc(32, 9));
    const agent = lab.agent(lab.addHost(), { signWith: stranger.privateKey });
    await agent.sayHello();

    expect(await agent.closed).toMatchObject({ code: CLOSE_CODES.handshakeFailed });
    expect(lab.seen.hellos).toEqual([]);
  });

  it.each([{ hostId: '00000000-0000-4000-8000-000000000000' }, { protocol: 2 }])(
    'refuse a hello with %j',
    async (hello) => {
      const agent = lab.agent(lab.addHost(), { hello });
      await agent.sayHello();

      expect(await agent.closed).toMatchObject({ code: CLOSE_CODES.handshakeFailed });
    },
  );

  it('refuse a hello that was recorded on another socket', async () => {
    const host = lab.addHost();
    const first = lab.agent(host);
    const hello = await first.sayHello();
    await first.next();
    const second = lab.agent(host);
    await second.readChallenge();
    second.ws.send(JSON.stringify(hello));

    expect(await second.closed).toMatchObject({ code: CLOSE_CODES.handshakeFailed });
    expect(lab.hub.counts()).toEqual({ online: 1, handshaking: 0 });
  });

  it('refuse a peer key that makes a known secret', async () => {
    const agent = lab.agent(lab.addHost(), { hello: { ephemeralKey: Buffer.alloc(32).toString('base64') } });
    await agent.sayHello();

    expect(await agent.closed).toMatchObject({ code: CLOSE_CODES.handshakeFailed });
  });

  it.each<[string, string | Buffer]>([
    ['no JSON', 'hello'],
    ['another message', '{"type":"report"}'],
    ['binary', Buffer.from('{}')],
    ['null', 'null'],
  ])('refuse %s', async (_, bytes) => {
    const agent = lab.agent(lab.addHost());
    await agent.readChallenge();
    agent.ws.send(bytes);

    expect((await agent.closed).code).toBeGreaterThanOrEqual(1002);
    expect(lab.seen.rejections).toMatchObject([{ stage: 'handshake' }]);
  });

  it('refuse more than 16 KiB before they are done, in one frame or many fragments', async () => {
    const whole = lab.agent(lab.addHost());
    await whole.readChallenge();
    whole.ws.send('x'.repeat(20_000));
    const parts = lab.agent(lab.addHost());
    await parts.readChallenge();
    for (let i = 0; i < 300; i += 1) parts.ws.send('x'.repeat(100), { fin: false });

    expect(await whole.closed).toMatchObject({ code: CLOSE_CODES.tooLarge });
    expect(await parts.closed).toMatchObject({ code: CLOSE_CODES.tooLarge });
  });

  it('give up after 10 seconds of silence', async () => {
    const agent = lab.agent(lab.addHost());
    await agent.readChallenge();
    await lab.clock.advance(9_999);
    expect(lab.hub.counts()).toEqual({ online: 0, handshaking: 1 });
    await lab.clock.advance(1);

    expect(await agent.closed).toMatchObject({ code: CLOSE_CODES.handshakeTimeout });
    expect(lab.hub.counts()).toEqual({ online: 0, handshaking: 0 });
  });

  it('give up after 10 seconds as well when the hello comes a byte a second', async () => {
    const agent = lab.agent(lab.addHost());
    await agent.readChallenge();
    agent.writeRaw(Buffer.from([0x81, 0x80 | 100, 0, 0, 0, 0]));
    for (let second = 0; second < 10; second += 1) {
      agent.writeRaw(Buffer.from('x'));
      await lab.clock.advance(1_000);
    }

    expect(await agent.closed).toMatchObject({ code: CLOSE_CODES.handshakeTimeout });
  });

  it('are few at a time for one host, so that a stolen secret opens no thousand sockets', async () => {
    const host = lab.addHost();
    for (let i = 0; i < 4; i += 1) await lab.agent(host).readChallenge();

    expect(await lab.agent(host).refused()).toMatchObject({ status: 429 });
    await lab.agent(lab.addHost()).connect();
  });
});
