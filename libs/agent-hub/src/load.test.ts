import { afterEach, describe, expect, it } from 'vitest';
import { CLOSE_CODES } from '@trustfleet/protocol';
import { HubLab, type HubLabOptions } from './testing/hub-lab.ts';

let lab: HubLab;
const start = async (options: HubLabOptions = {}) => {
  lab = await HubLab.start(options);
  return lab;
};
afterEach(async () => {
  await lab.close();
});

const envelope = {
  payloadType: 't',
  payload: 'A'.repeat(300 * 1024),
  signatures: [{ keyid: 'k', sig: 'AAAA' }],
};
const job = { type: 'job' as const, order: envelope, job: { ...envelope, payload: 'AAAA' }, artifacts: {} };

/** Sends until the kernel takes no more either, so that what is left waits in this process. */
async function fill(hostId: string): Promise<number> {
  let sent = 0;
  for (let round = 0; round < 200; round += 1) {
    const before = sent;
    while (lab.hub.send(hostId, job) === 'sent') sent += 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (sent === before) return sent;
  }
  throw new Error('the socket never filled');
}

describe('upgrades', () => {
  it('beyond the bucket are told when to come back, and then get in', async () => {
    await start({ limits: { upgradesPerSecond: 1, upgradeBurst: 2 } });
    await lab.connected();
    await lab.connected();
    const refused = await lab.agent(lab.addHost()).refused();

    expect(refused.status).toBe(503);
    expect(Number(refused.retryAfter)).toBeGreaterThanOrEqual(1);
    await lab.clock.advance(1_000);
    await lab.connected();
  });

  it('with bad tokens as fast as one process can do not hold up a good host behind the same address', async () => {
    await start();
    const { agent } = await lab.connected();
    const stranger = { ...lab.addHost(), secret: 'x'.repeat(43) };
    const statuses = await Promise.all(
      Array.from({ length: 60 }, async () => (await lab.agent(stranger).refused()).status),
    );

    expect(statuses.filter((status) => status === 401)).toHaveLength(20);
    expect(statuses.filter((status) => status === 429)).toHaveLength(40);
    expect(lab.seen.rejections).toHaveLength(20);
    await lab.connected();
    agent.send({ type: 'heartbeat' });
    await expect.poll(() => lab.seen.messages.length).toBe(1);
  });

  it('remember a bounded number of addresses', async () => {
    await start({ limits: { maxRefusalAddresses: 1, refusalBurst: 1 } });
    const stranger = { ...lab.addHost(), secret: 'x'.repeat(43) };

    expect((await lab.agent(stranger).refused()).status).toBe(401);
    expect((await lab.agent(stranger).refused()).status).toBe(429);
  });
});

describe('a host that does not read', () => {
  it('gets no more queued than the soft bound and one frame, and all of that when it reads again', async () => {
    await start();
    const { agent, host } = await lab.connected();
    agent.ws.pause();
    const sent = await fill(host.hostId);

    expect(sent).toBeGreaterThan(0);
    expect(lab.hub.send(host.hostId, { type: 'cancel', jobId: host.hostId })).toBe('congested');
    agent.ws.resume();
    for (let i = 0; i < sent; i += 1) expect(await agent.next()).toMatchObject({ type: 'job' });
    await expect.poll(() => lab.hub.send(host.hostId, { type: 'cancel', jobId: host.hostId })).toBe('sent');
    for (let beat = 1; beat <= 4; beat += 1) {
      agent.send({ type: 'heartbeat' });
      await expect.poll(() => lab.seen.messages.length).toBe(beat);
      await lab.clock.advance(30_000);
    }
    expect(lab.hub.counts().online).toBe(1);
  });

  it('is closed when it stays so, and the others are not', async () => {
    await start({ limits: { softBufferBytes: 1_000, hardBufferBytes: 2_000 } });
    const good = await lab.connected();
    const { agent, host } = await lab.connected();
    agent.ws.pause();
    await fill(host.hostId);
    for (let i = 0; i < 8; i += 1) {
      await lab.clock.advance(5_000);
      good.agent.send({ type: 'heartbeat' });
      await expect.poll(() => lab.seen.messages.length).toBe(i + 1);
    }

    await expect.poll(() => lab.seen.closes.map(({ close }) => close.end)).toEqual(['congested']);
    expect(lab.hub.counts().online).toBe(1);
  });
});

describe('many hosts', () => {
  it('are sent to in chunks; those away are named', async () => {
    await start({ limits: { sendChunk: 2 } });
    const connected = await Promise.all(Array.from({ length: 5 }, () => lab.connected()));
    const away = lab.addHost();
    const results = await lab.hub.sendMany([...connected.map(({ host }) => host.hostId), away.hostId], {
      type: 'request',
      what: 'scan',
    });

    expect([...results.values()]).toEqual(['sent', 'sent', 'sent', 'sent', 'sent', 'offline']);
    for (const { agent } of connected) expect(await agent.next()).toEqual({ type: 'request', what: 'scan' });
  });
});

describe('closing', () => {
  it('tells every agent when to come back, refuses new ones and calls no handler afterwards', async () => {
    await start();
    const connected = await Promise.all(Array.from({ length: 3 }, () => lab.connected()));
    const half = lab.agent(lab.addHost());
    await half.readChallenge();
    const closing = lab.hub.close({ spreadMs: 60_000 });
    const orders = await Promise.all(connected.map(({ agent }) => agent.next()));
    await closing;

    for (const order of orders) expect(order).toMatchObject({ type: 'reconnect' });
    expect(orders.every((order) => order.type === 'reconnect' && order.afterMs < 60_000)).toBe(true);
    expect(await Promise.all(connected.map(({ agent }) => agent.closed))).toMatchObject(
      connected.map(() => ({ code: CLOSE_CODES.restart })),
    );
    await half.closed;
    expect(lab.seen.closes.map(({ close }) => close.end)).toEqual(['shutdown', 'shutdown', 'shutdown']);
    expect(lab.hub.counts()).toEqual({ online: 0, handshaking: 0 });
  });

  it('does not wait for a peer that does not answer', async () => {
    await start();
    const { agent } = await lab.connected();
    agent.ws.pause();
    await lab.hub.close();

    expect(lab.seen.closes.map(({ close }) => close.end)).toEqual(['shutdown']);
  });
});
