import { randomUUID } from 'node:crypto';
import type { HostSettingView, Problem } from '@trustfleet/api';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FleetLab } from '../../testing/fleet-lab.ts';
import { acknowledged, sent, settingsOn } from '../../testing/settings-lab.ts';

let lab: FleetLab;
beforeAll(async () => {
  lab = await FleetLab.start();
});
afterEach(() => lab.stopAgents());
afterAll(() => lab.stop());

const { change, list, state, reaches, host, by } = settingsOn(() => lab);

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
