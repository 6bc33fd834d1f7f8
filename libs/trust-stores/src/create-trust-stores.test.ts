import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { pemToDer, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { trustStoresSection } from '@trustfleet/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { createTrustStores } from './index.ts';
import { DEBIAN, makeTestHost, realPorts, type TestHost } from './testing/host.ts';

let host: TestHost;
afterEach(() => {
  host.remove();
});
const [first, second, third] = WELL_KNOWN_ROOTS;
if (first === undefined || second === undefined || third === undefined)
  throw new Error('three roots are needed');
const ANCHORS = 'usr/local/share/ca-certificates';

async function collect(ports = realPorts()) {
  const collected = await createTrustStores(ports, { root: host.root }).collect();
  const section = { stores: [...collected.stores] };
  expect(trustStoresSection.parse(section)).toEqual(section);
  const [store] = collected.stores;
  if (store === undefined) throw new Error('no store');
  return { ...collected, store };
}

describe('the Debian store', () => {
  it('reads the bundle and the local anchors, with the DER of each', async () => {
    host = makeTestHost(DEBIAN);
    host.put('etc/ssl/certs/ca-certificates.crt', first.pem + second.pem);
    host.put(`${ANCHORS}/studio/root.crt`, third.pem);
    const { store, certificates, watch } = await collect();
    expect(store).toMatchObject({
      id: 'debian',
      driver: 'debian',
      operatingSystem: true,
      name: 'Debian GNU/Linux 12 (bookworm)',
      bundle: {
        path: host.at('etc/ssl/certs/ca-certificates.crt'),
        state: 'read',
        anchors: [first.sha256, second.sha256].toSorted(),
        opensslAccepts: true,
      },
      anchorDirectory: host.at(ANCHORS),
      localAnchors: [{ path: host.at(`${ANCHORS}/studio/root.crt`), anchor: third.sha256, problem: null }],
    });
    expect([...certificates].map(([sha256]) => sha256).toSorted()).toEqual(
      [first.sha256, second.sha256, third.sha256].toSorted(),
    );
    expect(certificates.get(third.sha256)).toEqual(pemToDer(third.pem));
    for (const path of ['etc/ssl/certs/ca-certificates.crt', ANCHORS, `${ANCHORS}/studio`])
      expect(watch).toContain(host.at(path));
  });

  it('says what is wrong with each local file, and goes on', async () => {
    host = makeTestHost(DEBIAN);
    host.put('etc/ssl/certs/ca-certificates.crt', first.pem);
    host.put(`${ANCHORS}/a-der.crt`, pemToDer(first.pem));
    host.put(`${ANCHORS}/b-empty.crt`, '');
    host.put(`${ANCHORS}/c-two.crt`, first.pem + second.pem);
    host.put(`${ANCHORS}/d-broken.crt`, first.pem.slice(0, 300));
    host.put(`${ANCHORS}/e-utf16.crt`, Buffer.from(`\ufeff${first.pem}`, 'utf16le'));
    host.put(`${ANCHORS}/ignored.pem`, first.pem);
    host.put(`${ANCHORS}/z-good.crt`, second.pem);
    execFileSync('/usr/bin/mkfifo', [host.at(`${ANCHORS}/f-fifo.crt`)]);
    symlinkSync('z-good.crt', host.at(`${ANCHORS}/g-link.crt`));
    symlinkSync('.', host.at(`${ANCHORS}/loop`));
    const { store } = await collect();
    const found = Object.fromEntries(
      store.localAnchors.map((anchor) => [anchor.path.slice(host.at(ANCHORS).length + 1), anchor]),
    );
    expect(Object.keys(found)).toEqual([
      'a-der.crt',
      'b-empty.crt',
      'c-two.crt',
      'd-broken.crt',
      'e-utf16.crt',
      'f-fifo.crt',
      'g-link.crt',
      'z-good.crt',
    ]);
    for (const [name, words] of Object.entries({
      'a-der.crt': 'DER',
      'b-empty.crt': 'empty',
      'c-two.crt': '2 certificates',
      'e-utf16.crt': 'UTF-16',
      'f-fifo.crt': 'FIFO',
    }))
      expect(found[name]?.problem).toContain(words);
    expect(found['d-broken.crt']).toMatchObject({
      anchor: null,
      problem: expect.stringMatching(/\S/) as string,
    });
    expect(found['g-link.crt']).toMatchObject({ anchor: second.sha256, problem: null });
    expect(found['z-good.crt']).toMatchObject({ anchor: second.sha256, problem: null });
  });

  it.each([
    ['missing', undefined, 'missing'],
    ['empty', '', 'empty'],
    ['DER', pemToDer(first.pem), 'der'],
    ['text', 'nothing', 'noCertificates'],
  ])('shows a bundle that is %s as such', async (_, content, state) => {
    host = makeTestHost(DEBIAN);
    if (content !== undefined) host.put('etc/ssl/certs/ca-certificates.crt', content);
    expect((await collect()).store.bundle).toMatchObject({ state, anchors: [], opensslAccepts: false });
  });

  it.each([
    ['no tool', { isExecutable: () => Promise.resolve(false) }, 'install the package ca-certificates'],
    [
      'a tool that others can write',
      { inspectPath: () => Promise.resolve({ owners: [], writable: '/usr/sbin' }) },
      '/usr/sbin can be written',
    ],
    [
      'a tool of another account',
      { inspectPath: () => Promise.resolve({ owners: [1000], writable: null }) },
      'uid 1000',
    ],
    ['no rights', { uid: 1000 }, 'not run as root'],
    ['a read-only image', { isWritable: () => Promise.resolve(false) }, 'read-only file system'],
    ['everything in place', {}, null],
  ])('with %s says whether it can be changed', async (_, ports, reason) => {
    host = makeTestHost('ID=linuxmint\nID_LIKE="ubuntu debian"\n');
    mkdirSync(host.at(ANCHORS), { recursive: true });
    const fits = {
      ...realPorts(),
      uid: 0,
      isExecutable: () => Promise.resolve(true),
      isWritable: () => Promise.resolve(true),
      inspectPath: () => Promise.resolve({ owners: [], writable: null }),
    };
    const { store } = await collect({ ...fits, ...ports });
    if (reason === null) expect(store.cannotChange).toBeNull();
    else expect(store.cannotChange).toContain(reason);
  });

  it('cannot be changed without its directory', async () => {
    host = makeTestHost(DEBIAN);
    const { store } = await collect({ ...realPorts(), uid: 0, isExecutable: () => Promise.resolve(true) });
    expect(store).toMatchObject({
      anchorDirectory: null,
      cannotChange: expect.stringContaining('/usr/local/share/ca-certificates') as string,
    });
  });
});

describe('an unknown system', () => {
  it('shows the bundle that is there and says that it cannot be changed', async () => {
    host = makeTestHost('ID=void\nPRETTY_NAME="Void Linux"\n');
    host.put('etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem', first.pem);
    const { store, certificates } = await collect();
    expect(store).toMatchObject({
      id: 'unknown',
      name: 'Void Linux',
      anchorDirectory: null,
      cannotChange: expect.stringContaining('Void Linux') as string,
    });
    expect(store.bundle).toMatchObject({ state: 'read', anchors: [first.sha256] });
    expect(certificates.size).toBe(1);
    const [handle] = await createTrustStores(realPorts(), { root: host.root }).list();
    expect(handle?.plan(first.sha256)).toBeNull();
    expect(await handle?.add(pemToDer(first.pem))).toMatchObject({
      state: 'failed',
      files: [],
      commands: [],
    });
    expect(await handle?.remove(first.sha256)).toMatchObject({ state: 'failed' });
  });

  it('says so where there is no bundle at all', async () => {
    host = makeTestHost('');
    expect((await collect()).store).toMatchObject({ name: 'Unknown system', bundle: { state: 'missing' } });
  });
});

describe('one store by its id', () => {
  it.each([
    ['the operating system’s', undefined, 'debian'],
    ['the same by its name', 'debian', 'debian'],
    ['a file', 'bundle:/opt/ca.pem', 'bundle:/opt/ca.pem'],
    ['one that this host does not have', 'rhel', null],
    ['a database that nobody has', 'nss:0123456789ab', null],
    ['nothing', '', null],
  ])('%s', async (_name, id, found) => {
    host = makeTestHost(DEBIAN);
    const handle = await createTrustStores(realPorts(), { root: host.root }).open(id);

    expect(handle?.id ?? null).toBe(found);
  });

  it('is the one that the list of all has', async () => {
    host = makeTestHost(DEBIAN);
    const stores = createTrustStores(realPorts(), { root: host.root });
    for (const { id } of await stores.list()) expect((await stores.open(id))?.id).toBe(id);
  });
});
