import { existsSync, readFileSync } from 'node:fs';
import { pemToDer, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { parse } from 'plist';
import { afterEach, describe, expect, it } from 'vitest';
import { makeMacos, sha1Of, SYSTEM, type MacosSystem } from '../../testing/macos-system.ts';
import type { StoreSnapshot } from '../../types.ts';

const [first, second, third, fourth] = WELL_KNOWN_ROOTS;
if (first === undefined || second === undefined || third === undefined || fourth === undefined)
  throw new Error('four roots are needed');

let mac: MacosSystem;
afterEach(() => {
  mac.host.remove();
});

describe('changing macOS, on a stand-in for its tools: never run on macOS', () => {
  const file = `/Library/Application Support/Trustfleet/anchors/trustfleet-${first.sha256.slice(0, 16)}.pem`;

  it('adds and removes by the tool where a daemon may (Catalina and before)', async () => {
    mac = await makeMacos('10.15.7');
    mac.keychains.roots = [second.pem];
    mac.keychains.system = [third.pem];
    expect((await mac.store.read()).store.cannotChange).toBeNull();
    const plan = mac.store.plan(first.sha256);
    const added = await mac.store.add(pemToDer(first.pem));
    expect(added).toMatchObject({ state: 'done', files: [file] });
    expect(added.commands.map(({ argv }) => argv)).toEqual([
      [
        '/usr/bin/security',
        'add-trusted-cert',
        '-d',
        '-r',
        'trustRoot',
        '-p',
        'ssl',
        '-p',
        'basic',
        '-k',
        SYSTEM,
        file,
      ],
    ]);
    expect(plan).toEqual({
      path: file,
      commands: added.commands.map(({ argv }) => argv),
      bundlePath: SYSTEM,
    });
    expect((await mac.store.read()).store.bundle.anchors).toContain(first.sha256);
    expect(await mac.store.add(pemToDer(first.pem))).toMatchObject({ state: 'done', commands: [] });

    const removed = await mac.store.remove(first.sha256);
    expect(removed.commands.map(({ argv }) => argv)).toEqual([
      ['/usr/bin/security', 'remove-trusted-cert', '-d', file],
      ['/usr/bin/security', 'delete-certificate', '-Z', sha1Of(first.pem), SYSTEM],
    ]);
    expect((await mac.store.read()).store.bundle.anchors).toEqual([second.sha256]);
    expect(existsSync(mac.host.at(file))).toBe(false);
    // What somebody else put there is not ours to remove.
    expect(await mac.store.remove(third.sha256)).toMatchObject({ state: 'done', commands: [] });
    expect(mac.keychains.system).toEqual([third.pem]);
  });

  it('comes back from a snapshot', async () => {
    mac = await makeMacos('10.15.7');
    mac.keychains.roots = [second.pem];
    mac.keychains.system = [third.pem];
    const before = JSON.parse(JSON.stringify(await mac.store.snapshot())) as StoreSnapshot;
    await mac.store.add(pemToDer(first.pem));
    mac.keychains.system.push(fourth.pem);
    expect(await mac.store.restore(before)).toMatchObject({ state: 'done' });
    expect(mac.keychains.system).toEqual([third.pem]);
    expect(await mac.store.snapshot()).toEqual(before);
  });

  it.each(['11.7.10', '10.16', '15.1', 'unknown'])(
    'refuses on macOS %s, and leaves a profile for MDM',
    async (version) => {
      mac = await makeMacos(version);
      mac.keychains.roots = [second.pem];
      const profile = `/Library/Application Support/Trustfleet/profiles/trustfleet-${first.sha256.slice(0, 16)}.mobileconfig`;
      const { cannotChange } = (await mac.store.read()).store;
      expect(cannotChange).toContain('stores profile');
      expect(cannotChange).toContain('MDM');
      expect(mac.store.plan(first.sha256)).toBeNull();
      expect(await mac.store.add(pemToDer(first.pem))).toMatchObject({
        state: 'failed',
        reason: expect.stringContaining(profile) as string,
        files: [profile],
        commands: [],
      });
      const content = parse(readFileSync(mac.host.at(profile), 'utf8')) as {
        PayloadContent: { PayloadContent: Uint8Array }[];
      };
      expect(Buffer.from(content.PayloadContent[0]?.PayloadContent ?? [])).toEqual(
        Buffer.from(pemToDer(first.pem)),
      );
      expect(mac.keychains.system).toEqual([]);
      // What is trusted already needs no change, and a snapshot of what is now is there already.
      expect(await mac.store.add(pemToDer(second.pem))).toMatchObject({ state: 'done', files: [] });
      expect(await mac.store.restore(await mac.store.snapshot())).toMatchObject({ state: 'done' });
    },
  );
});
