import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serverMessage, type ServerMessage } from '@trustfleet/protocol';
import { LinkLab } from './testing/link-lab.ts';

const DIRECTORY = new URL('../../protocol/fixtures/v1/', import.meta.url);
/** `<mac>:` stands in front. */
const MAC_CHARS = 44;

type Sendable = Exclude<ServerMessage, { type: 'welcome' }>;

function recorded(name: string): Sendable {
  const { frame } = JSON.parse(readFileSync(new URL(`${name}.json`, DIRECTORY), 'utf8')) as { frame: string };
  return JSON.parse(frame.slice(MAC_CHARS)) as Sendable;
}

let lab: LinkLab;
beforeEach(async () => {
  lab = await LinkLab.start();
});
afterEach(async () => {
  await lab.close();
});

async function started() {
  const handled: unknown[] = [];
  const note = (message: unknown) => void handled.push(message);
  const agent = lab.agent({
    handlers: { onJob: note, onCancel: note, onRequest: note, onSettings: note, onEndpoints: note },
    certificates: {
      find: (prints) => {
        handled.push(...prints);
        return Promise.resolve(new Map());
      },
    },
  });
  agent.link.start();
  await expect.poll(() => agent.link.state().name).toBe('online');
  return { agent, handled };
}

describe('what a server of version 1 said', () => {
  it('is handled by this agent: job, cancel, request, settings, endpoints', async () => {
    const { agent, handled } = await started();
    const [job, cancel, request, settings] = ['job', 'cancel', 'request', 'settings'].map(recorded);
    for (const message of [job, cancel, request, settings]) lab.hub.send(agent.hostId, message!);
    await expect.poll(() => handled.length).toBe(4);
    const endpoints = recorded('endpoints') as Extract<Sendable, { type: 'endpoints' }>;
    lab.hub.send(agent.hostId, endpoints);

    await expect.poll(() => handled.length).toBe(5);
    const { jobId } = cancel as Extract<Sendable, { type: 'cancel' }>;
    expect(handled).toEqual([job, jobId, 'scan', settings, endpoints.endpoints]);
    expect(agent.codes()).toEqual([]);
  });

  it('is handled by this agent: ack, and reconnect', async () => {
    const { agent, handled } = await started();
    lab.hub.send(agent.hostId, { ...recorded('ack'), wantCertificates: ['a'.repeat(64)] });
    await expect.poll(() => handled).toEqual(['a'.repeat(64)]);
    lab.hub.send(agent.hostId, { ...recorded('reconnect'), afterMs: 1 });
    await expect.poll(() => lab.seen.sessions.length).toBe(2);

    expect(agent.codes()).toEqual([]);
  });

  it('leaves no message of this release out', () => {
    const tested = ['welcome', 'job', 'cancel', 'request', 'settings', 'ack', 'reconnect', 'endpoints'];

    expect(serverMessage.options.map(({ shape }) => shape.type.value as string).sort()).toEqual(
      tested.sort(),
    );
  });
});
