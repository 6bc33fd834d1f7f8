import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CLOSE_CODES, MAX_FRAME_BYTES } from '@trustfleet/protocol';
import { GoodAgents } from './testing/good-agents.ts';
import { HubLab } from './testing/hub-lab.ts';
import type { RawAgent } from './testing/raw-agent.ts';
import { ended, openTcp, openTls, openUpgraded, upgradeRequest } from './testing/raw-socket.ts';

/*
 * Everything here happens to one hub on real sockets, beside agents that report all the time. The last test counts: each report of
 * each good agent acknowledged, none of them disconnected.
 */
// Hundreds of TLS handshakes: they take their time on a machine that does something else.
vi.setConfig({ testTimeout: 180_000 });
const SEED = 20261122;
const GOOD_AGENTS = 5;
let lab: HubLab;
let good: GoodAgents;
const left: Socket[] = [];

beforeAll(async () => {
  lab = await HubLab.start({
    realClock: true,
    server: { headersTimeout: 6_000, connectionsCheckingInterval: 200, handshakeTimeout: 6_000 },
    handlers: {
      onMessage: (session, message) => {
        if (message.type === 'report') session.send({ type: 'ack', seq: message.seq });
      },
    },
  });
  good = await GoodAgents.start(lab, GOOD_AGENTS);
});
afterAll(async () => {
  for (const socket of left) socket.destroy();
  await good.stop();
  await lab.close();
});
afterEach(() => {
  expect(lab.seen.errors).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect({}).not.toHaveProperty('polluted');
});

const digest = 'a'.repeat(64);
const uuid = '01936f00-0000-7000-8000-000000000000';
const VALID: Readonly<Record<string, Record<string, unknown>>> = {
  report: { seq: 1, sections: { system: digest }, scannedAt: '2026-11-22T09:00:00Z' },
  section: { seq: 1, name: 'system', digest, body: '{}' },
  certificates: { seq: 1, certificates: [{ sha256: digest, der: 'AAAA' }] },
  heartbeat: { uptimeSeconds: 1 },
  settingsResult: { id: uuid, outcome: 'kept', detail: null },
  jobEvent: { event: { eventId: uuid, jobId: uuid, attempt: 1, index: 1, state: 'applying' } },
};

const hostileKey = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'then');
const anyKey = fc.oneof(hostileKey, fc.string(), fc.constantFrom('type', 'seq', 'sections', 'event'));
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value));
const polluted = fc
  .array(hostileKey, { minLength: 1, maxLength: 6 })
  .map((keys) => keys.reduceRight((inner, key) => `{"${key}":${inner}}`, '{"polluted":true}'));
const member = fc
  .tuple(anyKey, fc.oneof(json, polluted))
  .map(([key, value]) => `${JSON.stringify(key)}:${value}`);
/** A message of ours with members added or said again in another way: later ones win in JSON.parse. */
const twisted = fc
  .tuple(fc.constantFrom(...Object.keys(VALID)), fc.array(member, { maxLength: 4 }))
  .map(([type, members]) => {
    const fields = JSON.stringify({ type, ...VALID[type] }).slice(1, -1);
    return `{${[fields, ...members].join(',')}}`;
  });
const anyText = fc.oneof(twisted, json, fc.string(), fc.string({ unit: 'binary' }), polluted);

/** A session that misbehaves; a new one as soon as the last was closed. */
class Attacker {
  #agent: RawAgent | undefined;
  #open = false;
  closes = 0;

  async session(): Promise<RawAgent> {
    if (this.#agent !== undefined && this.#open) return this.#agent;
    const { agent } = await lab.connected();
    this.#agent = agent;
    this.#open = true;
    void agent.closed.then(() => {
      this.closes += 1;
      this.#open = false;
    });
    return agent;
  }

  /** Sends, and waits until the hub has seen it: it answered the ping behind it, or closed. */
  async send(frame: (agent: RawAgent) => string | Buffer, binary = false): Promise<void> {
    const agent = await this.session();
    const pong = once(agent.ws, 'pong');
    agent.ws.send(frame(agent), { binary });
    agent.ws.ping();
    await Promise.race([pong, agent.closed]);
  }
}

describe('fuzzed frames', () => {
  it('that are sealed as they should be, whatever they say', async () => {
    const attacker = new Attacker();
    await fc.assert(
      fc.asyncProperty(anyText, (text) => attacker.send((agent) => agent.seal(text))),
      { seed: SEED, numRuns: 150 },
    );

    expect(attacker.closes).toBeGreaterThan(10);
  });

  it('that carry no MAC or are no text', async () => {
    const attacker = new Attacker();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, binary) =>
        attacker.send(() => Buffer.from(bytes), binary),
      ),
      { seed: SEED, numRuns: 60 },
    );

    expect(attacker.closes).toBeGreaterThan(20);
  });

  it('that are no WebSocket at all', async () => {
    const { port, ca } = lab;
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 400 }), async (bytes) => {
        const socket = await openUpgraded(port, ca, lab.addHost());
        socket.write(bytes);
        socket.end();
        await ended(socket);
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('in place of an upgrade', async () => {
    const { port, ca } = lab;
    const request = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
      fc
        .array(fc.tuple(fc.string({ maxLength: 30 }), fc.string({ maxLength: 60 })), { maxLength: 8 })
        .map((headers) =>
          upgradeRequest(lab.addHost()).replace('Host:', `${headers.flat().join(':')}\r\nHost:`),
        ),
    );
    await fc.assert(
      fc.asyncProperty(request, async (bytes) => {
        const socket = await openTls(port, ca);
        socket.write(bytes);
        socket.end();
        await ended(socket);
      }),
      { seed: SEED, numRuns: 60 },
    );
  });
});

describe('frames that are too much', () => {
  it.each<[string, number, (agent: RawAgent) => void]>([
    [
      'one above 1 MiB',
      CLOSE_CODES.tooLarge,
      (agent) => {
        agent.ws.send('x'.repeat(MAX_FRAME_BYTES + 1));
      },
    ],
    [
      '1 MiB in 2 000 fragments',
      CLOSE_CODES.policyViolation,
      (agent) => {
        for (let i = 0; i < 2_000; i += 1) agent.ws.send('x'.repeat(524), { fin: false });
      },
    ],
    [
      '100 000 empty fragments',
      CLOSE_CODES.policyViolation,
      (agent) => {
        for (let i = 0; i < 100_000; i += 1) agent.ws.send('', { fin: false });
      },
    ],
  ])('%s', async (_, code, misbehave) => {
    const { agent, host } = await lab.connected();
    misbehave(agent);
    await expect
      .poll(() => lab.seen.rejections.find(({ hostId }) => hostId === host.hostId), { timeout: 30_000 })
      .toMatchObject({ stage: 'session', code });
    agent.ws.terminate();
  });
});

describe('what is begun and left', () => {
  it('TCP, TLS, half a request, an upgrade without an answer: closed after a while, and others come in meanwhile', async () => {
    const { port, ca } = lab;
    const half = await Promise.all(Array.from({ length: 50 }, () => openTls(port, ca)));
    for (const socket of half) socket.write(upgradeRequest(lab.addHost()).slice(0, 60));
    const silent = await Promise.all(Array.from({ length: 50 }, () => openTcp(port)));
    const greeted = await Promise.all(Array.from({ length: 50 }, () => openTls(port, ca)));
    const upgraded = await Promise.all(
      Array.from({ length: 20 }, () => openUpgraded(port, ca, lab.addHost())),
    );
    left.push(...silent, ...half, ...greeted, ...upgraded);
    await lab.connected();
    expect(lab.hub.counts().handshaking).toBeGreaterThanOrEqual(20);

    await Promise.all([...silent, ...half, ...greeted].map(ended));
    await Promise.all(upgraded.map(ended));
    await expect.poll(() => lab.hub.counts().handshaking).toBe(0);
  });

  it('headers that come byte by byte end with the time for all of them', async () => {
    const socket = await openTls(lab.port, lab.ca);
    left.push(socket);
    const request = upgradeRequest(lab.addHost());
    let at = 0;
    const timer = setInterval(() => {
      if (socket.writable) socket.write(request[at] ?? '\r');
      at += 1;
    }, 100);
    await ended(socket);
    clearInterval(timer);

    expect(at).toBeLessThan(request.length);
  });
});

describe('wrong tokens as fast as one process can', () => {
  it('cost little, are bounded in memory and log, and hold up nobody', async () => {
    const before = { rss: process.memoryUsage().rss, rejections: lab.seen.rejections.length };
    const heard = good.count().acknowledged;
    const child = spawn(
      process.execPath,
      [
        '--conditions=@trustfleet/source',
        fileURLToPath(new URL('testing/flood.ts', import.meta.url)),
        `${lab.port}`,
        '3000',
      ],
      { env: { FLOOD_CA: lab.ca }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const newcomer = lab.connected();
    await once(child, 'close');
    await newcomer;
    const { answers, seconds } = JSON.parse(output) as { answers: Record<string, number>; seconds: number };
    const total = Object.values(answers).reduce((sum, count) => sum + count, 0);
    const grownMiB = (process.memoryUsage().rss - before.rss) / 2 ** 20;
    process.stdout.write(
      `wrong tokens: ${Math.round(total / seconds)} a second, answers ${JSON.stringify(answers)}, memory of the hub's process ${grownMiB.toFixed(0)} MiB more\n`,
    );

    expect(answers['429']).toBeGreaterThan(0);
    expect(Object.keys(answers).every((status) => ['401', '429', 'none'].includes(status))).toBe(true);
    // The burst, and one a second.
    expect(answers['401']).toBeLessThan(30 + 2 * seconds);
    expect(lab.seen.rejections.length - before.rejections).toBeLessThan(30 + 2 * seconds);
    expect(grownMiB).toBeLessThan(128);
    expect(good.count().acknowledged).toBeGreaterThan(heard);
  });
});

/** Every object within has the prototype that JSON gives. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const expected = Array.isArray(value) ? Array.prototype : Object.prototype;
  if (Object.getPrototypeOf(value) !== expected) return false;
  return Object.keys(value).every((key) => isPlain(Object.getOwnPropertyDescriptor(value, key)?.value));
}

describe('after all that', () => {
  it('what was handed on is plain data, whatever keys it named', () => {
    const named = lab.seen.messages.filter(({ message }) =>
      /"(__proto__|constructor)"/.test(JSON.stringify(message)),
    );

    expect(named.length).toBeGreaterThan(0);
    expect(lab.seen.messages.every(({ message }) => isPlain(message))).toBe(true);
  });

  it('each report of each good agent is acknowledged, and none was disconnected', async () => {
    await good.stop();
    await expect.poll(() => good.count().sent - good.count().acknowledged).toBe(0);
    const count = good.count();
    process.stdout.write(`good agents: ${JSON.stringify(count)}\n`);

    expect(count).toMatchObject({ agents: GOOD_AGENTS, lost: 0 });
    expect(count.sent).toBeGreaterThan(GOOD_AGENTS * 20);
    for (const hostId of good.hostIds) expect(lab.hub.session(hostId)).toBeDefined();
    expect(lab.seen.rejections.filter(({ hostId }) => good.hostIds.includes(hostId ?? ''))).toEqual([]);
  });
});
