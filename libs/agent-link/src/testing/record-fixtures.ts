import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { EndpointsMessage, Job, Order, ServerMessage, SettingsResult } from '@trustfleet/protocol';
import {
  keyId,
  keyPairFromSeed,
  merkleProof,
  merkleRoot,
  sha256Hex,
  signJob,
  signJobEvent,
  signKeySet,
  signOrder,
  toBase64,
} from '@trustfleet/signing';
import { createFrameSplitter, unmasked } from './frame-splitter.ts';
import { jobEvent, LinkLab, section, type LabAgent } from './link-lab.ts';
import { startProxy } from './proxy.ts';

/*
 * Records one frame of every message from a session of the real agent link with the real hub, as it went over the wire, into
 * libs/protocol/fixtures/v<version> (protocol.md, "Rules" 6). Once a version is released its frames stay as they are. Run with
 * node --conditions=@trustfleet/source libs/agent-link/src/testing/record-fixtures.ts
 */
const FIXTURES = fileURLToPath(new URL('../../../protocol/fixtures/v1/', import.meta.url));
const SCANNED_AT = '2026-11-22T09:00:00Z';
/** Public, and of no use but here: with it later releases derive this session's keys and open its frames. */
const EPHEMERAL_SEED = createHash('sha256').update('trustfleet fixtures v1').digest();

interface Recorded {
  readonly direction: 'agentToServer' | 'serverToAgent';
  /** Frames of this direction before this one, the handshake's left out; null for those of the handshake, which have no MAC. */
  readonly counter: number | null;
  readonly frame: string;
}

async function until(what: string, done: () => boolean): Promise<void> {
  for (let waited = 0; !done(); waited += 20) {
    if (waited > 10_000) throw new Error(`record-fixtures: waited too long for ${what}`);
    await sleep(20);
  }
}

function recorder(): {
  readonly frames: Map<string, Recorded>;
  readonly take: (direction: Recorded['direction']) => (frame: Buffer) => readonly Buffer[];
} {
  const frames = new Map<string, Recorded>();
  const counters = { agentToServer: 0, serverToAgent: 0 };
  return {
    frames,
    take: (direction) => (frame) => {
      const text = unmasked(frame);
      const handshake = text.startsWith('{');
      const { type } = JSON.parse(handshake ? text : text.slice(44)) as { type: string };
      const counter = handshake ? null : counters[direction];
      if (!handshake) counters[direction] += 1;
      if (!frames.has(type)) frames.set(type, { direction, counter, frame: text });
      return [frame];
    },
  };
}

const ENDPOINTS: EndpointsMessage = {
  type: 'endpoints',
  endpoints: [
    {
      id: '01936f00-0000-7000-8000-000000000003',
      name: 'ShotGrid site',
      host: 'studio.shotgrid.autodesk.com',
      port: 443,
      clients: ['shotgun_api3.crud', 'shotgun_api3.form', 'toolkit.urlopen'],
    },
  ],
};

function serverMessages(lab: LinkLab, hostId: string): Exclude<ServerMessage, { type: 'welcome' }>[] {
  const artifact = Buffer.from('an artifact');
  const order: Order = {
    format: 1,
    orderId: '01936f00-0000-7000-8000-000000000001',
    fleetId: lab.fleetId,
    remedy: 'trustStore.addAnchor',
    parameters: { anchor: sha256Hex(artifact) },
    mode: 'apply',
    artifacts: [sha256Hex(artifact)],
    targets: { count: 1, merkleRoot: merkleRoot([hostId]) },
    limits: { attempts: 3, backoffMs: 60_000, bakeMs: 0 },
    notBefore: '2026-11-22T09:00:00Z',
    expiresAt: '2026-11-29T09:00:00Z',
    orderSeq: 1,
    reason: 'The studio’s CA was renewed',
  };
  const job: Job = {
    format: 1,
    jobId: '01936f00-0000-7000-8000-000000000000',
    orderId: order.orderId,
    hostId,
    merkleProof: [...merkleProof([hostId], hostId)],
    attempt: 1,
    executionTimeoutMs: 120_000,
  };
  const { publicKey, privateKey } = lab.serverKey;
  const keys = [{ keyId: keyId(publicKey), publicKey, roles: ['server' as const] }];
  const keySet = { format: 1 as const, fleetId: lab.fleetId, version: 1, threshold: 1, keys };
  return [
    {
      type: 'job',
      order: signOrder(order, [privateKey]),
      job: signJob(job, privateKey),
      artifacts: { [sha256Hex(artifact)]: toBase64(artifact) },
    },
    { type: 'cancel', jobId: job.jobId },
    { type: 'request', what: 'scan' },
    {
      type: 'settings',
      id: '01936f00-0000-7000-8000-000000000002',
      candidate: {
        address: 'https://fleet.example:4433',
        caCertificate: lab.authority.pem,
        secret: 's'.repeat(43),
        keySet: signKeySet(keySet, [privateKey]),
      },
    },
    ENDPOINTS,
    { type: 'reconnect', afterMs: 1_000, reason: 'the server is restarting' },
  ];
}

/** Everything that an agent says, each at its time, then everything that a server says. */
async function converse(lab: LinkLab, agent: LabAgent, keySeed: Uint8Array): Promise<void> {
  const der = Buffer.from('no real certificate');
  agent.link.setInventory(new Map([['bundles', section({ anchors: [sha256Hex(der)] })]]), SCANNED_AT);
  agent.link.start();
  await until('the certificate', () => lab.ders.size === 1);
  agent.link.setInventory(
    new Map([
      ['bundles', section({ anchors: [sha256Hex(der)] })],
      ['system', section({ os: 'Debian' })],
    ]),
    SCANNED_AT,
  );
  await until('the report', () => lab.count('report') > 0 && lab.bodies.size === 2);
  const host = keyPairFromSeed('ed25519', keySeed);
  agent.outbox.push(signJobEvent({ ...jobEvent(1), state: 'verified', effective: 'now' }, host.privateKey));
  agent.link.jobEventsChanged();
  await until('the event', () => agent.outbox.length === 0);
  const messages = serverMessages(lab, agent.hostId);
  for (const message of messages.slice(0, -1)) lab.hub.send(agent.hostId, message);
  await until('the job', () => agent.jobs.length === 1);
  for (const message of messages.slice(-1)) lab.hub.send(agent.hostId, message);
  await sleep(200);
  await agent.link.stop('the agent was stopped');
}

async function record(): Promise<void> {
  const lab = await LinkLab.start();
  const { frames, take } = recorder();
  // The server's own certificate: no interception, only somebody who writes along.
  const proxy = await startProxy({
    certificate: lab.leaf,
    chain: lab.authority.pem,
    target: lab.port,
    targetCa: lab.authority.pem,
    toServer: () => createFrameSplitter(take('agentToServer')),
    toAgent: () => createFrameSplitter(take('serverToAgent')),
  });
  const identity = lab.identity({ address: `https://127.0.0.1:${proxy.port}` });
  const keySeed = Buffer.from(identity.keySeed, 'base64');
  const result: SettingsResult = { type: 'settingsResult', id: randomUUID(), outcome: 'kept', detail: null };
  const agent = lab.agent({
    identity,
    randomBytes: () => EPHEMERAL_SEED,
    heartbeat: () => ({ uptimeSeconds: 3_600, freeMemoryBytes: 2 ** 30, clockOffsetMs: -1_500 }),
    certificates: {
      find: (prints) =>
        Promise.resolve(new Map(prints.map((print) => [print, Buffer.from('no real certificate')]))),
    },
    settingsResults: { pending: () => Promise.resolve([result]), acknowledge: () => Promise.resolve() },
  });
  await converse(lab, agent, keySeed);
  await mkdir(FIXTURES, { recursive: true });
  for (const name of await readdir(FIXTURES)) await rm(join(FIXTURES, name));
  const session = {
    note: 'One session of the real agent link with the real hub. The seed is public and must never be used elsewhere.',
    agentEphemeralSeed: EPHEMERAL_SEED.toString('hex'),
    serverPublicKey: lab.serverKey.publicKey,
    hostPublicKey: keyPairFromSeed('ed25519', keySeed).publicKey,
  };
  for (const [name, content] of [['session', session] as const, ...frames]) {
    await writeFile(join(FIXTURES, `${name}.json`), `${JSON.stringify(content, null, 2)}\n`);
  }
  await proxy.close();
  await lab.close();
  process.stdout.write(`${frames.size} frames: ${[...frames.keys()].join(', ')}\n`);
}

await record();
