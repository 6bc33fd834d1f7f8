import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeySet, SettingsResult } from '@trustfleet/protocol';
import { keyId, keyPairFromSeed, keySetOfServerKey, signKeySet } from '@trustfleet/signing';
import { applyCandidate } from './index.ts';
import { jobEvent, LinkLab, section, type LabAgent } from './testing/link-lab.ts';
import type { AgentIdentity } from './types.ts';

let lab: LinkLab;
beforeEach(async () => {
  lab = await LinkLab.start();
});
afterEach(async () => {
  await lab.close();
});

const online = (agent: LabAgent) => expect.poll(() => agent.link.state().name).toBe('online');
const nothing = () => Promise.resolve();

async function started(): Promise<{ agent: LabAgent; identity: AgentIdentity }> {
  const identity = lab.identity();
  const agent = lab.agent({ identity });
  agent.link.setInventory(new Map([['system', section({ os: 'Debian' })]]), '2026-11-22T09:00:00Z');
  agent.link.start();
  await online(agent);
  return { agent, identity };
}

/** The link still takes what it is given to the server. */
async function works(agent: LabAgent): Promise<void> {
  agent.outbox.push(jobEvent(1));
  agent.link.jobEventsChanged();
  await expect.poll(() => agent.outbox.length).toBe(0);
}

describe('a trial of another identity', () => {
  it('that the server welcomes goes on in place of the old connection, and is no clone', async () => {
    const { agent, identity } = await started();
    const secret = randomBytes(32).toString('base64url');
    lab.offerSecret(identity.hostId, secret, { finish: true });
    let kept = false;
    const trial = await agent.link.tryIdentity({
      identity: { ...identity, secret },
      caMustFit: false,
      keep: () => {
        kept = lab.seen.sessions.length === 2;
        return Promise.resolve();
      },
    });

    expect(trial).toEqual({ outcome: 'kept' });
    expect(kept).toBe(true);
    await works(agent);
    expect(agent.link.state().name).toBe('online');
    expect(lab.seen.sessions).toHaveLength(2);
    expect(new Set(lab.seen.sessions.map(({ hello }) => hello.instance)).size).toBe(1);
    expect(agent.codes()).toEqual([]);
    await lab.crash();
    await lab.listen();
    await expect.poll(() => lab.seen.sessions.length).toBe(3);
  });

  it.each<[string, string, (own: AgentIdentity) => Promise<Partial<AgentIdentity>>]>([
    ['where nothing listens', 'unreachable', () => Promise.resolve({ address: 'https://127.0.0.1:1' })],
    [
      'at another fleet’s server',
      'wrongServer',
      async (own) => {
        const other = await LinkLab.start();
        others.push(other);
        // Past its first gate: only the key is wrong there.
        other.letIn(own);
        return { address: `https://127.0.0.1:${other.port}` };
      },
    ],
    [
      'with a secret that the server does not know',
      'refusedCredentials',
      () => Promise.resolve({ secret: randomBytes(32).toString('base64url') }),
    ],
    [
      'with a fleet CA under which the server’s certificate is not accepted',
      'untrustedCertificate',
      async () => ({ caCertificate: (await lab.foreignLeaf()).authority.pem }),
    ],
  ])('%s changes nothing', async (_, code, change) => {
    const { agent, identity } = await started();
    const keep = () => Promise.reject(new Error('must not be kept'));
    const changed = await change(identity);
    const trial = await agent.link.tryIdentity({
      identity: { ...identity, ...changed },
      caMustFit: 'caCertificate' in changed,
      keep,
    });

    expect(trial).toMatchObject({ outcome: 'failed', problem: { code } });
    await online(agent);
    await works(agent);
    expect(agent.codes()).not.toContain('replaced');
  });

  it('that cannot be kept on disk leaves the old identity, which comes back at once', async () => {
    const { agent, identity } = await started();
    const secret = randomBytes(32).toString('base64url');
    lab.offerSecret(identity.hostId, secret);
    const trial = await agent.link.tryIdentity({
      identity: { ...identity, secret },
      caMustFit: false,
      keep: () => Promise.reject(new Error('disk full')),
    });

    expect(trial).toMatchObject({ outcome: 'failed', problem: { code: 'handlerFailed' } });
    await expect.poll(() => lab.seen.sessions.length).toBeGreaterThanOrEqual(3);
    await online(agent);
    await works(agent);
    expect(agent.codes()).not.toContain('replaced');
  });

  it('is undecided when the link is stopped meanwhile', async () => {
    const { agent, identity } = await started();
    const trial = agent.link.tryIdentity({ identity, caMustFit: false, keep: nothing });
    await agent.link.stop('test');

    expect(['stopped', 'kept']).toContain((await trial).outcome);
    expect(await agent.link.tryIdentity({ identity, caMustFit: false, keep: nothing })).toEqual({
      outcome: 'stopped',
    });
  });

  it('wakes a link that waits', async () => {
    const identity = lab.identity();
    const agent = lab.agent({
      identity: { ...identity, secret: 'x'.repeat(43) },
      limits: { backoffCapMs: 600_000 },
    });
    agent.link.start();
    await expect.poll(() => agent.link.state().name).toBe('waiting');
    await agent.link.tryIdentity({ identity, caMustFit: false, keep: nothing });

    await online(agent);
  });
});

describe('outcomes of settings', () => {
  it('are sent until the server acknowledges them by id', async () => {
    const results: SettingsResult[] = [
      { type: 'settingsResult', id: randomUUID(), outcome: 'kept', detail: null },
    ];
    const agent = lab.agent({
      settingsResults: {
        pending: () => Promise.resolve([...results]),
        acknowledge: (ids) => {
          results.splice(0, results.length, ...results.filter(({ id }) => !ids.includes(id)));
          return Promise.resolve();
        },
      },
    });
    lab.acknowledge = false;
    agent.link.start();
    await expect.poll(() => lab.count('settingsResult')).toBe(1);
    await lab.crash();
    await lab.listen();
    await expect.poll(() => lab.count('settingsResult')).toBe(2);
    lab.hub.send(agent.hostId, { type: 'ack', settings: [results[0]!.id] });
    await expect.poll(() => results).toEqual([]);
  });
});

describe('a candidate', () => {
  const server = keyPairFromSeed('ed25519', Buffer.alloc(32, 1));
  const next = keyPairFromSeed('ed25519', Buffer.alloc(32, 2));
  const fleetId = randomUUID();
  const set = (version: number, key = server): KeySet => ({
    ...keySetOfServerKey({ fleetId, serverKey: key.publicKey }),
    version,
    keys: [{ keyId: keyId(key.publicKey), publicKey: key.publicKey, roles: ['server'] }],
  });
  const identity = (): AgentIdentity => ({
    address: 'https://127.0.0.1:1',
    fleetId,
    hostId: randomUUID(),
    secret: 's'.repeat(43),
    caCertificate: lab.authority.pem,
    serverKey: server.publicKey,
    keySeed: Buffer.alloc(32, 3).toString('base64'),
    keySet: set(1),
  });

  it('with a key set alone needs no connection', () => {
    const envelope = signKeySet(set(2, next), [server.privateKey, next.privateKey]);
    const before = identity();

    expect(applyCandidate(before, { keySet: envelope })).toEqual({
      ok: true,
      needsTrial: false,
      identity: { ...before, keySet: set(2, next) },
    });
    expect(applyCandidate(before, { keySet: envelope, address: 'https://127.0.0.1:2' })).toMatchObject({
      needsTrial: true,
      identity: { address: 'https://127.0.0.1:2', secret: before.secret },
    });
  });

  it('is not tried when it changes nothing, or what it brings is not proved', () => {
    const refused = (candidate: Parameters<typeof applyCandidate>[1]) => {
      const applied = applyCandidate(identity(), candidate);
      return applied.ok ? null : applied.detail;
    };

    expect(refused({})).toMatch(/change nothing/);
    expect(refused({ keySet: signKeySet(set(2, next), [next.privateKey]) })).toMatch(
      /not signed by a server key/,
    );
    expect(refused({ keySet: signKeySet(set(1), [server.privateKey]) })).toMatch(/has version 1/);
    expect(refused({ caCertificate: lab.leaf.pem })).toMatch(/fleet CA/);
    expect(refused({ caCertificate: 'PEM' })).toMatch(/fleet CA/);
  });
});

const others: LinkLab[] = [];
afterEach(async () => {
  for (const other of others.splice(0)) await other.close();
});
