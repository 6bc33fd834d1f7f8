import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_ENDPOINTS, type ConfiguredEndpoint } from '@trustfleet/protocol';
import { LinkLab } from './testing/link-lab.ts';

let lab: LinkLab;
afterEach(async () => {
  await lab.close();
});

const endpoint = (name: string, change: Partial<ConfiguredEndpoint> = {}): ConfiguredEndpoint => ({
  id: randomUUID(),
  name,
  host: 'studio.example',
  port: 443,
  clients: ['ssl'],
  ...change,
});

const site = endpoint('Site');
const index = endpoint('Index', { host: 'pypi.example' });

/** An agent that notes every list it is told; each waits for `gate` before it is done. */
function listening(
  requests: string[] = [],
  gate: () => Promise<undefined> = () => Promise.resolve(undefined),
) {
  const lists: (readonly ConfiguredEndpoint[])[] = [];
  const agent = lab.agent({
    handlers: {
      onJob: () => undefined,
      onCancel: () => undefined,
      onRequest: (what) => void requests.push(what),
      onEndpoints: async (endpoints) => {
        lists.push(endpoints);
        await gate();
      },
    },
  });
  agent.link.start();
  return { agent, lists };
}

describe('endpoints', () => {
  it('come with the welcome, and again whenever they change', async () => {
    lab = await LinkLab.start({ endpoints: () => [site] });
    const { agent, lists } = listening();
    await expect.poll(() => lists).toEqual([[site]]);

    lab.hub.send(agent.hostId, { type: 'endpoints', endpoints: [site, index] });
    await expect.poll(() => lists.length).toBe(2);
    lab.hub.send(agent.hostId, { type: 'endpoints', endpoints: [] });

    await expect.poll(() => lists).toEqual([[site], [site, index], []]);
    expect(agent.problems).toEqual([]);
  });

  it('that a welcome has no room for follow it, whole', async () => {
    const many = Array.from({ length: MAX_ENDPOINTS }, (_, n) => endpoint('한'.repeat(512), { port: n + 1 }));
    lab = await LinkLab.start({ endpoints: () => many });
    const { agent, lists } = listening();

    await expect.poll(() => lists).toEqual([many]);
    expect(agent.link.state().name).toBe('online');
    expect(agent.problems).toEqual([]);
  });

  it('are not told by a server that has no list', async () => {
    lab = await LinkLab.start();
    const { agent, lists } = listening();
    await expect.poll(() => agent.link.state().name).toBe('online');
    lab.hub.send(agent.hostId, { type: 'endpoints', endpoints: [site] });

    await expect.poll(() => lists).toEqual([[site]]);
  });

  it('of several lists that come while one is handled, only the newest counts; one that cannot be handled ends nothing', async () => {
    lab = await LinkLab.start({ endpoints: () => [] });
    const ends: ((error?: Error) => void)[] = [];
    const requests: string[] = [];
    const { agent, lists } = listening(
      requests,
      () =>
        new Promise((resolve, reject) => {
          ends.push((error) => {
            if (error === undefined) resolve(undefined);
            else reject(error);
          });
        }),
    );
    await expect.poll(() => lists.length).toBe(1);
    for (let n = 1; n <= 20; n += 1)
      lab.hub.send(agent.hostId, { type: 'endpoints', endpoints: [{ ...site, port: n }] });
    lab.hub.send(agent.hostId, { type: 'request', what: 'scan' });
    // It came after the lists on the same socket: they are all there now.
    await expect.poll(() => requests).toEqual(['scan']);
    ends[0]?.(new Error('disk full'));

    await expect.poll(() => lists).toEqual([[], [{ ...site, port: 20 }]]);
    expect(agent.codes()).toEqual(['handlerFailed']);
    ends[1]?.();
  });
});
