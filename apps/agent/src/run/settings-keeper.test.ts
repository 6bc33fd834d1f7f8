import { randomBytes, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { KEY_SET_PAYLOAD_TYPE, type KeySet, type SettingsMessage } from '@trustfleet/protocol';
import {
  canonicalJson,
  dsseSign,
  keyId,
  keyPairFromSeed,
  signKeySet,
  type KeyPair,
} from '@trustfleet/signing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SettingsLab, type AgentRun } from '../testing/settings-lab.ts';
import { SETTINGS_POINTS, type SettingsPoint } from './settings-keeper.ts';

let lab: SettingsLab;
let other: SettingsLab | undefined;
beforeEach(async () => {
  lab = await SettingsLab.start();
});
afterEach(async () => {
  await lab.close();
  await other?.close();
  other = undefined;
});

const online = (run: AgentRun) => expect.poll(() => run.link.state().name).toBe('online');
const settings = (candidate: SettingsMessage['candidate']): SettingsMessage => ({
  type: 'settings',
  id: randomUUID(),
  candidate,
});
const newSecret = () => randomBytes(32).toString('base64url');
const leftOver = async () => (await readdir(lab.stateDir)).filter((name) => name === 'candidate.json');
const keySet = (version: number, key: KeyPair = lab.serverKey): KeySet => ({
  format: 1,
  fleetId: lab.fleetId,
  version,
  threshold: 1,
  keys: [{ keyId: keyId(key.publicKey), publicKey: key.publicKey, roles: ['server'] }],
});

/** Ends the agent at a point as a crash does: nothing after it happens, and its sockets are gone. */
async function crashAt(point: SettingsPoint, message: SettingsMessage): Promise<void> {
  let reached = (): void => undefined;
  const crashed = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const run = await lab.agent({
    fault: (at) => {
      if (at !== point) return undefined;
      reached();
      return new Promise(() => undefined);
    },
  });
  await online(run);
  lab.send(message);
  await crashed;
  run.settings.stop();
  // What waits for ever inside must not hold up the test as it would not hold up a killed process.
  void run.link.stop('crashed');
  lab.forget(run);
}

describe('a new secret', () => {
  it('is kept when the server welcomes it, used from then on, and told', async () => {
    const run = await lab.agent();
    await online(run);
    const secret = newSecret();
    lab.offerSecret(secret);
    const message = settings({ secret });
    lab.send(message);
    await expect
      .poll(() => lab.results)
      .toEqual([{ type: 'settingsResult', id: message.id, outcome: 'kept', detail: null }]);
    lab.takeSecret();

    expect((await lab.stored()).secret).toBe(secret);
    expect(run.identity.current().secret).toBe(secret);
    expect(run.linkProblems).toEqual([]);
    await expect.poll(() => run.settings.results.pending()).toEqual([]);
    expect(await leftOver()).toEqual([]);
    await run.stop();
    const next = await lab.agent();
    await online(next);
  });

  it('that the server does not take is reverted, and the old link stays', async () => {
    const run = await lab.agent();
    await online(run);
    const before = await lab.stored();
    lab.send(settings({ secret: newSecret() }));
    await expect.poll(() => lab.results).toMatchObject([{ outcome: 'reverted' }]);

    expect(lab.results[0]?.detail).toMatch(/401/);
    expect(await lab.stored()).toEqual(before);
    expect(run.problems[0]).toMatch(/reverted: .*401/);
    expect(run.link.state().name).toBe('online');
    expect(lab.sessions).toHaveLength(1);
  });

  it('an outcome is repeated until it is acknowledged, over a restart as well', async () => {
    const run = await lab.agent();
    await online(run);
    lab.acknowledge = false;
    const secret = newSecret();
    lab.offerSecret(secret);
    const message = settings({ secret });
    lab.send(message);
    await expect.poll(() => lab.results.length).toBe(1);
    await run.stop();
    const again = await lab.agent();
    await expect.poll(() => lab.results.length).toBe(2);
    lab.acknowledge = true;
    lab.send(message);
    await run.stop();
    await again.stop();
    const last = await lab.agent();
    await expect.poll(() => last.settings.results.pending()).toEqual([]);

    expect(new Set(lab.results.map(({ id, outcome }) => `${id} ${outcome}`)).size).toBe(1);
  });
});

describe('another address', () => {
  it.each<[string, () => Promise<string>]>([
    ['where nothing listens', () => Promise.resolve('https://127.0.0.1:1')],
    [
      'of a server without our fleet’s key',
      async () => {
        other = await SettingsLab.start();
        other.letIn(await lab.stored());
        return other.address;
      },
    ],
  ])('%s is reverted, and the old link was never lost', async (_, address) => {
    const run = await lab.agent();
    await online(run);
    lab.send(settings({ address: await address() }));
    await expect.poll(() => lab.results, { timeout: 10_000 }).toMatchObject([{ outcome: 'reverted' }]);

    expect((await lab.stored()).address).toBe(lab.address);
    expect(lab.sessions).toHaveLength(1);
    expect(run.link.state().name).toBe('online');
    expect(await leftOver()).toEqual([]);
  });
});

describe('a key set', () => {
  it('signed by the pinned key and its own is kept without another connection, also a new server key', async () => {
    const next = keyPairFromSeed('ed25519', randomBytes(32));
    const run = await lab.agent();
    await online(run);
    lab.send(settings({ keySet: signKeySet(keySet(1), [lab.serverKey.privateKey]) }));
    await expect.poll(() => lab.results).toMatchObject([{ outcome: 'kept' }]);
    const both = [lab.serverKey.privateKey, next.privateKey];
    lab.send(settings({ keySet: signKeySet(keySet(2, next), both) }));
    await expect.poll(() => lab.results).toMatchObject([{ outcome: 'kept' }, { outcome: 'kept' }]);

    expect((await lab.stored()).keySet).toEqual(keySet(2, next));
    expect(run.identity.current().keySet?.version).toBe(2);
    expect(lab.sessions).toHaveLength(1);
  });

  it.each<[string, () => SettingsMessage['candidate'], RegExp]>([
    [
      'forged',
      () => {
        const stranger = keyPairFromSeed('ed25519', randomBytes(32));
        return { keySet: signKeySet(keySet(2, stranger), [stranger.privateKey]) };
      },
      /not signed by a server key/,
    ],
    [
      'of another fleet',
      () => ({ keySet: signKeySet({ ...keySet(2), fleetId: randomUUID() }, [lab.serverKey.privateKey]) }),
      /is for fleet/,
    ],
    [
      'not newer',
      () => ({ keySet: signKeySet(keySet(1), [lab.serverKey.privateKey]) }),
      /has version 1, this host has version 1/,
    ],
    [
      'of a release that writes more than this one understands, however long the reason',
      () => {
        const keys = Array.from({ length: 30 }, (_, index) => ({ kind: `of tomorrow ${index}` }));
        const payload = Buffer.from(canonicalJson({ ...keySet(2), keys }));
        return {
          keySet: dsseSign({ payloadType: KEY_SET_PAYLOAD_TYPE, payload, keys: [lab.serverKey.privateKey] }),
        };
      },
      /is not understood/,
    ],
  ])('that is %s is refused, and status says so', async (_, candidate, reason) => {
    const run = await lab.agent();
    await online(run);
    lab.send(settings({ keySet: signKeySet(keySet(1), [lab.serverKey.privateKey]) }));
    await expect.poll(() => lab.results.length).toBe(1);
    lab.send(settings(candidate()));
    await expect.poll(() => lab.results.length).toBe(2);

    expect(lab.results[1]).toMatchObject({
      outcome: 'refused',
      detail: expect.stringMatching(reason) as string,
    });
    expect(run.problems[0]).toMatch(reason);
    expect((await lab.stored()).keySet).toEqual(keySet(1));
  });
});

describe('an agent that ends between any two steps', () => {
  it.each(SETTINGS_POINTS)('at %s: the new secret is kept in the end', async (point) => {
    const secret = newSecret();
    lab.offerSecret(secret);
    await crashAt(point, settings({ secret }));
    const run = await lab.agent();
    await run.settings.resume();
    await online(run);
    await expect.poll(() => lab.results.length).toBeGreaterThan(0);

    expect(new Set(lab.results.map(({ outcome }) => outcome))).toEqual(new Set(['kept']));
    expect((await lab.stored()).secret).toBe(secret);
    expect(await leftOver()).toEqual([]);
    lab.takeSecret();
    await run.stop();
    await online(await lab.agent());
  });

  it('at welcomed, when the server knows only the new secret by then: kept', async () => {
    const secret = newSecret();
    lab.offerSecret(secret);
    await crashAt('welcomed', settings({ secret }));
    lab.takeSecret();
    const run = await lab.agent();
    await expect.poll(() => run.linkProblems.map(({ code }) => code)).toContain('refusedCredentials');
    await run.settings.resume();
    await online(run);

    await expect.poll(() => lab.results).toMatchObject([{ outcome: 'kept' }]);
    expect((await lab.stored()).secret).toBe(secret);
  });

  it.each(SETTINGS_POINTS.filter((point) => point !== 'welcomed' && point !== 'identityWritten'))(
    'at %s: the dead address is reverted in the end',
    async (point) => {
      const before = await lab.stored();
      await crashAt(point, settings({ address: 'https://127.0.0.1:1' }));
      const run = await lab.agent();
      await run.settings.resume();
      await online(run);
      await expect.poll(() => lab.results.length).toBeGreaterThan(0);

      expect(new Set(lab.results.map(({ outcome }) => outcome))).toEqual(new Set(['reverted']));
      expect(await lab.stored()).toEqual(before);
      expect(await leftOver()).toEqual([]);
    },
  );
});
