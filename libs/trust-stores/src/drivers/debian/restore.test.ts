import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { pemToDer, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTrustStores, SnapshotFailed, type StoreHandle, type StoreSnapshot } from '../../index.ts';
import { DEBIAN, IS_ROOT, makeTestHost, realPorts, type TestHost } from '../../testing/host.ts';
import { expectRestores, type RestoreSubject } from '../../testing/restore-property.ts';
import { UPDATE_TOOL } from './layout.ts';

const ROOTS = WELL_KNOWN_ROOTS;
const [first, second, third] = ROOTS;
if (first === undefined || second === undefined || third === undefined)
  throw new Error('three roots are needed');
const VENDOR = 'usr/share/ca-certificates/mozilla';
const CONF = 'etc/ca-certificates.conf';
const ANCHORS = 'usr/local/share/ca-certificates';
const CERTS = 'etc/ssl/certs';

async function makeStore(): Promise<{ host: TestHost; handle: StoreHandle }> {
  const host = makeTestHost(DEBIAN);
  for (const [index, root] of [first, second].entries())
    host.put(`${VENDOR}/Root_${index}.crt`, root?.pem ?? '');
  host.put(CONF, 'mozilla/Root_0.crt\nmozilla/Root_1.crt\n');
  for (const path of [CERTS, 'etc/ca-certificates/update.d', ANCHORS])
    mkdirSync(host.at(path), { recursive: true });
  const [handle] = await createTrustStores(realPorts(), { root: host.root }).list();
  if (handle === undefined) throw new Error('no store');
  return { host, handle };
}

/** Files below a directory with mode and bytes. */
function tree(host: TestHost, path: string): Record<string, string> {
  const names = readdirSync(host.at(path), { recursive: true, encoding: 'utf8' }).toSorted();
  const files = names.filter((name) => statSync(host.at(`${path}/${name}`)).isFile());
  return Object.fromEntries(
    files.map((name) => {
      const at = host.at(`${path}/${name}`);
      return [name, `${(statSync(at).mode & 0o777).toString(8)} ${readFileSync(at, 'base64')}`];
    }),
  );
}

interface DebianSubject extends RestoreSubject {
  readonly host: TestHost;
}

async function makeSubject(): Promise<DebianSubject> {
  const { host, handle } = await makeStore();
  const rootOf = (choice: number) => ROOTS[choice % ROOTS.length] ?? first;
  const byHand = ['by-hand.crt', 'studio/root.crt', 'studio/show/a b.crt', 'Root_0.crt'];
  const fileOf = (choice: number) => `${ANCHORS}/${byHand[choice % byHand.length] ?? ''}`;
  const confs = [
    'mozilla/Root_1.crt\n',
    '!mozilla/Root_0.crt\nmozilla/Root_1.crt\n',
    '# none\n\n mozilla/Root_1.crt\nmozilla/Root_0.crt',
    '!mozilla/Root_0.crt\nmozilla/Root_1.crt\n!mozilla/Gone.crt\n',
  ];
  return {
    host,
    handle,
    operations: {
      add: (choice) => handle.add(pemToDer(rootOf(choice)?.pem ?? '')),
      remove: (choice) => handle.remove(rootOf(choice)?.sha256 ?? ''),
      handMade: (choice) => host.put(fileOf(choice), rootOf(choice)?.pem ?? ''),
      deleted: (choice) => {
        rmSync(host.at(fileOf(choice)), { force: true });
      },
      linked: () => {
        const parent = host.at(`${ANCHORS}/linked`);
        if (!existsSync(parent)) symlinkSync(host.at(VENDOR), parent);
      },
      mode: (choice) => {
        if (existsSync(host.at(fileOf(choice)))) chmodSync(host.at(fileOf(choice)), 0o600);
      },
      deselected: (choice) => host.put(CONF, confs[choice % confs.length] ?? ''),
      rebuilt: (choice) => handle.rebuild(choice % 2 === 0 ? 'add' : 'remove'),
    },
    async contents() {
      return {
        ...{ anchors: tree(host, ANCHORS), conf: tree(host, 'etc')['ca-certificates.conf'] },
        bundle: readFileSync(host.at(`${CERTS}/ca-certificates.crt`), 'utf8'),
        hashed: await hashed(host),
      };
    },
    dispose: () => {
      host.remove();
    },
  };
}

/**
 * What each link by subject hash leads to, without its number, each certificate once: which of two of one hash is first, and whether one
 * that lies in two files gets a second link, openssl rehash decides by what it finds there.
 */
function hashed(host: TestHost): Promise<string[]> {
  const names = readdirSync(host.at(CERTS)).filter((name) => /^[0-9a-f]{8}\.\d+$/.test(name));
  return Promise.resolve(
    [
      ...new Set(
        names.map((name) => `${name.slice(0, 8)} ${readFileSync(host.at(`${CERTS}/${name}`), 'utf8')}`),
      ),
    ].toSorted(),
  );
}

describe.skipIf(!IS_ROOT || !existsSync(UPDATE_TOOL))(
  'snapshot and restore of the Debian store with its real tool (needs root and ca-certificates)',
  () => {
    let made: Awaited<ReturnType<typeof makeStore>>;
    beforeEach(async () => {
      made = await makeStore();
    });
    afterEach(() => {
      made.host.remove();
    });

    it('gives equal contents whatever was done in between', async () => {
      await expectRestores(makeSubject, {
        runs: 6,
        async settle({ host, handle }) {
          rmSync(host.at(`${ANCHORS}/linked`), { force: true });
          // What a selection that was taken out without `!` left would not be made anew.
          for (const name of readdirSync(host.at(CERTS))) rmSync(host.at(`${CERTS}/${name}`));
          expect(await handle.rebuild('add')).toMatchObject({ state: 'done' });
        },
      });
    }, 120_000);

    const bundle = (): string => readFileSync(made.host.at(`${CERTS}/ca-certificates.crt`), 'utf8');

    it('takes the links of what a restored configuration no longer names', async () => {
      const { host, handle } = made;
      host.put(CONF, 'mozilla/Root_1.crt\n');
      await handle.rebuild('add');
      const before = await hashed(host);
      const snapshot = await handle.snapshot();
      host.put(CONF, 'mozilla/Root_0.crt\nmozilla/Root_1.crt\n');
      await handle.rebuild('add');
      expect(await hashed(host)).toHaveLength(2);
      expect(await handle.restore(snapshot)).toMatchObject({ state: 'done', files: [host.at(CONF)] });
      expect(await hashed(host)).toEqual(before);
    });

    it('deletes a link instead of following it, and leaves files that the tool does not read', async () => {
      const { host, handle } = made;
      host.put(`${ANCHORS}/studio/root.crt`, third.pem);
      await handle.rebuild('add');
      const snapshot = await handle.snapshot();
      rmSync(host.at(`${ANCHORS}/studio`), { recursive: true });
      mkdirSync(host.at('elsewhere'));
      host.put('elsewhere/root.crt', first.pem);
      symlinkSync(host.at('elsewhere'), host.at(`${ANCHORS}/studio`));
      symlinkSync(host.at('elsewhere/root.crt'), host.at(`${ANCHORS}/linked.crt`));
      host.put(`${ANCHORS}/README`, 'for people');
      expect(await handle.restore(snapshot)).toMatchObject({ state: 'done' });
      expect(readFileSync(host.at('elsewhere/root.crt'), 'utf8')).toBe(first.pem);
      expect(Object.keys(tree(host, ANCHORS))).toEqual(['README', 'studio/root.crt']);
      expect(bundle()).toContain(third.pem);
    });

    it('drops what a killed run of the tool left', async () => {
      const { host, handle } = made;
      await handle.rebuild('add');
      const snapshot = await handle.snapshot();
      host.put(`${CERTS}/ca-certificates.crt.new`, third.pem);
      expect(await handle.restore(snapshot)).toMatchObject({ state: 'done', files: [] });
      expect(bundle()).not.toContain(third.pem);
    });

    it('takes no snapshot of what it could not bring back', async () => {
      const { host, handle } = made;
      symlinkSync(host.at(`${VENDOR}/Root_0.crt`), host.at(`${ANCHORS}/linked.crt`));
      await expect(handle.snapshot()).rejects.toThrow(SnapshotFailed);
      rmSync(host.at(`${ANCHORS}/linked.crt`));
      symlinkSync(host.at(VENDOR), host.at(`${ANCHORS}/linked`));
      await expect(handle.snapshot()).rejects.toThrow(/symbolic link/);
      rmSync(host.at(`${ANCHORS}/linked`));
      mkdirSync(host.at(`${ANCHORS}/a/b/c/d/e`), { recursive: true });
      await expect(handle.snapshot()).rejects.toThrow(/too deep/);
      rmSync(host.at(`${ANCHORS}/a`), { recursive: true });
      host.put(`${ANCHORS}/huge.crt`, Buffer.alloc(24 * 1024 * 1024, '#'));
      await expect(handle.snapshot()).rejects.toThrow(/23 MiB/);
    });

    it('believes no snapshot that leads elsewhere', async () => {
      const { host, handle } = made;
      host.put(`${ANCHORS}/by-hand.crt`, third.pem);
      const taken = await handle.snapshot();
      const file = { name: 'x.crt', mode: 0o644, content: '' };
      const before = tree(host, ANCHORS);
      const holding = (...files: unknown[]): StoreSnapshot => ({
        ...taken,
        content: {
          places: [
            { id: 'anchors', files },
            { id: 'conf', files: [] },
          ],
        },
      });
      for (const wrong of [
        holding({ ...file, name: '../../../../etc/passwd.crt' }),
        holding({ ...file, name: '../x.crt' }),
        holding({ ...file, name: 'a/../x.crt' }),
        holding({ ...file, name: '/etc/x.crt' }),
        holding({ ...file, name: 'a/b/c/d/e/f.crt' }),
        holding({ ...file, name: 'script.sh' }),
        holding({ ...file, mode: 0o4755 }),
        holding({ ...file, content: '*' }),
        holding(file, file),
        { ...taken, content: { places: [] } },
        { ...taken, content: null },
        { ...taken, id: 'rhel' },
      ])
        expect(await handle.restore(wrong)).toMatchObject({ state: 'failed', files: [], commands: [] });
      expect(tree(host, ANCHORS)).toEqual(before);
    });

    it('says which files it had changed when it cannot go on', async () => {
      const { host, handle } = made;
      host.put(`${ANCHORS}/a.crt`, first.pem);
      host.put(`${ANCHORS}/b.crt`, second.pem);
      const snapshot = await handle.snapshot();
      rmSync(host.at(`${ANCHORS}/a.crt`));
      rmSync(host.at(`${ANCHORS}/b.crt`));
      mkdirSync(host.at(`${ANCHORS}/b.crt`));
      expect(await handle.restore(snapshot)).toMatchObject({
        state: 'failed',
        files: [host.at(`${ANCHORS}/a.crt`)],
        commands: [],
      });
    });
  },
);
