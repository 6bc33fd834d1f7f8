import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { keyPairFromSeed } from '@trustfleet/signing';
import { jobEvent, LinkLab, section } from './testing/link-lab.ts';
import { startProxy } from './testing/proxy.ts';

let lab: LinkLab;
const cleanup: (() => Promise<void>)[] = [];
beforeEach(async () => {
  lab = await LinkLab.start();
});
afterEach(async () => {
  await lab.close();
  for (const end of cleanup.splice(0)) await end();
});

const now = '2026-11-22T09:00:00Z';

type Edit = (chunk: Buffer) => Buffer;

async function inspected({ toServer, toAgent }: { toServer?: Edit; toAgent?: Edit } = {}) {
  const { authority, leaf } = await lab.foreignLeaf();
  const proxy = await startProxy({
    certificate: leaf,
    chain: authority.pem,
    target: lab.port,
    targetCa: lab.authority.pem,
    ...(toServer === undefined ? {} : { toServer: () => toServer }),
    ...(toAgent === undefined ? {} : { toAgent: () => toAgent }),
  });
  cleanup.push(proxy.close);
  const agent = lab.agent({ identity: lab.identity({ address: `https://127.0.0.1:${proxy.port}` }) });
  return { proxy, agent };
}

describe('who is the server', () => {
  it('is proved by its key: another key is refused and learns nothing but the sieve', async () => {
    const other = keyPairFromSeed('ed25519', randomBytes(32));
    const agent = lab.agent({ identity: lab.identity({ serverKey: other.publicKey }) });
    agent.link.setInventory(new Map([['system', section({ secret: true })]]), now);
    agent.link.start();
    await expect.poll(() => agent.codes()).toContain('wrongServer');
    await agent.link.stop('enough');

    expect(agent.states).not.toContain('online');
    expect(lab.seen.sessions).toEqual([]);
  });

  it('is proved even where the pinned CA does not fit, and that is said', async () => {
    const { authority } = await lab.foreignLeaf();
    const agent = lab.agent({ identity: lab.identity({ caCertificate: authority.pem }) });
    agent.link.start();
    await expect.poll(() => agent.link.state()).toMatchObject({ name: 'online', interception: false });

    expect(agent.codes()).toEqual(['untrustedCertificate']);
    await expect.poll(() => lab.seen.sessions[0]?.interception).toBe(false);
  });

  it('is not whoever replays a recorded challenge', async () => {
    const recorded = new Promise<string>((resolve) => {
      void inspected({
        toAgent: (chunk) => {
          const json = /\{"type":"challenge".*\}/.exec(chunk.toString('latin1'))?.[0];
          if (json !== undefined) resolve(json);
          return chunk;
        },
      }).then(({ agent }) => {
        agent.link.start();
      });
    });
    const challenge = await recorded;
    const impostor = createServer({ key: lab.leaf.privateKeyPem, cert: lab.leaf.pem });
    const wss = new WebSocketServer({ server: impostor });
    const answers: string[] = [];
    wss.on('connection', (ws) => {
      ws.send(challenge);
      ws.on('message', (data: Buffer) => {
        answers.push(data.toString());
        ws.send(`${'A'.repeat(43)}:{"type":"welcome"}`);
      });
    });
    impostor.listen(0, '127.0.0.1');
    await once(impostor, 'listening');
    cleanup.push(async () => {
      for (const ws of wss.clients) ws.terminate();
      impostor.close();
      await once(impostor, 'close');
    });
    const agent = lab.agent({
      identity: lab.identity({ address: `https://127.0.0.1:${(impostor.address() as AddressInfo).port}` }),
    });
    agent.link.start();
    await expect.poll(() => agent.codes()).toContain('wrongServer');
    await agent.link.stop('enough');

    expect(agent.states).not.toContain('online');
    expect(answers.every((text) => text.startsWith('{"type":"hello"'))).toBe(true);
  });
});

describe('behind a TLS-inspecting proxy', () => {
  it('the agent works, and both sides know', async () => {
    const { agent, proxy } = await inspected();
    agent.link.setInventory(new Map([['system', section({ os: 'Debian' })]]), now);
    agent.link.start();
    await expect.poll(() => lab.bodies.size).toBe(1);

    expect(agent.link.state()).toMatchObject({ name: 'online', interception: true });
    expect(agent.codes()).toEqual(['interception']);
    expect(agent.problems[0]?.message).toContain('Inspection CA');
    expect(lab.seen.sessions[0]?.interception).toBe(true);
    expect(proxy.read()).toContain('welcome');
  });

  it('one changed byte towards the server closes the socket, and the next one works again', async () => {
    let meddle = false;
    const { agent } = await inspected({
      toServer: (chunk) => {
        if (!meddle) return chunk;
        meddle = false;
        const changed = Buffer.from(chunk);
        changed[changed.length - 1]! ^= 1;
        return changed;
      },
    });
    agent.link.start();
    await expect.poll(() => agent.link.state().name).toBe('online');
    meddle = true;
    agent.outbox.push(jobEvent(1));
    agent.link.jobEventsChanged();
    await expect
      .poll(() => lab.seen.rejections)
      .toMatchObject([{ stage: 'session', code: 1002, hostId: agent.hostId }]);
    await expect.poll(() => agent.outbox.length).toBe(0);

    expect(lab.seen.sessions).toHaveLength(2);
    expect(lab.events).toHaveLength(1);
  });

  it('one changed byte towards the agent closes the socket, and no handler sees it', async () => {
    let meddle = false;
    const { agent } = await inspected({
      toAgent: (chunk) =>
        meddle ? Buffer.from(chunk.toString('latin1').replace('"scan"', '"scam"'), 'latin1') : chunk,
    });
    agent.link.start();
    await expect.poll(() => agent.link.state().name).toBe('online');
    meddle = true;
    lab.hub.send(agent.hostId, { type: 'request', what: 'scan' });

    await expect.poll(() => agent.codes()).toContain('badFrame');
    meddle = false;
    await expect.poll(() => lab.seen.sessions.length).toBe(2);
  });

  it('an added frame of the proxy’s own is refused by the agent', async () => {
    let add = false;
    const { agent } = await inspected({
      toAgent: (chunk) => {
        if (!add) return chunk;
        add = false;
        const text = `${'A'.repeat(43)}:{"type":"request","what":"scan"}`;
        return Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text), chunk]);
      },
    });
    agent.link.start();
    await expect.poll(() => agent.link.state().name).toBe('online');
    add = true;
    lab.hub.send(agent.hostId, { type: 'request', what: 'scan' });

    await expect.poll(() => agent.codes()).toContain('badFrame');
  });

  it('a proxy that changes the challenge is no server', async () => {
    const { agent } = await inspected({
      toAgent: (chunk) =>
        Buffer.from(
          chunk
            .toString('latin1')
            .replace(/"certificate":"[0-9a-f]{64}"/, `"certificate":"${'0'.repeat(64)}"`),
          'latin1',
        ),
    });
    agent.link.start();
    await expect.poll(() => agent.codes()).toContain('wrongServer');

    expect(lab.seen.sessions).toEqual([]);
  });
});
