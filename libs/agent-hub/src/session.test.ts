import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CLOSE_CODES, MAX_FRAME_BYTES } from '@trustfleet/protocol';
import { HubLab, type HubLabOptions } from './testing/hub-lab.ts';

let lab: HubLab;
const start = async (options: HubLabOptions = {}) => {
  lab = await HubLab.start(options);
  return lab;
};
afterEach(async () => {
  await lab.close();
});

const digest = 'a'.repeat(64);
const report = (seq: number) => ({
  type: 'report',
  seq,
  sections: { system: digest },
  scannedAt: '2026-11-22T09:00:00Z',
});
const types = () => lab.seen.messages.map(({ message }) => message.type);

describe('a session', () => {
  it('hands on messages with their unknown fields, in order, and sends what the server answers', async () => {
    await start({
      handlers: {
        onMessage: (session) => void session.send({ type: 'ack', seq: 1, wantSections: ['system'] }),
      },
    });
    const { agent, host } = await lab.connected();
    agent.send({ ...report(1), later: true });
    agent.send({ type: 'heartbeat' });

    expect(await agent.next()).toEqual({ type: 'ack', seq: 1, wantSections: ['system'] });
    await expect.poll(() => types()).toEqual(['report', 'heartbeat']);
    expect(lab.seen.messages[0]).toMatchObject({ hostId: host.hostId, message: { later: true } });
    expect(lab.hub.send(host.hostId, { type: 'request', what: 'scan' })).toBe('sent');
    expect(lab.hub.send(randomUUID(), { type: 'request', what: 'scan' })).toBe('offline');
  });

  it('never runs two handlers of one host at once', async () => {
    let running = 0;
    let most = 0;
    const handler = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
    };
    await start({ handlers: { onHello: handler, onMessage: handler, onClose: handler } });
    const { agent, host } = await lab.connected();
    for (let i = 1; i <= 5; i += 1) agent.send(report(i));
    await lab.agent(host).connect();
    await expect.poll(() => lab.seen.hellos.length).toBe(2);

    expect(most).toBe(1);
    expect(lab.seen.closes).toHaveLength(1);
  });

  it('goes on when a handler fails, and says so', async () => {
    let calls = 0;
    await start({
      handlers: {
        onMessage: () => {
          calls += 1;
          if (calls === 1) throw new Error('database down');
        },
      },
    });
    const { agent } = await lab.connected();
    agent.send(report(1));
    agent.send(report(2));

    await expect.poll(() => calls).toBe(2);
    expect(lab.seen.errors).toHaveLength(1);
  });

  it('is closed when its hello could not be handled: its host comes back and says it again', async () => {
    let calls = 0;
    await start({
      handlers: {
        onHello: () => {
          calls += 1;
          if (calls === 1) throw new Error('database down');
        },
      },
    });
    const { agent, host } = await lab.connected();

    expect(await agent.closed).toMatchObject({ code: CLOSE_CODES.internalError });
    expect(lab.seen.errors).toHaveLength(1);
    await lab.agent(host).connect();
    await expect.poll(() => calls).toBe(2);
    expect(lab.hub.counts().online).toBe(1);
  });

  it('asks for the full state after a gap in seq', async () => {
    await start();
    const { agent } = await lab.connected();
    agent.send(report(1));
    agent.send(report(3));
    agent.send(report(4));
    agent.send(report(4));

    expect(await agent.next()).toEqual({ type: 'ack', seq: 3, fullState: true });
    expect(await agent.next()).toEqual({ type: 'ack', seq: 4, fullState: true });
  });

  it('takes a seq for a number only in messages that have one', async () => {
    await start();
    const { agent } = await lab.connected();
    agent.send({ type: 'heartbeat', seq: -1e20 });
    agent.send({ type: 'settingsResult', id: randomUUID(), outcome: 'kept', detail: null, seq: 'x' });
    agent.send(report(1));

    await expect.poll(() => types()).toEqual(['heartbeat', 'settingsResult', 'report']);
    expect(lab.seen.errors).toEqual([]);
  });

  it('ignores a message type of a newer agent', async () => {
    await start();
    const { agent } = await lab.connected();
    agent.send({ type: 'telemetry', x: 1 });
    agent.send({ type: 'heartbeat' });

    await expect.poll(() => types()).toEqual(['heartbeat']);
  });

  it('tells a bye from a loss', async () => {
    await start();
    const [polite, rude] = [await lab.connected(), await lab.connected()];
    polite.agent.send({ type: 'bye', reason: 'shutdown' });
    await expect.poll(() => lab.seen.closes.length).toBe(1);
    rude.agent.ws.terminate();
    await expect.poll(() => lab.seen.closes.length).toBe(2);

    expect(lab.seen.closes.map(({ close }) => close.end)).toEqual(['bye', 'lost']);
    expect(lab.seen.closes[0]?.close.reason).toBe('shutdown');
    expect(lab.hub.counts().online).toBe(0);
  });

  it('is replaced by a newer one of the same host, which then gets what is sent', async () => {
    await start();
    const { agent, host } = await lab.connected();
    const newer = lab.agent(host);
    await newer.connect();

    expect(await agent.closed).toMatchObject({ code: CLOSE_CODES.replaced });
    await expect.poll(() => lab.seen.closes.map(({ close }) => close.end)).toEqual(['replaced']);
    expect(lab.hub.counts().online).toBe(1);
    lab.hub.send(host.hostId, { type: 'cancel', jobId: host.hostId });
    expect(await newer.next()).toMatchObject({ type: 'cancel' });
  });

  it('ends within the call when the host is revoked', async () => {
    await start();
    const { agent, host } = await lab.connected();
    const half = lab.agent(host);
    await half.readChallenge();
    lab.hosts.delete(host.hostId);
    lab.hub.disconnect(host.hostId, 'revoked');

    expect(lab.hub.counts()).toEqual({ online: 0, handshaking: 0 });
    expect(await agent.closed).toMatchObject({ code: CLOSE_CODES.revoked });
    await half.closed;
    expect(await lab.agent(host).refused()).toMatchObject({ status: 401 });
  });

  it('refuses to send what breaks the contract or the frame limit', async () => {
    await start();
    const { host } = await lab.connected();
    const envelope = {
      payloadType: 't',
      payload: 'A'.repeat(500 * 1024),
      signatures: [{ keyid: 'k', sig: 'AAAA' }],
    };

    expect(
      lab.hub.send(host.hostId, {
        type: 'job',
        order: envelope,
        job: envelope,
        artifacts: { [digest]: 'A'.repeat(200 * 1024) },
      }),
    ).toBe('tooLarge');
    expect(() => lab.hub.send(host.hostId, { type: 'cancel', jobId: 'no uuid' })).toThrow();
  });
});

describe('presence', () => {
  it('is lost after two missed heartbeats, and any message counts', async () => {
    await start();
    const { agent, host } = await lab.connected();
    await lab.clock.advance(60_000);
    agent.send({ type: 'later' });
    await expect
      .poll(() => lab.hub.session(host.hostId)?.lastSeen().getTime())
      .toBe(lab.clock.now().getTime());
    await lab.clock.advance(65_000);
    expect(lab.hub.counts().online).toBe(1);
    await lab.clock.advance(3_000);

    expect(lab.hub.counts().online).toBe(0);
    await expect.poll(() => lab.seen.closes.map(({ close }) => close.end)).toEqual(['missedHeartbeats']);
  });

  it('is lost to one who sends a byte a second of a frame that never ends', async () => {
    await start();
    const { agent } = await lab.connected();
    const good = await lab.connected();
    // A masked text frame that announces 100 bytes (RFC 6455 §5.2).
    agent.writeRaw(Buffer.from([0x81, 0x80 | 100, 0, 0, 0, 0]));
    for (let second = 0; second < 70; second += 1) {
      agent.writeRaw(Buffer.from('x'));
      if (second % 20 === 0) {
        good.agent.send({ type: 'heartbeat' });
        await expect.poll(() => types().length).toBe(1 + second / 20);
      }
      await lab.clock.advance(1_000);
    }

    await expect.poll(() => lab.seen.closes.map(({ close }) => close.end)).toEqual(['missedHeartbeats']);
    expect(lab.hub.session(good.host.hostId)).toBeDefined();
  });

  it('is not taken from everybody when this process itself stood still', async () => {
    await start();
    await lab.connected();
    const now = vi.spyOn(lab.clock, 'monotonic').mockImplementation(() => 3_600_000);
    await lab.clock.advance(1_000);
    expect(lab.hub.counts().online).toBe(1);
    now.mockRestore();
  });
});

describe('hostile frames close their socket and harm nobody else', () => {
  const job = { mac: (text: string) => `${'A'.repeat(43)}:${text}` };
  const deep = '['.repeat(200_000);

  it.each<[string, number, (agent: Awaited<ReturnType<HubLab['connected']>>['agent']) => void]>([
    [
      'no MAC',
      CLOSE_CODES.protocolError,
      (a) => {
        a.ws.send('{"type":"heartbeat"}');
      },
    ],
    [
      'a wrong MAC',
      CLOSE_CODES.protocolError,
      (a) => {
        a.ws.send(job.mac('{"type":"heartbeat"}'));
      },
    ],
    [
      'an altered frame',
      CLOSE_CODES.protocolError,
      (a) => {
        a.ws.send(a.seal('{"type":"heartbeat"}').replace('heart', 'haert'));
      },
    ],
    [
      'a replayed frame',
      CLOSE_CODES.protocolError,
      (a) => {
        const f = a.seal('{"type":"heartbeat"}');
        a.ws.send(f);
        a.ws.send(f);
      },
    ],
    [
      'a binary frame',
      CLOSE_CODES.protocolError,
      (a) => {
        a.ws.send(Buffer.from(a.seal('{"type":"heartbeat"}')));
      },
    ],
    [
      'no JSON',
      CLOSE_CODES.policyViolation,
      (a) => {
        a.ws.send(a.seal('{"type":'));
      },
    ],
    [
      'a depth bomb',
      CLOSE_CODES.policyViolation,
      (a) => {
        a.ws.send(a.seal(deep));
      },
    ],
    [
      'an array',
      CLOSE_CODES.policyViolation,
      (a) => {
        a.send([]);
      },
    ],
    [
      'a prototype key as a section',
      CLOSE_CODES.policyViolation,
      (a) => {
        a.ws.send(
          a.seal(
            `{"type":"report","seq":1,"scannedAt":"2026-11-22T09:00:00Z","sections":{"constructor":"${digest}"}}`,
          ),
        );
      },
    ],
    [
      'a failed schema',
      CLOSE_CODES.policyViolation,
      (a) => {
        a.send({ ...report(1), seq: -1 });
      },
    ],
    [
      'a frame above 1 MiB',
      CLOSE_CODES.tooLarge,
      (a) => {
        a.ws.send('x'.repeat(MAX_FRAME_BYTES + 1));
      },
    ],
    [
      'invalid UTF-8',
      CLOSE_CODES.protocolError,
      (a) => {
        a.ws.send(Buffer.from([0xff]), { binary: false });
      },
    ],
    [
      '100 000 empty fragments',
      CLOSE_CODES.policyViolation,
      (a) => {
        for (let i = 0; i < 100_000; i += 1) a.ws.send('', { fin: false });
      },
    ],
  ])('%s', async (_, code, misbehave) => {
    await start();
    const good = await lab.connected();
    const { agent, host } = await lab.connected();
    misbehave(agent);
    await agent.closed;

    await expect
      .poll(() => lab.seen.rejections)
      .toMatchObject([{ stage: 'session', code, hostId: host.hostId }]);
    await expect.poll(() => lab.seen.closes.map(({ close }) => close.end)).toEqual(['rejected']);
    good.agent.send(report(1));
    await expect
      .poll(() => lab.seen.messages.at(-1))
      .toMatchObject({ hostId: good.host.hostId, message: { type: 'report' } });
    expect(Object.prototype).not.toHaveProperty('x');
  });

  it('a flood is slowed down first, then closed; the others are still served', async () => {
    await start({ limits: { messageBurst: 50, messagesPerSecond: 10, maxSlowDowns: 2 } });
    const good = await lab.connected();
    const { agent } = await lab.connected();
    for (let i = 0; i < 60; i += 1) agent.send({ type: 'heartbeat' });

    expect(await agent.next()).toMatchObject({ type: 'ack', slowDownMs: 2_500 });
    good.agent.send(report(1));
    await expect.poll(() => types()).toContain('report');
    for (let round = 0; round < 3; round += 1) {
      for (let i = 0; i < 60; i += 1) agent.send({ type: 'heartbeat' });
      await lab.clock.advance(2_600);
    }

    expect(await agent.closed).toMatchObject({ code: CLOSE_CODES.policyViolation });
    expect(lab.hub.counts().online).toBe(1);
  });

  it('a big frame counts for more than a small one', async () => {
    await start({ limits: { messageBurst: 50, messagesPerSecond: 10 } });
    const { agent } = await lab.connected();
    for (let i = 0; i < 10; i += 1) agent.send({ type: 'later', text: 'x'.repeat(512 * 1024) });

    // Five of 9 tokens each fit; the sixth leaves a debt of 4, the seventh is one too many.
    expect(await agent.next()).toEqual({ type: 'ack', slowDownMs: 2_900 });
  });

  it('a handler that is slow stops the reading of that socket, and nothing is lost', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    await start({ handlers: { onMessage: () => gate } });
    const { agent } = await lab.connected();
    for (let i = 1; i <= 300; i += 1) agent.send(report(i));
    await expect.poll(() => types().length).toBe(1);
    await lab.clock.advance(300_000);
    expect(lab.hub.counts().online).toBe(1);
    release();

    await expect.poll(() => types().length).toBe(300);
  });
});
