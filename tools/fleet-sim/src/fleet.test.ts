import { randomBytes, randomUUID } from 'node:crypto';
import { createAgentHub, type AgentHub, type AgentSession } from '@trustfleet/agent-hub';
import type { AgentMessage, JobEvent, Order } from '@trustfleet/protocol';
import {
  keyPairFromSeed,
  merkleProof,
  merkleRoot,
  signJob,
  signOrder,
  toBase64,
  verifyJobEvent,
} from '@trustfleet/signing';
import { createTlsLab, type LabServer } from '@trustfleet/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SimFleet } from './fleet.ts';
import { simCredentials, simHost, type SimServer } from './identity.ts';
import { baseSections } from './inventory.ts';

const AGENTS = 5;
const tls = createTlsLab();
const serverKey = keyPairFromSeed('ed25519', randomBytes(32));
const fleetId = randomUUID();
const hosts = Array.from({ length: AGENTS }, (_, index) => simHost('test', index));
const poll = { timeout: 15_000 };

let lab: LabServer;
let hub: AgentHub;
let view: SimServer;
/** Bodies that the server holds, and what it was sent. */
let held: Set<string>;
let got: AgentMessage[];
let fleet: SimFleet | undefined;

/** What a server wants of these digests. */
function wantedOf(sections: Readonly<Record<string, string>>): string[] {
  return Object.keys(sections).filter((name) => !held.has(sections[name] ?? ''));
}

function onMessage(session: AgentSession, message: AgentMessage): void {
  got.push(message);
  if (message.type === 'section') held.add(message.digest);
  if (message.type === 'report')
    session.send({ type: 'ack', seq: message.seq, wantSections: wantedOf(message.sections) });
  else if ('seq' in message && typeof message.seq === 'number')
    session.send({ type: 'ack', seq: message.seq });
}

beforeAll(async () => {
  const authority = await tls.authority('Fleet CA');
  const leaf = await tls.leaf(authority);
  lab = await tls.serve(leaf);
  const known = new Map(
    hosts.map((host) => {
      const { secretHash, publicKey } = simCredentials(host);
      return [host.hostId, { secretHash, nextSecretHash: null, publicKey: toBase64(publicKey) }];
    }),
  );
  hub = createAgentHub({
    server: lab.server,
    serverId: fleetId,
    certificateSha256: leaf.sha256,
    signingKey: serverKey.privateKey,
    hosts: { find: (hostId) => known.get(hostId) },
    handlers: {
      onHello: (session) => {
        session.send({ type: 'ack', wantSections: wantedOf(session.hello.sections) });
      },
      onMessage,
      onClose: () => undefined,
    },
  });
  view = { address: lab.origin, fleetId, caCertificate: authority.pem, serverKey: serverKey.publicKey };
});
afterAll(async () => {
  await hub.close();
  await tls.close();
});
beforeEach(() => {
  held = new Set();
  got = [];
});
afterEach(async () => {
  fleet?.stop();
  await expect.poll(() => hub.counts().online, poll).toBe(0);
});

async function running(): Promise<SimFleet> {
  const one = new SimFleet({ server: view, hosts });
  fleet = one;
  one.start(100);
  await expect.poll(() => one.state.online, poll).toBe(AGENTS);
  return one;
}

describe('simulated hosts', () => {
  it('prove themselves and bring what the server lacks', async () => {
    const one = await running();
    await expect.poll(() => one.state.counts.bodies, poll).toBeGreaterThanOrEqual(AGENTS);

    expect(one.state.counts).toMatchObject({ connected: AGENTS, wrong: 0, lost: 0 });
    expect([...hub.sessions()].map(({ interception }) => interception)).toEqual(hosts.map(() => false));
  });

  it.each(['unchanged', 'pythons', 'trustStores'] as const)(
    'report %s and count what was answered',
    async (kind) => {
      const one = await running();
      await expect.poll(() => one.state.counts.bodies, poll).toBeGreaterThanOrEqual(AGENTS);
      const before = one.state.counts.bodies;

      const perSecond = await one.load({ kind, agents: AGENTS, warmUpSeconds: 0, seconds: 1 });

      expect(perSecond).toBeGreaterThan(0);
      expect(one.state.counts.reports).toBeGreaterThan(AGENTS);
      const bodies = one.state.counts.bodies - before;
      if (kind === 'unchanged') expect(bodies).toBe(0);
      else {
        expect(bodies).toBeGreaterThan(0);
        // The first ones are those that the hosts have when they come.
        const first = baseSections('any').get(kind)?.digest;
        const sent = got.flatMap((message) =>
          message.type === 'section' && message.name === kind && message.digest !== first ? [message] : [],
        );
        expect(new Set(sent.map(({ digest }) => digest)).size).toBe(sent.length);
        expect(Buffer.byteLength(sent.at(-1)?.body ?? '')).toBeGreaterThan(8_000);
      }
    },
  );

  it('answer a job with events that end signed, and refuse one that the server did not sign', async () => {
    const one = await running();
    const [host] = hosts;
    const order: Order = {
      format: 1,
      orderId: randomUUID(),
      fleetId,
      remedy: 'trustStore.addAnchor',
      parameters: {},
      mode: 'apply',
      artifacts: [],
      targets: { count: 1, merkleRoot: merkleRoot([host!.hostId]) },
      notBefore: '2026-11-22T00:00:00Z',
      expiresAt: '2026-11-29T00:00:00Z',
      orderSeq: 1,
      reason: 'why',
    };
    const job = {
      format: 1 as const,
      jobId: randomUUID(),
      orderId: order.orderId,
      hostId: host!.hostId,
      merkleProof: merkleProof([host!.hostId], host!.hostId),
      attempt: 1,
      executionTimeoutMs: 1000,
    };
    const send = (key: typeof serverKey.privateKey) =>
      hub.send(host!.hostId, {
        type: 'job',
        order: signOrder(order, [key]),
        job: signJob(job, key),
        artifacts: {},
      });

    send(keyPairFromSeed('ed25519', randomBytes(32)).privateKey);
    await expect.poll(() => one.state.counts.wrong, poll).toBe(1);
    send(serverKey.privateKey);
    const events = (): JobEvent[] =>
      got.flatMap((message) => (message.type === 'jobEvent' ? [message.event] : []));
    await expect.poll(() => events().length, poll).toBe(4);

    expect(events().map(({ state }) => state)).toEqual(['planning', 'applying', 'verifying', 'verified']);
    const key = toBase64(simCredentials(host!).publicKey);
    expect(events().map((event) => verifyJobEvent(event, key))).toEqual([false, false, false, true]);
  });

  it('come back by themselves after a loss', async () => {
    const one = await running();
    await expect.poll(() => one.state.counts.bodies, poll).toBeGreaterThanOrEqual(AGENTS);
    const [host] = hosts;
    const bodies = one.state.counts.bodies;

    hub.disconnect(host!.hostId, 'disconnected');

    await expect.poll(() => one.state.counts.lost, poll).toBe(1);
    await expect.poll(() => one.state.online, { timeout: 35_000 }).toBe(AGENTS);
    expect(one.state.counts.bodies).toBe(bodies);
  }, 60_000);
});
