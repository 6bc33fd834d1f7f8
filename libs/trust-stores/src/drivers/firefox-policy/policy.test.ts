import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { pemToDer, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { trustStoresSection, type TrustStore } from '@trustfleet/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTrustStores, type EntryState, type StoreHandle } from '../../index.ts';
import type { TrustStorePorts } from '../../ports.ts';
import { DEBIAN, IS_ROOT, makeTestHost, realPorts, type TestHost } from '../../testing/host.ts';
import { expectRestores } from '../../testing/restore-property.ts';
import { trustingPorts } from '../../testing/trusting-ports.ts';

const [first, second, third] = WELL_KNOWN_ROOTS;
if (first === undefined || second === undefined || third === undefined)
  throw new Error('three roots are needed');
const MACHINE = 'etc/firefox/policies/policies.json';
const DISTRIBUTION = 'usr/lib/firefox/distribution/policies.json';
const OWN = `etc/firefox/policies/trustfleet-${first.sha256.slice(0, 16)}.pem`;
let host: TestHost;
beforeEach(() => {
  host = makeFirefoxHost();
});
afterEach(() => {
  host.remove();
});

function makeFirefoxHost(): TestHost {
  const made = makeTestHost(DEBIAN);
  for (const path of ['usr/lib/firefox', 'etc']) mkdirSync(made.at(path), { recursive: true });
  return made;
}

const rootPorts = (of: TestHost = host): TrustStorePorts => ({ ...trustingPorts(of.root), uid: 0 });

async function open(of: TestHost, ports = rootPorts(of)): Promise<StoreHandle> {
  const handles = await createTrustStores(ports, { root: of.root }).list();
  const handle = handles.find(({ id }) => id === 'firefox.policy');
  if (handle === undefined) throw new Error('no policy store');
  return handle;
}

async function readStore(ports = rootPorts()): Promise<TrustStore> {
  const { store } = await (await open(host, ports)).read();
  expect(trustStoresSection.parse({ stores: [store] })).toEqual({ stores: [store] });
  return store;
}

const policies = (): unknown => JSON.parse(readFileSync(host.at(MACHINE), 'utf8'));

describe("Firefox' policy", () => {
  it('is a store only where there is a Firefox or a policy', async () => {
    expect((await readStore()).bundle.state).toBe('missing');
    const bare = makeTestHost(DEBIAN);
    try {
      await expect(open(bare)).rejects.toThrow('no policy store');
    } finally {
      bare.remove();
    }
  });

  it('installs the certificates of the files that it names, by path or by folder', async () => {
    const absolute = host.put('srv/studio.der', pemToDer(second.pem));
    host.put('usr/lib64/mozilla/certificates/first.pem', first.pem);
    host.put('usr/lib/mozilla/certificates/two.pem', first.pem + second.pem);
    host.put('usr/lib/mozilla/certificates/broken.pem', third.pem.slice(0, 400));
    const install = ['first.pem', absolute, 'two.pem', 'broken.pem', 'missing.pem', '', 'a\0b'];
    host.put(
      MACHINE,
      JSON.stringify({ policies: { Certificates: { Install: install, ImportEnterpriseRoots: true } } }),
    );
    host.put(
      DISTRIBUTION,
      JSON.stringify({ policies: { Certificates: { Install: [host.put('x.pem', third.pem)] } } }),
    );
    const store = await readStore();
    expect(store.bundle).toMatchObject({
      path: host.at(MACHINE),
      state: 'read',
      anchors: [first.sha256, second.sha256].toSorted(),
    });
    expect(store.entries).toContainEqual({
      anchor: first.sha256,
      trust: 'servers',
      origin: 'policy',
      name: 'first.pem',
      location: host.at('usr/lib64/mozilla/certificates/first.pem'),
      purposes: ['SSL', 'SSL client', 'S/MIME'],
    });
    expect(store.problems).toHaveLength(6);
    for (const words of ['ImportEnterpriseRoots', 'two.pem', 'broken.pem', 'missing.pem'])
      expect(store.problems?.some((problem) => problem.includes(words))).toBe(true);
  });

  it.each([
    ['no JSON', '{"policies":', 'it is not JSON'],
    ['no policies', '{}', 'no object "policies"'],
    ['a list that is none', '{"policies":{"Certificates":{"Install":"a.pem"}}}', 'not a list of names'],
  ])('with %s is left as it is', async (_, content, reason) => {
    host.put(MACHINE, content);
    const store = await readStore();
    expect(store.bundle).toMatchObject({ state: 'unreadable', anchors: [] });
    expect(store.cannotChange).toContain(reason);
    expect(await (await open(host)).add(pemToDer(first.pem))).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining(reason) as string,
      files: [],
    });
    expect(readFileSync(host.at(MACHINE), 'utf8')).toBe(content);
    expect(readdirSync(host.at('etc/firefox/policies'))).toEqual(['policies.json']);
  });

  it('is not made where it would put that of the installation out of force', async () => {
    host.put(DISTRIBUTION, '{"policies":{"DisableTelemetry":true}}');
    const store = await readStore();
    expect(store.bundle.path).toBe(host.at(DISTRIBUTION));
    expect(store.cannotChange).toContain('move it there');
    expect(await (await open(host)).add(pemToDer(first.pem))).toMatchObject({ state: 'failed', files: [] });
  });

  it('is changed by root alone', async () => {
    const weak = { ...rootPorts(), uid: 1000 };
    expect((await readStore(weak)).cannotChange).toContain('not run as root');
    expect((await open(host, weak)).plan(first.sha256)).toBeNull();
    // The test's tree lies in a directory that everybody may write.
    expect((await readStore({ ...realPorts(), uid: 0 })).cannotChange).toContain('can be changed by others');
    mkdirSync(host.at('etc/firefox/policies'), { recursive: true });
    symlinkSync(host.put('srv/managed.json', '{"policies":{}}'), host.at(MACHINE));
    expect((await readStore()).cannotChange).toContain('is a link');
  });

  it('gets an anchor and loses it again, with every other key where it was', async () => {
    const text = `${JSON.stringify({ policies: { A: [1, { b: null }], Certificates: { X: 1 }, Z: 'é' }, other: 2 }, null, 2)}\n`;
    host.put(MACHINE, text);
    const handle = await open(host);
    const added = await handle.add(pemToDer(first.pem));
    expect(added).toEqual({ state: 'done', files: [host.at(OWN), host.at(MACHINE)], commands: [] });
    expect(readFileSync(host.at(OWN), 'utf8')).toBe(first.pem);
    expect(statSync(host.at(OWN)).mode & 0o777).toBe(0o644);
    expect(policies()).toEqual({
      policies: { A: [1, { b: null }], Certificates: { X: 1, Install: [host.at(OWN)] }, Z: 'é' },
      other: 2,
    });
    expect((await readStore()).bundle.anchors).toEqual([first.sha256]);
    expect(await handle.add(pemToDer(first.pem))).toEqual({ state: 'done', files: [], commands: [] });
    expect(await handle.remove(first.sha256)).toMatchObject({ state: 'done' });
    expect(readFileSync(host.at(MACHINE), 'utf8')).toBe(text);
    expect(readdirSync(host.at('etc/firefox/policies'))).toEqual(['policies.json']);
  });

  it('is made where there was none, and is gone afterwards', async () => {
    const handle = await open(host);
    expect(await handle.add(pemToDer(first.pem))).toMatchObject({ state: 'done' });
    expect(policies()).toEqual({ policies: { Certificates: { Install: [host.at(OWN)] } } });
    await handle.remove(first.sha256);
    expect(readdirSync(host.at('etc/firefox/policies'))).toEqual([]);
  });

  it('loses only the name of what somebody else installed, and gets it back', async () => {
    host.put('usr/lib/mozilla/certificates/studio.pem', first.pem);
    host.put(MACHINE, '{"policies":{"Certificates":{"Install":["studio.pem"]}}}');
    const handle = await open(host);
    const { entries } = handle;
    const was = (await entries?.get(first.sha256)) ?? { kind: 'absent' };
    expect(await handle.remove(first.sha256)).toEqual({ state: 'done', files: [], commands: [] });
    expect(await entries?.put(first.sha256, { kind: 'absent' })).toMatchObject({ state: 'done' });
    expect((await readStore()).bundle.anchors).toEqual([]);
    expect(readFileSync(host.at('usr/lib/mozilla/certificates/studio.pem'), 'utf8')).toBe(first.pem);
    await entries?.put(first.sha256, was);
    expect(policies()).toEqual({ policies: { Certificates: { Install: ['studio.pem'] } } });
  });

  it('gets back every name of a certificate that two files hold', async () => {
    for (const name of ['a.pem', 'b.pem']) host.put(`usr/lib/mozilla/certificates/${name}`, first.pem);
    host.put(MACHINE, '{"policies":{"Certificates":{"Install":["a.pem","b.pem"]}}}');
    const { entries } = await open(host);
    const was = (await entries?.get(first.sha256)) ?? { kind: 'absent' };
    await entries?.put(first.sha256, { kind: 'absent' });
    expect((await readStore()).bundle.anchors).toEqual([]);
    await entries?.put(first.sha256, was);
    expect(policies()).toEqual({ policies: { Certificates: { Install: ['a.pem', 'b.pem'] } } });
  });

  it('that is broken is not quoted', async () => {
    host.put(MACHINE, 'root:$y$j9T$secret');
    const { detail } = (await readStore()).bundle;
    expect(detail).toContain('it is not JSON');
    expect(detail).not.toContain('root:');
  });

  it.runIf(IS_ROOT)('opens with its own rights alone what somebody else names', async () => {
    const secret = host.put('root/secret.pem', first.pem);
    chmodSync(secret, 0o600);
    chmodSync(host.root, 0o755);
    host.put(DISTRIBUTION, JSON.stringify({ policies: { Certificates: { Install: [secret] } } }));
    const theirs: TrustStorePorts = {
      ...rootPorts(),
      inspectPath: (path) =>
        Promise.resolve({ owners: path === host.at(DISTRIBUTION) ? [12_345] : [], writable: null }),
    };
    const store = await readStore(theirs);
    expect(store.bundle).toMatchObject({ state: 'read', anchors: [] });
    expect(store.problems).toEqual([expect.stringContaining('may not be read by its user') as string]);
  });

  it('refuses what a policy cannot do, and a certificate for another one', async () => {
    const { entries } = await open(host);
    const trusting = entries?.trusting(pemToDer(first.pem));
    if (trusting?.kind !== 'present') throw new Error('no entry');
    const distrusted: EntryState = { ...trusting, trust: 'distrusted' };
    for (const [sha256, state] of [
      [first.sha256, distrusted],
      [second.sha256, trusting],
    ] as const)
      expect(await entries?.put(sha256, state)).toMatchObject({ state: 'failed', files: [] });
    expect(readdirSync(host.at('etc'))).toEqual(['os-release']);
  });

  it('comes back to a snapshot, byte for byte', async () => {
    await expectRestores(
      async () => {
        const own = makeFirefoxHost();
        const handle = await open(own);
        const roots = [first, second, third];
        const pick = (choice: number) => roots[choice % roots.length] ?? first;
        return {
          handle,
          operations: {
            add: async (choice: number) => {
              await handle.add(pemToDer(pick(choice).pem));
            },
            remove: async (choice: number) => {
              await handle.remove(pick(choice).sha256);
            },
            byHand: (choice: number) => {
              own.put(
                MACHINE,
                ['{"policies": {}}', '{"policies":{"Certificates":{"Install":[]}},"v":1}'][choice % 2] ?? '',
              );
              return Promise.resolve();
            },
          },
          contents: () => Promise.resolve(filesBelow(own.at('etc'))),
          dispose: () => {
            own.remove();
          },
        };
      },
      { runs: 20 },
    );
  });
});

function filesBelow(path: string): Record<string, string> {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry): [string, string] => [
      `${entry.parentPath}/${entry.name}`.slice(path.length),
      readFileSync(`${entry.parentPath}/${entry.name}`, 'utf8'),
    ]),
  );
}
