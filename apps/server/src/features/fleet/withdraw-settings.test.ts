import { randomUUID } from 'node:crypto';
import type { HostSettingView, Problem } from '@trustfleet/api';
import type { SettingsMessage } from '@trustfleet/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FleetLab, type Identity } from '../../testing/fleet-lab.ts';
import type { TestAgent, TestAgentOptions } from '../../testing/test-agent.ts';
import { eventually } from '../../testing/test-server.ts';

let lab: FleetLab;
beforeAll(async () => {
  lab = await FleetLab.start();
});
afterEach(() => lab.stopAgents());
afterAll(() => lab.stop());

const change = (hostId: string, wish: object = { newSecret: true }) =>
  lab.page.post<HostSettingView & Problem>(`/api/v1/hosts/${hostId}/settings`, {
    reason: 'it leaked',
    ...wish,
  });
const list = async (hostId: string) =>
  (await lab.page.get<{ items: HostSettingView[] }>(`/api/v1/hosts/${hostId}/settings`)).body.items;
const state = async (hostId: string) => (await list(hostId))[0]?.state;
const reaches = (hostId: string, wanted: HostSettingView['state']) =>
  eventually(
    () => state(hostId),
    (now) => now === wanted,
  );

/** The agent's settings of this id, once it has got them `times` over. */
async function sent(agent: TestAgent, id: string, times = 1): Promise<SettingsMessage> {
  const got = await eventually(
    () => Promise.resolve(agent.settings.filter((message) => message.id === id)),
    (messages) => messages.length >= times,
  );
  const last = got.at(-1);
  if (last === undefined) throw new Error('no settings');
  return last;
}

const acknowledged = (agent: TestAgent) =>
  eventually(
    () => Promise.resolve(agent.results),
    (results) => results.length === 0,
  );

/** A host with the fleet's key set, so that nothing but what the test asks for is sent to it. */
async function host(name = 'ws'): Promise<{ who: Identity; run: TestAgentOptions }> {
  return { who: await lab.identity(name), run: { instance: randomUUID() } };
}

/** The same host by another secret; the run of the agent stays. */
const by = (who: Identity, message: SettingsMessage): Identity =>
  lab.here({ ...who, secret: message.candidate.secret ?? 'none' });

describe('a change that waits', () => {
  const withdraw = (hostId: string, id: string) =>
    lab.page.post<HostSettingView & Problem>(`/api/v1/hosts/${hostId}/settings/${id}/withdraw`, {
      reason: 'a mistake',
    });

  it.each([
    ['a secret', { newSecret: true }],
    ['an address', { address: 'https://x.example:4601' }],
  ])(
    'of %s is withdrawn while its host was never told of it, and never told of it then',
    async (_name, wish) => {
      const { who, run } = await host();
      const { id } = (await change(who.hostId, wish)).body;

      expect(await withdraw(who.hostId, id)).toMatchObject({
        status: 200,
        body: { id, state: 'reverted', detail: 'Kim Test withdrew it: a mistake' },
      });
      expect(await withdraw(who.hostId, id)).toMatchObject({ status: 409, body: { code: 'settingsOver' } });
      const [entry] = await lab.audited('host.withdrawSettings', who.hostId);
      expect(entry?.detail).toContain('"reason":"a mistake"');

      // The next one is the only one that the host ever hears of.
      const agent = await lab.online(who, run);
      const next = (await change(who.hostId)).body.id;
      await sent(agent, next);
      expect(agent.settings.map((message) => message.id)).toEqual([next]);
      agent.answer(id, 'kept');
      await acknowledged(agent);
      expect(await list(who.hostId)).toMatchObject([
        { id: next, state: 'pending' },
        { id, state: 'reverted' },
      ]);
    },
  );

  it.each([
    ['a secret', { newSecret: true }],
    ['an address', { address: 'https://x.example:4601' }],
  ])(
    'of %s is not withdrawn once its host was told, nor after a start of the server: it may be kept by now',
    async (_name, wish) => {
      const { who, run } = await host();
      const agent = await lab.online(who, run);
      const { id } = (await change(who.hostId, wish)).body;
      const message = await sent(agent, id);
      const refused = { status: 409, body: { code: 'settingsSent' } };
      expect(await withdraw(who.hostId, id)).toMatchObject(refused);
      await agent.stop();
      expect(await withdraw(who.hostId, id), 'while the host is away').toMatchObject(refused);
      await lab.restart();
      expect(await withdraw(who.hostId, id), 'after a start').toMatchObject(refused);

      const kept = message.candidate.secret === undefined ? lab.here(who) : by(who, message);
      const trial = await lab.online(kept, run);
      trial.answer(id, 'kept');
      await reaches(who.hostId, 'kept');
      expect(await lab.upgradeStatus(kept), 'nobody is locked out').toBe(101);
    },
  );

  it('of another host, of none or of a viewer’s is not there to withdraw', async () => {
    const { who } = await host();
    const other = await host();
    const { id } = (await change(who.hostId)).body;

    expect((await withdraw(other.who.hostId, id)).status).toBe(404);
    expect((await withdraw(randomUUID(), id)).status).toBe(404);
    expect(await state(who.hostId)).toBe('pending');
  });

  it('and is told to its host at the moment at which it is withdrawn is one or the other', async () => {
    const { who, run } = await host();
    const { id } = (await change(who.hostId)).body;

    const [answer, agent] = await Promise.all([withdraw(who.hostId, id), lab.online(who, run)]);

    if (answer.status === 409) expect((await sent(agent, id)).id).toBe(id);
    else {
      const next = (await change(who.hostId)).body.id;
      await sent(agent, next);
      expect(agent.settings.map((message) => message.id)).toEqual([next]);
    }
  });
});
