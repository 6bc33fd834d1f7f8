import {
  appendFileSync,
  existsSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { pemToDer, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { trustStoresSection } from '@trustfleet/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTrustStores } from '../../index.ts';
import type { TrustStorePorts } from '../../ports.ts';
import { IS_ROOT } from '../../testing/host.ts';
import { makeP11Family, type P11TestFamily } from '../../testing/p11-family.ts';
import { FEDORA } from '../../testing/p11-systems.ts';

const SOURCE = 'etc/pki/ca-trust/source';
const VENDOR = 'usr/share/pki/ca-trust-source';
const BUNDLE = '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem';

const [first, second, third, fourth] = WELL_KNOWN_ROOTS;
if (first === undefined || second === undefined || third === undefined || fourth === undefined)
  throw new Error('four roots are needed');

let family: P11TestFamily;

beforeEach(async () => {
  family = await makeP11Family(FEDORA);
});
afterEach(() => {
  family.host.remove();
});

async function read() {
  const reading = await family.store.read();
  const section = { stores: [reading.store] };
  expect(trustStoresSection.parse(section)).toEqual(section);
  return reading;
}
const anchors = async (): Promise<readonly string[]> => (await read()).store.bundle.anchors;

/** As OpenSSL's own tools write one that vouches for mail alone. */
function mailOnly(pem: string): string {
  const options = ['x509', '-trustout', '-addtrust', 'emailProtection', '-setalias', 'Mail only'];
  return execFileSync('/usr/bin/openssl', options, { input: pem, encoding: 'utf8' });
}

describe.skipIf(!IS_ROOT)(
  "the RHEL family: the real p11-kit; update-ca-trust is a script of the tests that makes Fedora's calls (needs root)",
  () => {
    it('says what each anchor is trusted for, by whom, and where it lies', async () => {
      const { host, store } = family;
      host.put(`${VENDOR}/anchors/vendor.pem`, first.pem + second.pem);
      host.put(`${VENDOR}/mail.pem`, mailOnly(fourth.pem));
      host.put(`${SOURCE}/anchors/studio.pem`, third.pem);
      host.put(`${SOURCE}/blocklist/second.pem`, second.pem);
      expect(await store.rebuild('add')).toMatchObject({ state: 'done' });
      const { store: seen, certificates, watch } = await read();
      expect(seen).toMatchObject({
        id: 'rhel',
        driver: 'rhel',
        operatingSystem: true,
        name: 'Fedora Linux 43 (Workstation Edition)',
        bundle: { path: BUNDLE, state: 'read', anchors: [first.sha256, third.sha256].toSorted() },
        anchorDirectory: `/${SOURCE}/anchors`,
        localAnchors: [{ path: `/${SOURCE}/anchors/studio.pem`, anchor: third.sha256, problem: null }],
        cannotChange: null,
        problems: [],
      });
      const entry = { name: null, purposes: null };
      expect(seen.entries).toEqual(
        [
          {
            ...entry,
            anchor: third.sha256,
            trust: 'servers',
            origin: 'local',
            location: `/${SOURCE}/anchors/studio.pem`,
          },
          {
            ...entry,
            anchor: second.sha256,
            trust: 'distrusted',
            origin: 'local',
            location: `/${SOURCE}/blocklist/second.pem`,
          },
          {
            anchor: fourth.sha256,
            trust: 'otherPurposes',
            origin: 'vendor',
            name: 'Mail only',
            location: `/${VENDOR}/mail.pem`,
            purposes: ['email'],
          },
        ].toSorted((a, b) => (a.anchor < b.anchor ? -1 : 1)),
      );
      for (const root of [first, second, third, fourth])
        expect(certificates.get(root.sha256)).toEqual(pemToDer(root.pem));
      for (const path of [
        BUNDLE,
        `/${SOURCE}/anchors`,
        `/${SOURCE}/blocklist/second.pem`,
        '/etc/ssl/cert.pem',
      ])
        expect(watch).toContain(path);
    });

    it('adds an anchor to what programs load, takes it out again, and does both twice as well as once', async () => {
      const { host, store } = family;
      host.put(`${VENDOR}/anchors/vendor.pem`, first.pem);
      await store.rebuild('add');
      const before = readFileSync(host.at(BUNDLE));
      const file = `/${SOURCE}/anchors/trustfleet-${second.sha256.slice(0, 16)}.pem`;
      const plan = store.plan(second.sha256);
      expect(plan).toEqual({
        path: file,
        bundlePath: BUNDLE,
        commands: [['/usr/bin/update-ca-trust', 'extract']],
      });
      const added = await store.add(pemToDer(second.pem));
      expect(added).toMatchObject({ state: 'done', files: [file] });
      expect(added.commands.map(({ argv }) => argv)).toEqual(plan?.commands);
      expect(await anchors()).toEqual([first.sha256, second.sha256].toSorted());
      expect(opensslTrusts(second.pem)).toBe(true);
      expect(await store.add(pemToDer(second.pem))).toMatchObject({ state: 'done', files: [] });

      expect(await store.remove(second.sha256)).toMatchObject({ state: 'done', files: [file] });
      expect(readFileSync(host.at(BUNDLE))).toEqual(before);
      expect(opensslTrusts(second.pem)).toBe(false);
      expect(await store.remove(second.sha256)).toMatchObject({ state: 'done', files: [] });
    });

    it('has a place where a copy makes p11-kit reject what the vendor ships', async () => {
      const { host, store } = family;
      host.put(`${VENDOR}/anchors/vendor.pem`, first.pem + second.pem);
      await store.rebuild('add');
      const path = `/${SOURCE}/blocklist/trustfleet-${second.sha256.slice(0, 16)}.pem`;
      host.put(path, second.pem);
      expect((await read()).store.problems).toEqual([
        `${second.sha256.slice(0, 16)}… is distrusted, and ${BUNDLE} still holds it: run /usr/bin/update-ca-trust`,
      ]);
      expect((await read()).store.bundle.anchors).toContain(second.sha256);
      await store.rebuild('add');
      expect(await anchors()).toEqual([first.sha256]);
      rmSync(host.at(path));
      await store.rebuild('remove');
      expect(await anchors()).toEqual([first.sha256, second.sha256].toSorted());
    });

    it('tells of a file that takes the place of a link, and is silent about links that a release dropped', async () => {
      const { host, store } = family;
      host.put(`${VENDOR}/anchors/vendor.pem`, first.pem + second.pem);
      await store.rebuild('add');
      host.put('etc/pki/tls/certs/README', '');
      symlinkSync(
        '../../ca-trust/extracted/pem/tls-ca-bundle.pem',
        host.at('etc/pki/tls/certs/ca-bundle.crt'),
      );
      expect((await read()).store.problems).toEqual([]);
      host.put('etc/pki/tls/cert.pem', second.pem + third.pem);
      expect((await read()).store.problems).toEqual([
        expect.stringMatching(
          /^\/etc\/pki\/tls\/cert\.pem is not .* lacks 1 of its anchors and has 1 others/,
        ) as string,
      ]);
    });

    it('tells of anchors that no tool has taken yet, and of sources that cannot be read', async () => {
      const { host, store } = family;
      await store.rebuild('add');
      host.put(`${SOURCE}/anchors/new.pem`, first.pem);
      host.put(`${SOURCE}/anchors/damaged.pem`, second.pem.slice(0, 200));
      host.put(`${SOURCE}/anchors/README`, 'Anchors go here.\n');
      const { store: seen } = await read();
      expect(seen.problems).toEqual([
        `${first.sha256.slice(0, 16)}… of its sources is not in ${BUNDLE} yet: run /usr/bin/update-ca-trust`,
        expect.stringContaining('/anchors/damaged.pem, line 1: ') as string,
      ]);
      expect(seen.entries).toEqual([]);
      expect(seen.localAnchors).toEqual([
        { path: `/${SOURCE}/anchors/damaged.pem`, anchor: null, problem: expect.any(String) as string },
        { path: `/${SOURCE}/anchors/new.pem`, anchor: first.sha256, problem: null },
      ]);
    });

    it('tells of anchors from nowhere, and of a directory of hashes that is not the bundle', async () => {
      const { host, store } = family;
      host.put(`${VENDOR}/anchors/vendor.pem`, first.pem);
      await store.rebuild('add');
      appendFileSync(host.at(BUNDLE), second.pem);
      const { store: seen } = await read();
      expect(seen.entries).toEqual([
        {
          anchor: second.sha256,
          trust: 'servers',
          origin: 'unknown',
          name: null,
          location: BUNDLE,
          purposes: null,
        },
      ]);
      const name = `${second.sha256.slice(0, 16)}…`;
      expect(seen.problems).toEqual([
        `${BUNDLE} holds ${name}, which no source of this system brings: the next run of /usr/bin/update-ca-trust drops it`,
        expect.stringMatching(new RegExp(`^${name} is in .* and not in .*directory-hash`)) as string,
      ]);
      writeFileSync(host.at(BUNDLE), '');
      expect((await read()).store.problems).toContainEqual(
        expect.stringMatching(/directory-hash, where programs look anchors up by hash, and not in/),
      );
    });

    it('reads again whatever has changed, and nothing else', async () => {
      const { host, ports } = family;
      host.put(`${VENDOR}/anchors/vendor.pem`, first.pem);
      await family.store.rebuild('add');
      let opened = 0;
      const counting = {
        ...ports,
        readFile: (...args: Parameters<TrustStorePorts['readFile']>) => {
          opened += 1;
          return ports.readFile(...args);
        },
        // Files of a test are too young for the cache to trust what it knows of them.
        identify: async (...args: Parameters<TrustStorePorts['identify']>) =>
          (await ports.identify(...args)).map((one) => (one === null ? null : { ...one, settled: true })),
      };
      const [store] = await createTrustStores(counting).list();
      const changes: readonly (() => unknown)[] = [
        () => host.put(`${SOURCE}/anchors/new.pem`, second.pem),
        () => host.put(`${SOURCE}/anchors/new.pem`, third.pem),
        () => host.put(`${SOURCE}/blocklist/bad.pem`, first.pem),
        () => host.put(`${SOURCE}/blacklist/old.pem`, fourth.pem),
        () => host.put(`${SOURCE}/plain.pem`, second.pem),
        () => host.put(`${VENDOR}/more.pem`, mailOnly(fourth.pem)),
        () => {
          rmSync(host.at(`${SOURCE}/blocklist/bad.pem`));
        },
        () => host.put('etc/pki/tls/cert.pem', second.pem),
        () => {
          appendFileSync(host.at(BUNDLE), second.pem);
        },
        () => {
          rmSync(host.at('/etc/pki/ca-trust/extracted/pem/directory-hash'), { recursive: true });
        },
      ];
      let before = await store?.read();
      for (const [index, change] of changes.entries()) {
        opened = 0;
        expect(await store?.read(), `unchanged before ${index}`).toEqual(before);
        expect(opened, `unchanged before ${index}`).toBe(0);
        change();
        const after = await store?.read();
        expect(after?.store, `change ${index}`).not.toEqual(before?.store);
        before = after;
      }
    });

    it('goes by the bundle where p11-kit passes over the older directory for distrust', async () => {
      const { host, store } = family;
      host.put(`${VENDOR}/anchors/vendor.pem`, first.pem + second.pem);
      host.put(`${SOURCE}/blacklist/first.pem`, first.pem);
      await store.rebuild('add');
      const { store: seen } = await read();
      // A newer p11-kit reads blocklist/ alone; an older one takes it out of the bundle.
      expect(seen).toMatchObject({
        bundle: { anchors: [first.sha256, second.sha256].toSorted() },
        entries: [],
        problems: [],
      });
      writeFileSync(host.at(BUNDLE), second.pem);
      expect((await read()).store.entries).toEqual([
        expect.objectContaining({ anchor: first.sha256, trust: 'distrusted' }) as unknown,
      ]);
    });

    it('comes back where the older directory for distrust is a link to the newer one', async () => {
      const { host, store } = family;
      host.put(`${VENDOR}/anchors/vendor.pem`, first.pem + second.pem);
      host.put(`${SOURCE}/blocklist/bad.pem`, second.pem);
      symlinkSync('blocklist', host.at(`${SOURCE}/blacklist`));
      await store.rebuild('add');
      const before = await store.snapshot();
      rmSync(host.at(`${SOURCE}/blocklist/bad.pem`));
      host.put(`${SOURCE}/blocklist/worse.pem`, first.pem);
      await store.rebuild('add');
      expect(await anchors()).toEqual([second.sha256]);
      expect(await store.restore(before)).toMatchObject({ state: 'done' });
      expect(await anchors()).toEqual([first.sha256]);
      expect(await store.snapshot()).toEqual(before);
      expect(readlinkSync(host.at(`${SOURCE}/blacklist`))).toBe('blocklist');
    });

    it('is found without a known name where tool and directory are, and a family of its own is never overruled', async () => {
      const { host, ports } = family;
      const ids = async (osRelease: string): Promise<string[]> => {
        host.put('etc/os-release', osRelease);
        return (await createTrustStores(ports).list()).map(({ id }) => id);
      };
      expect(await ids('ID=rocky\nID_LIKE="rhel centos fedora"\n')).toContain('rhel');
      expect(await ids('ID=amzn\n')).toContain('rhel');
      expect(await ids('ID=azurelinux\n')).toContain('rhel');
      // certificates#2320: Ubuntu with a stray /etc/pki/ca-trust.
      expect(await ids('ID=ubuntu\nID_LIKE=debian\n')).toContain('debian');
      expect(await ids('ID=arch\n')).toContain('arch');
      rmSync(host.at('usr/bin/update-ca-trust'));
      expect(await ids('ID=azurelinux\n')).toContain('unknown');
      expect((await createTrustStores(ports).list())[0]?.id).toBe('unknown');
    });

    it.each([
      ['no tool', { isExecutable: () => Promise.resolve(false) }, 'install the package ca-certificates'],
      ['a read-only image', { isWritable: () => Promise.resolve(false) }, 'change the image'],
      ['no rights', { uid: 1000 }, 'not run as root'],
    ])('with %s says why it cannot be changed, as a state', async (_, port, reason) => {
      const [store] = await createTrustStores({ ...family.ports, ...port }).list();
      const { store: seen } = (await store?.read()) ?? {};
      expect(seen?.cannotChange).toContain(reason);
      expect(await store?.add(pemToDer(first.pem))).toMatchObject({
        state: 'failed',
        reason: seen?.cannotChange,
        files: [],
      });
      expect(
        existsSync(family.host.at(`${SOURCE}/anchors/trustfleet-${first.sha256.slice(0, 16)}.pem`)),
      ).toBe(false);
    });

    it('is not changed from outside', async () => {
      const [store] = await createTrustStores(family.ports, { root: '/mnt/image' }).list();
      family.host.put('mnt/image/etc/os-release', 'ID=fedora\n');
      const [image] = await createTrustStores(family.ports, { root: '/mnt/image' }).list();
      expect(store?.id).toBe('unknown');
      expect(image?.id).toBe('rhel');
      expect(image?.plan(first.sha256)).toBeNull();
      expect((await image?.read())?.store.cannotChange).toContain('run the agent inside it');
    });
  },
);

/** By the extracted directory of subject hashes alone, as Fedora 43's OpenSSL looks anchors up. */
function opensslTrusts(pem: string): boolean {
  const directory = family.host.at('etc/pki/ca-trust/extracted/pem/directory-hash');
  try {
    execFileSync('/usr/bin/openssl', ['verify', '-no-CAfile', '-no-CAstore', '-CApath', directory], {
      input: pem,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: {},
    });
    return true;
  } catch (error) {
    expect(error).toMatchObject({ status: 2 });
    return false;
  }
}
