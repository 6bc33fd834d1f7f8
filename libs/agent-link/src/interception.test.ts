import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFrameSplitter, textFrame } from './testing/frame-splitter.ts';
import { jobEvent, LinkLab, section, type LabAgent } from './testing/link-lab.ts';
import { startProxy } from './testing/proxy.ts';

/*
 * A proxy that ends TLS with its own certificate and sees every frame. It can read all of them; whatever it does to one of them
 * closes the socket: no handler sees what it made, and the next connection works again.
 */

let lab: LinkLab;
const cleanup: (() => Promise<void>)[] = [];
beforeEach(async () => {
  lab = await LinkLab.start();
});
afterEach(async () => {
  await lab.close();
  for (const end of cleanup.splice(0)) await end();
});

/** What the proxy does with frames of one direction while it meddles; the rest goes through. */
type Meddling = (frame: Buffer, masked: boolean) => readonly Buffer[];

function changeLast(frame: Buffer): Buffer {
  const changed = Buffer.from(frame);
  changed[changed.length - 1]! ^= 1;
  return changed;
}

/** Holds one frame back and lets the next one pass it. */
function reorder(): Meddling {
  let held: Buffer | undefined;
  return (frame) => {
    if (held === undefined) {
      held = frame;
      return [];
    }
    return [frame, held];
  };
}

const MEDDLING: readonly [string, () => Meddling][] = [
  ['changes one byte', () => (frame) => [changeLast(frame)]],
  ['changes one byte of the MAC', () => (frame, masked) => [changeMac(frame, masked)]],
  [
    'inserts a frame of its own',
    () => (frame, masked) => [textFrame(`${'A'.repeat(43)}:{"type":"later"}`, masked), frame],
  ],
  ['inserts a frame without a MAC', () => (frame, masked) => [textFrame('{"type":"later"}', masked), frame]],
  ['sends a frame twice', () => (frame) => [frame, frame]],
  ['drops a frame', drop],
  ['swaps two frames', reorder],
];

/** The first one only: with the next the gap shows. */
function drop(): Meddling {
  let dropped = false;
  return (frame) => {
    if (dropped) return [frame];
    dropped = true;
    return [];
  };
}

function changeMac(frame: Buffer, masked: boolean): Buffer {
  const changed = Buffer.from(frame);
  const extended = (changed[1]! & 0x7f) === 126 ? 2 : 0;
  changed[2 + extended + (masked ? 4 : 0)]! ^= 1;
  return changed;
}

async function intercepted() {
  const { authority, leaf } = await lab.foreignLeaf();
  const meddle: { toServer: Meddling | undefined; toAgent: Meddling | undefined } = {
    toServer: undefined,
    toAgent: undefined,
  };
  const proxy = await startProxy({
    certificate: leaf,
    chain: authority.pem,
    target: lab.port,
    targetCa: lab.authority.pem,
    toServer: () => createFrameSplitter((frame) => meddle.toServer?.(frame, true) ?? [frame]),
    toAgent: () => createFrameSplitter((frame) => meddle.toAgent?.(frame, false) ?? [frame]),
  });
  cleanup.push(proxy.close);
  const requests: string[] = [];
  const agent = lab.agent({
    identity: lab.identity({ address: `https://127.0.0.1:${proxy.port}` }),
    handlers: {
      onJob: () => undefined,
      onCancel: (jobId) => void requests.push(jobId),
      onRequest: (what) => void requests.push(what),
    },
  });
  agent.link.start();
  await expect.poll(() => lab.seen.sessions.length).toBe(1);
  await expect.poll(() => agent.link.state().name).toBe('online');
  return { agent, meddle, requests, proxy };
}

let scans = 0;
function report(agent: LabAgent): void {
  scans += 1;
  agent.link.setInventory(new Map([['system', section({ scan: scans })]]), '2026-11-22T09:00:00Z');
}

describe('a proxy on the path', () => {
  it.each(MEDDLING)('that %s towards the server closes the socket', async (_, meddling) => {
    const { agent, meddle, proxy } = await intercepted();
    meddle.toServer = meddling();
    lab.acknowledge = false;
    report(agent);
    // A second message, so that a gap or a swap can show.
    agent.outbox.push(jobEvent(1));
    agent.link.jobEventsChanged();
    await expect
      .poll(() => lab.seen.rejections)
      .toMatchObject([{ stage: 'session', code: 1002, hostId: agent.hostId }]);
    meddle.toServer = undefined;
    lab.acknowledge = true;
    await expect.poll(() => lab.seen.sessions.length).toBeGreaterThan(1);
    await expect.poll(() => lab.bodies.size).toBe(1);

    expect(lab.seen.sessions.every(({ interception }) => interception)).toBe(true);
    // It reads along: towards the agent frames are not even masked.
    expect(proxy.read()).toContain('"type":"welcome"');
  });

  it.each(MEDDLING)('that %s towards the agent closes the socket', async (_, meddling) => {
    const { agent, meddle, requests } = await intercepted();
    meddle.toAgent = meddling();
    lab.hub.send(agent.hostId, { type: 'request', what: 'scan' });
    lab.hub.send(agent.hostId, { type: 'cancel', jobId: lab.fleetId });
    await expect.poll(() => agent.codes()).toContain('badFrame');
    meddle.toAgent = undefined;
    await expect.poll(() => lab.seen.sessions.length).toBeGreaterThan(1);
    await expect.poll(() => agent.link.state().name).toBe('online');

    // At most what came whole and in its place before; never twice, never out of order, never what the proxy wrote.
    expect([[], ['scan']]).toContainEqual(requests);
    expect(agent.codes()).toContain('interception');
    lab.hub.send(agent.hostId, { type: 'request', what: 'scan' });
    await expect.poll(() => requests.length).toBeGreaterThan(0);
  });
});

describe('after a frame that was not the server’s', () => {
  it('nothing more of that socket is handled, however right it is', async () => {
    const { agent, meddle, requests } = await intercepted();
    let sent = 0;
    meddle.toAgent = (frame) => {
      sent += 1;
      // Each of those that follow would be a broken frame of its own.
      return sent === 1 ? [textFrame('{"type":"later"}', false), frame] : [frame];
    };
    for (let round = 0; round < 20; round += 1) lab.hub.send(agent.hostId, { type: 'request', what: 'scan' });
    await expect.poll(() => agent.codes()).toContain('badFrame');
    await expect.poll(() => lab.seen.sessions.length).toBe(2);

    expect(requests).toEqual([]);
    expect(agent.codes().filter((code) => code === 'badFrame')).toHaveLength(1);
  });
});
