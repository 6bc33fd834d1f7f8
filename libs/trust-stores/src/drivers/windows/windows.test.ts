import { sha256Hex } from '@trustfleet/certificates';
import { trustStore } from '@trustfleet/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import type { EntryState } from '../../index.ts';
import { certificate, makeWindowsMachine, type WindowsMachine } from '../../testing/windows-machine.ts';

// On a machine in memory: a domain's stores, accounts and rights are not to be had under Wine. What is: wine.test.ts.
const ROOT = 'windows.localMachine.root';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const SECURE_EMAIL = '1.3.6.1.5.5.7.3.4';
const ABSENT: EntryState = { kind: 'absent' };
const DONE = { state: 'done', files: [], commands: [] };
const [one, two, three, four] = ['one', 'two', 'three', 'four'].map((text) =>
  new TextEncoder().encode(text),
) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
let machine: WindowsMachine;
beforeEach(() => {
  machine = makeWindowsMachine();
});
const storeOf = async (id = ROOT) => (await (await machine.handle(id)).read()).store;
const entryOf = async (der: Uint8Array, id = ROOT) =>
  (await storeOf(id)).entries?.find(({ anchor }) => anchor === sha256Hex(der));
const anchors = async (id = ROOT) => (await storeOf(id)).bundle.anchors;

describe("reading Windows' stores", () => {
  it('says of each root who brings it, by the strongest hand, and every place where it lies', async () => {
    machine.holds(
      ...(['localMachine', 'Root'] as const),
      certificate(one, { friendlyName: 'By hand' }),
      certificate(one, { physical: 'groupPolicy' }),
      certificate(two, { physical: 'enterprise' }),
      certificate(three, { physical: 'authRoot', friendlyName: 'Vendor' }),
      certificate(three),
      certificate(four, { physical: 'other' }),
    );

    expect(await entryOf(one)).toMatchObject({
      ...{ trust: 'servers', origin: 'policy', name: 'By hand' },
      location: 'LocalMachine\\Root\\.Default, LocalMachine\\Root\\.GroupPolicy',
    });
    expect(await entryOf(two)).toMatchObject({
      origin: 'policy',
      location: 'LocalMachine\\Root\\.Enterprise',
    });
    expect(await entryOf(three)).toMatchObject({ origin: 'vendor' });
    expect(await entryOf(four)).toMatchObject({ origin: 'unknown', location: 'LocalMachine\\Root' });
    expect(await anchors()).toEqual([one, two, three, four].map(sha256Hex).toSorted());
    expect((await storeOf()).entries?.map(({ anchor }) => anchor)).toEqual(await anchors());
    expect(trustStore.parse(await storeOf())).toEqual(await storeOf());
  });

  it.each([
    [null, 'servers'],
    [[SERVER_AUTH, SECURE_EMAIL], 'servers'],
    [['2.5.29.37.0'], 'servers'],
    [['1.3.6.1.4.1.311.10.12.1'], 'servers'],
    [[SECURE_EMAIL], 'otherPurposes'],
    [[], 'otherPurposes'],
  ])('a root limited to %j is there for %s', async (enhancedKeyUsage, trust) => {
    machine.holds('localMachine', 'Root', certificate(one, { enhancedKeyUsage }));

    expect(await entryOf(one)).toMatchObject({ trust, purposes: enhancedKeyUsage });
    expect(await anchors()).toEqual(trust === 'servers' ? [sha256Hex(one)] : []);
  });

  it.each(['localMachine', 'currentUser'] as const)(
    'what Disallowed of %s holds is distrusted',
    async (location) => {
      machine.holds('localMachine', 'Root', certificate(one), certificate(two, { physical: 'groupPolicy' }));
      machine.holds(location, 'Disallowed', certificate(two));

      expect(await entryOf(two)).toMatchObject({ trust: 'distrusted', origin: 'policy' });
      expect(await anchors()).toEqual([sha256Hex(one)]);
      expect(await anchors('windows.localMachine.disallowed')).toEqual([]);
    },
  );

  it('says nothing of trust where it does not know what is rejected', async () => {
    machine.holds('localMachine', 'Root', certificate(one));
    machine.stores.set('currentUser Disallowed', { state: 'unreadable', detail: 'it did not answer' });

    const store = await storeOf();
    expect(store.bundle).toMatchObject({
      ...{ state: 'unreadable', anchors: [], sha256: null },
      detail: 'What Windows rejects could not be read: it did not answer',
    });
    expect(store.entries).toEqual([]);
  });

  it("AuthRoot is the vendor's, CurrentUser the account's, and neither is changed", async () => {
    machine.holds('localMachine', 'AuthRoot', certificate(one));
    machine.holds('currentUser', 'Root', certificate(two));
    expect(await entryOf(one, 'windows.localMachine.authRoot')).toMatchObject({
      origin: 'vendor',
      trust: 'servers',
    });
    expect(await entryOf(two, 'windows.currentUser.root')).toMatchObject({
      origin: 'user',
      trust: 'servers',
    });
    expect(await storeOf('windows.currentUser.root')).toMatchObject({
      user: 'SYSTEM',
      operatingSystem: false,
    });

    for (const id of [
      'windows.localMachine.authRoot',
      'windows.localMachine.trustedPeople',
      'windows.currentUser.root',
    ]) {
      const handle = await machine.handle(id);
      const refused = { state: 'failed', reason: expect.stringContaining('is not changed') as unknown };
      expect(await handle.add(three)).toMatchObject(refused);
      expect(await handle.remove(sha256Hex(one))).toMatchObject(refused);
      await expect(handle.snapshot()).rejects.toThrow('is not changed');
      expect((await handle.read()).store.cannotChange).not.toBeNull();
      expect(handle.entries).toBeNull();
    }
    expect(machine.written).toEqual([]);
  });
});

describe("changing Windows' stores", () => {
  it('does nothing without the rights, and says what to do', async () => {
    machine.holds('localMachine', 'Root', certificate(one, { friendlyName: 'Added by Trustfleet' }));
    machine.cannotWrite = 'Opening failed: access is denied: start it as an administrator';

    expect((await storeOf()).cannotChange).toBe(machine.cannotWrite);
    const handle = await machine.handle(ROOT);
    expect(await handle.add(two)).toEqual({ ...DONE, state: 'failed', reason: machine.cannotWrite });
    expect(await handle.remove(sha256Hex(one))).toMatchObject({ state: 'failed' });
    expect(await handle.add(one)).toEqual(DONE);
    expect(machine.written).toEqual([]);
  });

  it("adds nothing beside a copy that somebody brings who stays, and leaves an administrator's own name", async () => {
    machine.holds(
      ...(['localMachine', 'Root'] as const),
      certificate(one, { physical: 'enterprise' }),
      certificate(two, { physical: 'authRoot' }),
      certificate(three, { friendlyName: 'Studio' }),
    );
    const handle = await machine.handle(ROOT);

    for (const der of [one, two, three]) expect(await handle.add(der)).toEqual(DONE);
    expect(await handle.remove(sha256Hex(three))).toEqual(DONE);
    expect(machine.written).toEqual([]);
  });

  it.each([
    ['groupPolicy', /group policy brings it/],
    ['enterprise', /domain brings it/],
    ['authRoot', /Disallowed instead/],
    ['other', /smart card or another product/],
  ] as const)('takes its own copy out and says that one of %s is left', async (physical, words) => {
    machine.holds('localMachine', 'Root', certificate(one), certificate(one, { physical }));
    const entries = await machine.entries(ROOT);

    for (const time of ['once', 'twice'])
      expect(await entries.put(sha256Hex(one), ABSENT), time).toMatchObject({
        state: 'failed',
        reason: expect.stringMatching(words) as unknown,
      });
    expect(machine.written).toEqual([`remove Root ${sha256Hex(one)}`]);
    expect(await anchors()).toEqual([sha256Hex(one)]);
  });

  it('puts a trusted copy before one that policy limits, and takes exactly that back', async () => {
    machine.holds(
      ...(['localMachine', 'Root'] as const),
      certificate(one, { physical: 'groupPolicy', enhancedKeyUsage: [SECURE_EMAIL] }),
    );
    const entries = await machine.entries(ROOT);
    const before = await entries.get(sha256Hex(one));
    expect(before).toMatchObject({ trust: 'otherPurposes' });

    expect(await entries.put(sha256Hex(one), entries.trusting(one))).toEqual(DONE);
    expect(await anchors()).toEqual([sha256Hex(one)]);
    expect(await entries.get(sha256Hex(one))).toEqual(entries.trusting(one));

    expect(await entries.put(sha256Hex(one), before)).toEqual(DONE);
    expect(await entries.get(sha256Hex(one))).toEqual(before);
    expect(await anchors()).toEqual([]);
    expect(machine.written).toEqual([`put Root ${sha256Hex(one)}`, `remove Root ${sha256Hex(one)}`]);
  });

  it('keeps what else limits an entry over a snapshot, and touches no copy of others in a restore', async () => {
    const limited = certificate(one, {
      ...{ friendlyName: '', enhancedKeyUsage: [] },
      properties: { 126: 'AAECAwQFBgc=' },
    });
    machine.holds('localMachine', 'Root', limited, certificate(two, { physical: 'groupPolicy' }));
    const handle = await machine.handle(ROOT);
    const snapshot = await handle.snapshot();

    await machine.port.remove('Root', sha256Hex(one));
    await machine.port.put('Root', certificate(three));

    expect(await handle.restore(snapshot)).toEqual(DONE);
    expect(machine.stores.get('localMachine Root')).toEqual({
      state: 'read',
      certificates: expect.arrayContaining([
        limited,
        certificate(two, { physical: 'groupPolicy' }),
      ]) as unknown,
    });
    expect(await handle.snapshot()).toEqual(snapshot);
    machine.stores.set('localMachine Root', { state: 'unreadable', detail: 'why' });
    await expect(handle.snapshot()).rejects.toThrow('LocalMachine\\Root could not be read: why');
    expect(await handle.restore(snapshot)).toMatchObject({ state: 'failed' });
  });

  it('refuses what is not what it says, what is stopped, and limits that are none', async () => {
    const entries = await machine.entries(ROOT);
    const wanted = entries.trusting(one);
    const bad: EntryState = {
      ...(wanted as Extract<EntryState, { kind: 'present' }>),
      attributes: { enhancedKeyUsage: 'mail' },
    };

    expect(await entries.put(sha256Hex(two), wanted)).toMatchObject({
      reason: expect.stringContaining('is not the certificate') as unknown,
    });
    expect(await entries.put(sha256Hex(one), bad)).toMatchObject({
      reason: expect.stringContaining('object identifiers') as unknown,
    });
    expect(await entries.put(sha256Hex(one), wanted, { signal: AbortSignal.abort() })).toMatchObject({
      reason: expect.stringContaining('stopped') as unknown,
    });
    expect(machine.written).toEqual([]);
  });

  it('rejects by adding to Disallowed', async () => {
    machine.holds('localMachine', 'Root', certificate(one));
    const handle = await machine.handle('windows.localMachine.disallowed');

    expect(handle.entries?.distrusting?.(one)).toEqual(handle.entries?.trusting(one));
    expect(await handle.add(one)).toEqual(DONE);
    expect(await anchors()).toEqual([]);
    expect(await handle.remove(sha256Hex(one))).toEqual(DONE);
    expect(await anchors()).toEqual([sha256Hex(one)]);
    expect(await machine.entries(ROOT)).not.toHaveProperty('distrusting');
  });
});
