import { randomUUID } from 'node:crypto';
import type { AuditEntryView } from '@trustfleet/api';
import { keySetOfServerKey, openKeySet } from '@trustfleet/signing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FleetLab } from '../../testing/fleet-lab.ts';
import { acknowledged, sent, settingsOn } from '../../testing/settings-lab.ts';
import { eventually } from '../../testing/test-server.ts';

let lab: FleetLab;
beforeAll(async () => {
  lab = await FleetLab.start();
});
afterEach(() => lab.stopAgents());
afterAll(() => lab.stop());

const { change, list, state, reaches, host, by } = settingsOn(() => lab);

describe('a new secret', () => {
  it('is tried and kept: both are good until the host says so, then the new one alone', async () => {
    const { who, run } = await host();
    const agent = await lab.online(who, run);
    const asked = await change(who.hostId);
    expect(asked).toMatchObject({ status: 201, body: { state: 'pending', newSecret: true, address: null } });
    const { id } = asked.body;
    const next = by(who, await sent(agent, id));
    expect(await lab.upgradeStatus(who)).toBe(101);

    const trial = await lab.online(next, run);
    // The trial itself is not sent another secret.
    expect(trial.settings).toEqual([]);
    expect(await state(who.hostId)).toBe('pending');
    expect(await lab.upgradeStatus(who)).toBe(101);
    await agent.stop();
    trial.answer(id, 'kept');

    await acknowledged(trial);
    expect(await list(who.hostId)).toMatchObject([{ id, state: 'kept', createdBy: 'Kim Test' }]);
    expect(await lab.upgradeStatus(who)).toBe(401);
    expect(await lab.upgradeStatus(next)).toBe(101);
    const [entry] = await lab.audited('host.settings', who.hostId);
    expect(entry?.detail).toBe('{"address":null,"newSecret":true,"reason":"it leaked"}');
  });

  it.each(['reverted', 'refused'] as const)(
    'is %s: it is forgotten and the old one stays',
    async (outcome) => {
      const { who, run } = await host();
      const agent = await lab.online(who, run);
      const { id } = (await change(who.hostId)).body;
      const next = by(who, await sent(agent, id));
      agent.answer(id, outcome, 'the disk is full');

      await acknowledged(agent);

      expect(await list(who.hostId)).toMatchObject([{ state: 'reverted', detail: 'the disk is full' }]);
      expect(await lab.upgradeStatus(next)).toBe(401);
      expect(await lab.upgradeStatus(who)).toBe(101);
      // And another change may begin.
      expect((await change(who.hostId)).status).toBe(201);
    },
  );

  it('waits for a host that is away, and for one change at a time', async () => {
    const { who, run } = await host();
    const { id } = (await change(who.hostId)).body;
    const second = await change(who.hostId);
    expect(second).toMatchObject({ status: 409, body: { code: 'settingsPending' } });

    const agent = await lab.online(who, run);

    expect((await sent(agent, id)).candidate.secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it('that the host says it keeps over the old secret’s socket is not believed: both stay good', async () => {
    const { who, run } = await host();
    const agent = await lab.online(who, run);
    const { id } = (await change(who.hostId)).body;
    const next = by(who, await sent(agent, id));
    agent.answer(id, 'kept');
    // Everything after it has been handled.
    await lab.visit(await lab.identity());

    expect(await state(who.hostId)).toBe('pending');
    expect(agent.results).toHaveLength(1);
    expect(await lab.upgradeStatus(who)).toBe(101);
    expect(await lab.upgradeStatus(next)).toBe(101);
  });

  it('late, repeated and made-up outcomes are acknowledged and change nothing', async () => {
    const { who, run } = await host();
    const agent = await lab.online(who, run);
    const { id } = (await change(who.hostId)).body;
    await sent(agent, id);
    agent.answer(id, 'reverted');
    await acknowledged(agent);
    const before = await list(who.hostId);

    agent.answer(id, 'kept');
    agent.answer(randomUUID(), 'kept');
    const other = await host();
    const stranger = await lab.online(other.who, other.run);
    stranger.answer(id, 'kept');
    await acknowledged(agent);
    await acknowledged(stranger);

    expect(await list(who.hostId)).toEqual(before);
    expect(await lab.upgradeStatus(who)).toBe(101);
  });

  it('stands in no log and in no record', async () => {
    const { who, run } = await host();
    const agent = await lab.online(who, run);
    const { id } = (await change(who.hostId)).body;
    const { secret = 'none' } = (await sent(agent, id)).candidate;
    agent.answer(id, 'reverted');
    await acknowledged(agent);

    const { items } = (await lab.page.get<{ items: AuditEntryView[] }>('/api/v1/audit?limit=200')).body;
    expect(secret).toHaveLength(43);
    for (const text of [
      lab.server.log.join(''),
      JSON.stringify(items),
      JSON.stringify(await list(who.hostId)),
    ])
      expect(text).not.toContain(secret);
  });
});

describe('a new address', () => {
  it('is sent without a secret, again to a host that comes back, and kept', async () => {
    const { who, run } = await host();
    const agent = await lab.online(who, run);
    const address = 'https://fleet.studio.example:4601';
    const { id } = (await change(who.hostId, { address })).body;
    expect(await sent(agent, id)).toEqual({ type: 'settings', id, candidate: { address } });
    await agent.stop();

    const back = await lab.online(who, run);
    expect(await sent(back, id)).toEqual({ type: 'settings', id, candidate: { address } });
    back.answer(id, 'kept');

    await acknowledged(back);
    expect(await list(who.hostId)).toMatchObject([{ state: 'kept', address, newSecret: false }]);
    expect(await lab.upgradeStatus(who)).toBe(101);
  });

  it.each([
    ['nothing to change', {}],
    ['no https', { address: 'http://fleet.example' }],
    ['no reason', { newSecret: true, reason: '' }],
  ])('is refused: %s', async (_name, wish) => {
    expect((await change((await lab.identity()).hostId, wish)).status).toBe(400);
  });

  it('is for hosts of the fleet', async () => {
    const { who } = await host();
    await lab.hold(who.hostId, 'revoke');

    expect(await change(who.hostId)).toMatchObject({ status: 409, body: { code: 'hostRevoked' } });
    expect(await change(randomUUID())).toMatchObject({ status: 404 });
    expect((await lab.page.get(`/api/v1/hosts/${randomUUID()}/settings`)).status).toBe(404);
  });

  it('ends with the host: a change that waits for a revoked one is taken back', async () => {
    const { who } = await host();
    await change(who.hostId);
    await lab.hold(who.hostId, 'revoke');

    expect(await list(who.hostId)).toMatchObject([{ state: 'reverted' }]);
  });
});

describe('the key set', () => {
  it('comes with the enrolment and, signed by the pinned key, to a host that has an older one', async () => {
    const { who } = await host();
    const pinned = keySetOfServerKey(who);
    expect(who.keySet).toMatchObject({ version: 1, threshold: 1, fleetId: who.fleetId });

    const old = await lab.online({ ...who, keySet: null });

    const [message] = await eventually(
      () => Promise.resolve(old.settings),
      (messages) => messages.length === 1,
    );
    const envelope = message?.candidate.keySet;
    if (envelope === undefined) throw new Error('no key set');
    const opened = openKeySet({ envelope, pinned });
    expect(opened.ok && opened.keySet).toEqual(who.keySet);
  });

  it('comes first: what else waits for the host is sent when it has answered', async () => {
    const { who } = await host();
    const { id } = (await change(who.hostId)).body;
    const old = await lab.online({ ...who, keySet: null });
    const [first] = await eventually(
      () => Promise.resolve(old.settings),
      (messages) => messages.length === 1,
    );
    expect(first?.id).not.toBe(id);

    old.answer(first?.id ?? '', 'kept');

    await sent(old, id);
    await acknowledged(old);
  });

  it('is not sent to a host that has it, and stays the same when the server starts anew', async () => {
    const { who } = await host();
    const before = who.keySet;
    await lab.restart();
    const agent = await lab.online(lab.here(who));
    const { id } = (await change(who.hostId)).body;
    await sent(agent, id);

    expect(agent.settings.map((message) => message.id)).toEqual([id]);
    expect((await lab.identity()).keySet).toEqual(before);
  });
});

/** A server that ends between two steps has nothing but its rows: so does one that is started anew. */
it('leaves once, with one secret, though the order for it and the host’s hello come together', async () => {
  const hosts = await Promise.all(Array.from({ length: 12 }, (_, at) => host(`ws-together-${at}`)));

  await Promise.all(
    hosts.map(async ({ who, run }) => {
      const agent = await lab.online(who, run);
      const { id } = (await change(who.hostId)).body;
      const message = await sent(agent, id);
      await agent.stop();

      expect(agent.settings).toEqual([message]);
      expect(await lab.upgradeStatus(by(who, message))).toBe(101);
    }),
  );
});

describe('a server that ends', () => {
  it('after the change was asked for: the host gets it at its next hello', async () => {
    const { who, run } = await host();
    const { id } = (await change(who.hostId)).body;

    await lab.restart();

    await sent(await lab.online(lab.here(who), run), id);
  });

  it('after the secret left: the host that never got it gets another one, the first is void', async () => {
    const { who, run } = await host();
    const agent = await lab.online(who, run);
    const { id } = (await change(who.hostId)).body;
    const first = await sent(agent, id);
    await agent.stop();

    await lab.restart();
    const second = await sent(await lab.online(lab.here(who), run), id);

    expect(second.candidate.secret).not.toBe(first.candidate.secret);
    expect(await lab.upgradeStatus(by(who, first))).toBe(401);
    expect(await lab.upgradeStatus(by(who, second))).toBe(101);
    expect(await lab.upgradeStatus(lab.here(who))).toBe(101);
  });

  it('during the trial: the host comes by the new secret and keeps it', async () => {
    const { who, run } = await host();
    const agent = await lab.online(who, run);
    const { id } = (await change(who.hostId)).body;
    const message = await sent(agent, id);
    await agent.stop();

    await lab.restart();
    const trial = await lab.online(by(who, message), run);
    trial.answer(id, 'kept');

    await acknowledged(trial);
    expect(await state(who.hostId)).toBe('kept');
    expect(await lab.upgradeStatus(lab.here(who))).toBe(401);
    expect(await lab.upgradeStatus(by(who, message))).toBe(101);
  });

  it.each(['kept', 'reverted'] as const)(
    'after %s was written and before it was acknowledged',
    async (outcome) => {
      const { who, run } = await host();
      const agent = await lab.online(who, run);
      const { id } = (await change(who.hostId)).body;
      const message = await sent(agent, id);
      await agent.stop();
      const speaker = await lab.online(outcome === 'kept' ? by(who, message) : who, run);
      speaker.answer(id, outcome);
      await reaches(who.hostId, outcome);
      await speaker.stop();

      await lab.restart();
      const stays = outcome === 'kept' ? by(who, message) : lab.here(who);
      const goes = outcome === 'kept' ? lab.here(who) : by(who, message);
      const again = await lab.online(stays, run);
      again.answer(id, outcome);

      await acknowledged(again);
      expect(await state(who.hostId)).toBe(outcome);
      expect(await lab.upgradeStatus(goes)).toBe(401);
      expect(again.settings).toEqual([]);
    },
  );
});
