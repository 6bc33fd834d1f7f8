import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { pemToDer, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createTrustStores,
  SnapshotFailed,
  type StoreHandle,
  type StoreSnapshot,
  type TrustStorePorts,
} from '../../index.ts';
import { IS_ROOT, makeTestHost, realPorts, type TestHost } from '../../testing/host.ts';
import { expectRestores, type RestoreSubject } from '../../testing/restore-property.ts';

const [first, second, third] = WELL_KNOWN_ROOTS;
if (first === undefined || second === undefined || third === undefined)
  throw new Error('three roots are needed');
const FILE = 'studio/ca.pem';
const KEY =
  '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n';
let host: TestHost;
beforeEach(() => {
  host = makeTestHost('ID=debian\n');
});
afterEach(() => {
  host.remove();
});

/** The temporary directory is anyone's, so who could swap the file is told to the driver. */
const ports = { ...realPorts(), inspectPath: () => Promise.resolve({ owners: [], writable: null }) };
const open = (path = FILE): StoreHandle => createTrustStores(ports).openBundle(host.at(path));
const text = (path = FILE): string => readFileSync(host.at(path), 'latin1');
const anchorsOf = async (store: StoreHandle): Promise<readonly string[]> =>
  (await store.read()).store.bundle.anchors;

describe('a PEM file as a store', () => {
  it('says what it holds and that it can be changed', async () => {
    host.put(FILE, first.pem + second.pem);
    const { store, certificates, watch } = await open().read();
    expect(store).toMatchObject({
      id: `bundle:${host.at(FILE)}`,
      driver: 'pem-bundle',
      operatingSystem: false,
      name: 'PEM bundle',
      bundle: { state: 'read', anchors: [first.sha256, second.sha256].toSorted() },
      cannotChange: null,
    });
    expect(certificates.get(first.sha256)).toEqual(pemToDer(first.pem));
    expect(watch).toContain(host.at(FILE));
  });

  it.each([
    [
      'a comment without a line end',
      `# studio\n${first.pem}# end`,
      `# studio\n${first.pem}# end\n${second.pem}`,
    ],
    ['CRLF', first.pem.replaceAll('\n', '\r\n'), first.pem.replaceAll('\n', '\r\n') + second.pem],
    ['a byte order mark', `\u00ef\u00bb\u00bf${first.pem}`, `\u00ef\u00bb\u00bf${first.pem}${second.pem}`],
    [
      'duplicates and text',
      `x\n${first.pem}\ny\n${first.pem}`,
      `x\n${first.pem}\ny\n${first.pem}${second.pem}`,
    ],
    ['nothing', '', second.pem],
    ['comments alone', '# studio anchors\n', `# studio anchors\n${second.pem}`],
  ])('adds behind %s, and takes exactly that out again', async (_, before, after) => {
    host.put(FILE, Buffer.from(before, 'latin1'));
    const store = open();
    expect(await store.add(pemToDer(second.pem))).toMatchObject({ state: 'done' });
    expect(text()).toBe(after);
    expect(await store.entries?.get(second.sha256)).toEqual(store.entries?.trusting(pemToDer(second.pem)));
    expect(await store.add(pemToDer(second.pem))).toMatchObject({ state: 'done', files: [] });
    expect(await store.remove(second.sha256)).toMatchObject({ state: 'done' });
    expect(text()).toBe(before.endsWith('# end') ? `${before}\n` : before);
    expect(await store.entries?.get(second.sha256)).toEqual({ kind: 'absent' });
    expect(await store.remove(second.sha256)).toMatchObject({ state: 'done', files: [] });
  });

  it('takes out every copy of one anchor and leaves what stands around it', async () => {
    host.put(FILE, `# one\n${first.pem}# two\n${second.pem}# three\n${first.pem}# four\n`);
    await open().remove(first.sha256);
    expect(text()).toBe(`# one\n# two\n${second.pem}# three\n# four\n`);
  });

  it('makes a file that is not there', async () => {
    const store = open('new/deeper/ca.pem');
    mkdirSync(host.at('new/deeper'), { recursive: true });
    expect((await store.read()).store).toMatchObject({ bundle: { state: 'missing' }, cannotChange: null });
    expect(await store.add(pemToDer(first.pem))).toMatchObject({
      state: 'done',
      files: [host.at('new/deeper/ca.pem')],
    });
    expect(statSync(host.at('new/deeper/ca.pem')).mode & 0o777).toBe(0o644);
  });

  it.each([
    ['damaged', first.pem.slice(0, 300), /line 1.*Repair/],
    ['binary DER', pemToDer(first.pem), /DER/],
    ['UTF-16', Buffer.from(`\ufeff${first.pem}`, 'utf16le'), /UTF-16/],
    ['with a private key', first.pem + KEY, /private key/],
    ['of another sort', 'root:x:0:0:root:/root:/bin/bash\n', /no certificate/],
  ])('leaves a file alone that is %s', async (_, content, reason) => {
    host.put(FILE, content);
    const before = readFileSync(host.at(FILE));
    const store = open();
    expect((await store.read()).store.cannotChange).toMatch(reason);
    for (const change of [await store.add(pemToDer(second.pem)), await store.remove(first.sha256)])
      expect(change).toMatchObject({
        state: 'failed',
        reason: expect.stringMatching(reason) as string,
        files: [],
      });
    expect(readFileSync(host.at(FILE))).toEqual(before);
    await expect(store.entries?.get(first.sha256)).rejects.toThrow(reason);
  });

  it('does not take out the last anchor of a file that would then be none', async () => {
    host.put(FILE, `Our anchors, ask IT\n${first.pem}`);
    expect(await open().remove(first.sha256)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('programs that name it would fail') as string,
    });
    expect(text()).toContain(first.pem);
  });

  it.each([
    ['venv/lib/python3.11/site-packages/certifi/cacert.pem', 'certifi'],
    ['venv/lib/python3.11/site-packages/pip/_vendor/certifi/cacert.pem', 'pip'],
    ['tools/httplib2/python3/cacerts.txt', 'httplib2'],
  ])('leaves %s to its package', async (path, owner) => {
    host.put(path, first.pem);
    const store = open(path);
    expect((await store.read()).store).toMatchObject({
      name: `Bundle of the package ${owner}`,
      cannotChange: expect.stringContaining('upgrade') as string,
    });
    expect(await store.add(pemToDer(second.pem))).toMatchObject({ state: 'failed', files: [] });
    // Under another name it is still the package's.
    symlinkSync(host.at(path), host.at('alias.pem'));
    expect(await open('alias.pem').add(pemToDer(second.pem))).toMatchObject({ state: 'failed', files: [] });
  });

  it('as root writes nothing where another account could swap the file', async () => {
    host.put(FILE, first.pem);
    for (const [found, words] of [
      [{ owners: [1000], writable: null }, 'uid 1000'],
      [{ owners: [], writable: '/srv' }, '/srv can be written'],
    ] as const) {
      const root = { ...ports, uid: 0, inspectPath: () => Promise.resolve(found) };
      const store = createTrustStores(root).openBundle(host.at(FILE));
      expect(await store.add(pemToDer(second.pem))).toMatchObject({
        state: 'failed',
        reason: expect.stringContaining(words) as string,
      });
    }
    expect(text()).toBe(first.pem);
  });

  it('keeps the last three versions, the mode, and a link that leads to it', async () => {
    host.put(FILE, '');
    chmodSync(host.at(FILE), 0o640);
    if (IS_ROOT) chownSync(host.at(FILE), 1234, 1235);
    symlinkSync('ca.pem', host.at('studio/link.pem'));
    const store = open('studio/link.pem');
    const states = [text()];
    for (const { pem } of [first, second, third]) {
      await store.add(pemToDer(pem));
      states.unshift(text());
    }
    await store.remove(first.sha256);
    expect([1, 2, 3].map((age) => text(`${FILE}.trustfleet-${age}`))).toEqual(states.slice(0, 3));
    expect(lstatSync(host.at('studio/link.pem')).isSymbolicLink()).toBe(true);
    for (const path of [FILE, `${FILE}.trustfleet-1`]) {
      const { mode, uid, gid } = statSync(host.at(path));
      expect(mode & 0o777).toBe(0o640);
      if (IS_ROOT) expect([uid, gid]).toEqual([1234, 1235]);
    }
    expect(await anchorsOf(store)).toEqual([second.sha256, third.sha256].toSorted());
  });

  it('keeps one version of a change that was cut off and done again', async () => {
    host.put(FILE, first.pem);
    await open().add(pemToDer(second.pem));
    const before = text();
    const cut: TrustStorePorts = {
      ...ports,
      writeFile: (path, ...rest) =>
        path === host.at(FILE) ? Promise.reject(new Error('no space left')) : ports.writeFile(path, ...rest),
    };
    expect(await createTrustStores(cut).openBundle(host.at(FILE)).add(pemToDer(third.pem))).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('no space left') as string,
    });
    expect(text()).toBe(before);
    await open().add(pemToDer(third.pem));
    expect([1, 2].map((age) => text(`${FILE}.trustfleet-${age}`))).toEqual([before, first.pem]);
    expect(existsSync(host.at(`${FILE}.trustfleet-3`))).toBe(false);
  });

  it('is not written over what somebody else has written meanwhile', async () => {
    host.put(FILE, first.pem);
    const busy: TrustStorePorts = {
      ...ports,
      async writeFile(path, ...rest) {
        await ports.writeFile(path, ...rest);
        host.put(FILE, first.pem + third.pem);
      },
    };
    expect(await createTrustStores(busy).openBundle(host.at(FILE)).add(pemToDer(second.pem))).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('somebody else has changed it meanwhile') as string,
    });
    expect(text()).toBe(first.pem + third.pem);
  });

  it.each(['nologin', 'sudoers.d/x', 'ld.so.preload'])('is not made by the name %s', async (name) => {
    mkdirSync(host.at('etc/sudoers.d'), { recursive: true });
    const store = open(`etc/${name}`);
    expect((await store.read()).store.cannotChange).toContain('is not made');
    expect(await store.add(pemToDer(first.pem))).toMatchObject({ state: 'failed', files: [] });
    expect(existsSync(host.at(`etc/${name}`))).toBe(false);
  });

  it('refuses a certificate under the name of another, and trust that a file cannot say', async () => {
    host.put(FILE, first.pem);
    const { entries } = open();
    const state = entries?.trusting(pemToDer(second.pem));
    if (entries == null || state?.kind !== 'present') throw new Error('no entries');
    expect(await entries.put(third.sha256, state)).toMatchObject({ state: 'failed' });
    expect(await entries.put(second.sha256, { ...state, trust: 'distrusted' })).toMatchObject({
      state: 'failed',
    });
    expect(text()).toBe(first.pem);
  });
});

describe('a directory by subject hash as a store', () => {
  it('holds what a look-up finds, and says what it does not', async () => {
    mkdirSync(host.at('capath'));
    for (const [index, { pem }] of [first, second].entries()) host.put(`capath/root-${index}.pem`, pem);
    execFileSync('/usr/bin/openssl', ['rehash', host.at('capath')]);
    host.put('capath/unhashed.pem', third.pem);
    const store = open('capath');
    expect((await store.read()).store).toMatchObject({
      bundle: { state: 'read', anchors: [first.sha256, second.sha256].toSorted() },
      cannotChange: IS_ROOT ? null : (expect.stringContaining('root') as string),
    });
    expect((await store.read()).store.problems).toBeUndefined();

    rmSync(host.at('capath/root-0.pem'));
    symlinkSync('unhashed.pem', host.at('capath/00000000.0'));
    symlinkSync('unhashed.pem', host.at('capath/00000001.1'));
    const { bundle, problems } = (await store.read()).store;
    expect(bundle.anchors).toEqual([second.sha256]);
    expect(problems).toEqual([
      expect.stringContaining('leads nowhere'),
      expect.stringContaining('00000000.0'),
      expect.stringContaining('00000001.1'),
    ]);
  });
});

function opensslFinds(directory: string, pem: string): boolean {
  const argv = ['verify', '-no-CAfile', '-no-CAstore', '-CApath', directory];
  const { status } = spawnSync('/usr/bin/openssl', argv, { input: pem, env: {} });
  return status === 0;
}

describe.skipIf(!IS_ROOT)('changing a directory by subject hash with the real openssl (needs root)', () => {
  let store: StoreHandle;
  beforeEach(() => {
    host.put('capath/root.pem', first.pem);
    execFileSync('/usr/bin/openssl', ['rehash', host.at('capath')]);
    store = open('capath');
  });

  it('adds an anchor that OpenSSL then finds, and takes it out again', async () => {
    const before = readdirSync(host.at('capath'));
    expect(await store.add(pemToDer(second.pem))).toMatchObject({ state: 'done' });
    expect(opensslFinds(host.at('capath'), second.pem)).toBe(true);
    expect(await store.entries?.get(second.sha256)).toEqual(store.entries?.trusting(pemToDer(second.pem)));
    expect(await store.add(pemToDer(second.pem))).toMatchObject({ state: 'done', files: [], commands: [] });
    expect(await store.remove(second.sha256)).toMatchObject({ state: 'done' });
    expect(opensslFinds(host.at('capath'), second.pem)).toBe(false);
    expect(readdirSync(host.at('capath'))).toEqual(before);
  });

  it('leaves a file that someone else put there, and says so', async () => {
    expect(await store.remove(first.sha256)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('by hand') as string,
      files: [],
    });
    expect(opensslFinds(host.at('capath'), first.pem)).toBe(true);
  });

  it('comes back to a snapshot', async () => {
    const snapshot = await store.snapshot();
    const before = readdirSync(host.at('capath'));
    await store.add(pemToDer(second.pem));
    rmSync(host.at('capath/root.pem'));
    host.put('capath/other.crt', third.pem);
    expect(await store.restore(snapshot)).toMatchObject({ state: 'done' });
    expect(readdirSync(host.at('capath'))).toEqual(before);
    expect([first, second, third].map(({ pem }) => opensslFinds(host.at('capath'), pem))).toEqual([
      true,
      false,
      false,
    ]);
    symlinkSync('root.pem', host.at('capath/alias.pem'));
    await expect(store.snapshot()).rejects.toThrow(SnapshotFailed);
  });
});

function makeSubject(): Promise<RestoreSubject> {
  const own = makeTestHost('ID=debian\n');
  const handle = createTrustStores(ports).openBundle(own.at(FILE));
  own.put(FILE, `# studio\n${first?.pem ?? ''}`);
  const rootOf = (choice: number) => WELL_KNOWN_ROOTS[choice % WELL_KNOWN_ROOTS.length] ?? first;
  const texts = [
    `${third?.pem ?? ''}\r\n# odd`,
    '',
    `\u00ef\u00bb\u00bf${second?.pem ?? ''}`,
    'broken -----BEGIN',
  ];
  return Promise.resolve({
    handle,
    operations: {
      add: (choice) => handle.add(pemToDer(rootOf(choice)?.pem ?? '')),
      remove: (choice) => handle.remove(rootOf(choice)?.sha256 ?? ''),
      byHand: (choice) => own.put(FILE, texts[choice % texts.length] ?? ''),
      deleted: () => {
        rmSync(own.at(FILE), { force: true });
      },
      mode: (choice) => {
        if (existsSync(own.at(FILE))) chmodSync(own.at(FILE), choice % 2 === 0 ? 0o600 : 0o644);
      },
    },
    contents: () =>
      Promise.resolve(
        existsSync(own.at(FILE))
          ? [statSync(own.at(FILE)).mode & 0o777, readFileSync(own.at(FILE), 'base64')]
          : null,
      ),
    dispose: () => {
      own.remove();
    },
  });
}

describe('snapshot and restore of a PEM file', () => {
  it('gives equal bytes whatever was done in between', async () => {
    await expectRestores(makeSubject, { runs: 60 });
  });

  it('believes no snapshot of another file, and none that was changed', async () => {
    host.put(FILE, first.pem);
    const store = open();
    const snapshot = await store.snapshot();
    for (const wrong of [
      { ...snapshot, id: 'bundle:/etc/passwd' },
      { ...snapshot, driver: 'debian' },
      { ...snapshot, content: { file: { content: '***', mode: 0o644, uid: 0, gid: 0 } } },
      { ...snapshot, content: { file: { content: '', mode: 0o4755, uid: 0, gid: 0 } } },
      { ...snapshot, content: null },
    ] satisfies StoreSnapshot[])
      expect(await store.restore(wrong)).toMatchObject({ state: 'failed', files: [] });
    expect(readdirSync(host.at('studio'))).toEqual(['ca.pem']);
  });

  it('copies no private key', async () => {
    host.put(FILE, first.pem + KEY);
    await expect(open().snapshot()).rejects.toThrow(/private key/);
  });
});
