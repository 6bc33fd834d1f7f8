import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pemToDer, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { createHost } from '@trustfleet/host';
import { ANCHOR_WAYS, anchorFileName } from '@trustfleet/remedies';
import {
  createAddAnchor,
  createDurableFiles,
  createRemoveAnchor,
  evaluateAnchor,
  type AnchorStoreAccess,
  type OpenedRemedy,
} from '@trustfleet/repair';
import { createTlsLab } from '@trustfleet/testkit';
import { createTrustStores, type TrustStores } from '@trustfleet/trust-stores';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAnchorStoreAccess } from './anchor-store-access.ts';
import { agent } from './testing/agent-process.ts';
import { carryOut, openOn, takeBack, type Brought } from './testing/remedy-runs.ts';

type Authority = Awaited<ReturnType<ReturnType<typeof createTlsLab>['authority']>>;

/** A machine of files alone, with a store of every kind that is changed entry by entry on Linux, each with two anchors. */
interface Machine {
  readonly root: string;
  readonly stores: TrustStores;
  readonly access: AnchorStoreAccess;
  readonly present: readonly [Authority, Authority];
  readonly studio: Authority;
}

let machine: Machine;
const signal = AbortSignal.timeout(600_000);

const program = (path: string, ...args: string[]): void => {
  execFileSync(path, args, { stdio: 'pipe', timeout: 60_000 });
};

async function put(path: string, content: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

async function fillNss(directory: string, pems: readonly string[]): Promise<void> {
  await mkdir(directory, { recursive: true });
  const certutil = (...args: string[]): void => {
    program('/usr/bin/certutil', ...args, '-d', `sql:${directory}`);
  };
  certutil('-N', '--empty-password');
  for (const [index, file] of pems.entries())
    certutil('-A', '-n', `Present ${index}`, '-t', 'C,,', '-i', file);
}

async function fillJava(home: string, pems: readonly string[]): Promise<void> {
  await put(join(home, 'release'), 'IMPLEMENTOR="Test Vendor"\nJAVA_VERSION="17.0.9"\n');
  for (const directory of ['lib/security', 'conf', 'bin'])
    await mkdir(join(home, directory), { recursive: true });
  await symlink('/usr/bin/keytool', join(home, 'bin/keytool'));
  for (const [index, file] of pems.entries())
    program(
      '/usr/bin/keytool',
      ...[
        '-J-XX:TieredStopAtLevel=1',
        '-importcert',
        '-noprompt',
        '-storetype',
        'JKS',
        '-storepass',
        'changeit',
      ],
      ...['-alias', `present-${index}`, '-file', file, '-keystore', join(home, 'lib/security/cacerts')],
    );
}

async function fillFirefox(root: string, pems: readonly string[]): Promise<void> {
  await mkdir(join(root, 'usr/lib/firefox'), { recursive: true });
  const policies = { policies: { Certificates: { Install: pems } } };
  await put(join(root, 'etc/firefox/policies/policies.json'), JSON.stringify(policies));
}

async function makeMachine(): Promise<Machine> {
  const root = await mkdtemp(join(tmpdir(), 'trustfleet-every-store-'));
  await chmod(root, 0o755);
  const tls = createTlsLab();
  const present = [await tls.authority('Present CA'), await tls.authority('Other CA')] as const;
  await put(join(root, 'etc/os-release'), 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n');
  await put(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
  await mkdir(join(root, 'tmp'));
  const pems = await Promise.all(
    present.map(({ pem }, index) => put(join(root, `opt/present/${index}.pem`), pem)),
  );
  await put(join(root, 'opt/studio/ca.pem'), present.map(({ pem }) => pem).join(''));
  await fillNss(join(root, 'etc/pki/nssdb'), pems);
  await fillJava(join(root, 'usr/lib/jvm/test-17'), pems);
  await fillFirefox(root, pems);
  // A directory for temporary files is everybody's, so nothing below it may be changed as root: here it is the test's own.
  const host = {
    ...createHost(),
    inspectPath: () =>
      Promise.resolve({
        ...{ state: 'resolved' as const, realPath: null, directory: false, openToAll: true },
        ...{ owners: [], writable: null },
      }),
  };
  const stores = createTrustStores(host, { root });
  const access = createAnchorStoreAccess({
    ...{ host, files: createDurableFiles(), readBackCommand: ['/bin/false'] },
    trustStores: () => Promise.resolve(stores),
  });
  const readBack: AnchorStoreAccess['readBack'] = async (where) =>
    evaluateAnchor(await access.trustStores(where.store), where);
  return { root, stores, present, studio: await tls.authority('Studio CA'), access: { ...access, readBack } };
}

beforeAll(async () => {
  machine = await makeMachine();
}, 120_000);
afterAll(() => rm(machine.root, { recursive: true, force: true }));

/** Id of the machine's store of that kind. */
async function idOf(kind: string): Promise<string> {
  if (kind === 'bundle') return `bundle:${machine.root}/opt/studio/ca.pem`;
  const found = (await machine.stores.list()).find(({ id }) => id === kind || id.startsWith(`${kind}:`));
  if (found === undefined) throw new Error(`no store of the kind ${kind} was found`);
  return found.id;
}

const adding = (authority: Brought, store: string): OpenedRemedy =>
  openOn(createAddAnchor(machine.access), authority, store);
const removing = (authority: Brought, store: string): OpenedRemedy =>
  openOn(createRemoveAnchor(machine.access), authority, store);

/** What the store says of every anchor. */
async function contents(store: string) {
  const handle = await machine.stores.open(store);
  const { store: read } = (await handle?.read()) ?? {};
  return { anchors: read?.bundle.anchors, entries: read?.entries ?? [] };
}

const KINDS = ['nss', 'java', 'firefox.policy', 'bundle'];

describe.each(KINDS)('a store that is changed entry by entry: %s', (kind) => {
  let store: string;
  beforeAll(async () => {
    store = await idOf(kind);
  });

  it('holds the anchor after an addition, needs no other, and is as before after its undo', async () => {
    const before = await contents(store);
    const remedy = adding(machine.studio, store);
    expect(await remedy.check('readBack', signal)).toMatchObject({ holds: false });

    const done = await carryOut(remedy);

    expect(await remedy.check('readBack', signal)).toMatchObject({ holds: true, detail: null });
    expect((await contents(store)).anchors).toEqual([...before.anchors!, machine.studio.sha256].sort());
    expect(await remedy.plan()).toEqual({ kind: 'none' });
    const back = remedy.reverse(done);
    expect(await back.plan()).toMatchObject({ plan: { changes: [{ kind: 'removeAnchor', store }] } });
    await carryOut(back);
    expect(await back.check('readBack', signal)).toMatchObject({ holds: true });
    expect(await contents(store)).toEqual(before);
    expect(await back.plan()).toEqual({ kind: 'none' });
  }, 60_000);

  it('loses an anchor by a removal, and has it again as it was after its undo', async () => {
    const before = await contents(store);
    const remedy = removing(machine.present[0], store);

    const done = await carryOut(remedy);

    expect(await remedy.check('readBack', signal)).toMatchObject({ holds: true });
    expect((await contents(store)).anchors).toEqual([machine.present[1].sha256]);
    const back = remedy.reverse(done);
    await carryOut(back);
    expect(await back.check('readBack', signal)).toMatchObject({ holds: true });
    expect(await contents(store)).toEqual(before);
  }, 60_000);

  it.each([
    ['before its change', 'before' as const],
    ['after its change', null],
  ])(
    'an agent that stops %s takes it back from its journal alone',
    async (_name, stop) => {
      const before = await contents(store);
      for (const open of [() => adding(machine.studio, store), () => removing(machine.present[1], store)]) {
        const done = await carryOut(open(), stop);
        // Another process, which knows what the journal says.
        await takeBack(open(), done);
        expect(await contents(store)).toEqual(before);
      }
    },
    60_000,
  );

  it('leaves alone what somebody changed since', async () => {
    const done = await carryOut(adding(machine.studio, store));
    const handle = await machine.stores.open(store);
    await handle!.entries!.put(machine.studio.sha256, { kind: 'absent' });
    const gone = await contents(store);

    // Whoever took it out did what the undo would.
    expect(await adding(machine.studio, store).reverse(done).plan()).toEqual({ kind: 'none' });
    await takeBack(adding(machine.studio, store), done);
    expect(await contents(store)).toEqual(gone);
  }, 60_000);
});

describe('a store that is made of files', () => {
  const FAMILIES: Readonly<Record<string, string>> = {
    ...{ debian: 'debian', alpine: 'alpine', rhel: 'rocky', suse: 'sles', arch: 'arch' },
  };
  const ways = [...ANCHOR_WAYS].flatMap(([driver, way]) => (way.kind === 'file' ? [{ driver, way }] : []));

  it.each(ways)(
    '$driver: the plan that a job carries out names the file and the tool of the driver',
    async ({ driver, way }) => {
      const host = createHost();
      const content = Buffer.from(`ID=${FAMILIES[driver] ?? ''}\n`);
      const readFile: typeof host.readFile = (path, options) =>
        path === '/etc/os-release'
          ? Promise.resolve({ state: 'read', bytes: content, size: content.length, realPath: path })
          : host.readFile(path, options);
      // Nothing of this machine is looked at but that name.
      const handle = await createTrustStores({ ...host, readFile }).open();
      const { sha256 } = machine.studio;
      const plan = handle?.plan(sha256);

      expect(handle?.id).toBe(driver);
      expect(plan?.path).toBe(`${way.anchorDirectory}/${anchorFileName(sha256, way)}`);
      expect(plan?.commands).toEqual([[...way.tool]]);
    },
  );
});

describe('what only one kind does', () => {
  const [listed] = WELL_KNOWN_ROOTS.map(({ pem, sha256 }) => ({ der: pemToDer(pem), sha256 }));
  if (listed === undefined) throw new Error('there are no well-known roots');

  it('NSS rejects what it carries in itself, and no longer after the undo', async () => {
    const store = await idOf('nss');
    const before = await contents(store);
    const remedy = removing(listed, store);
    expect(await remedy.check('readBack', signal)).toMatchObject({ holds: false });

    const done = await carryOut(remedy);

    expect(await remedy.check('readBack', signal)).toMatchObject({ holds: true });
    expect((await contents(store)).entries).toContainEqual(
      expect.objectContaining({ anchor: listed.sha256, trust: 'distrusted' }),
    );
    // Whoever rejects it does not want it added.
    expect(await adding(listed, store).plan()).toMatchObject({ kind: 'notApplicable' });
    await carryOut(remedy.reverse(done));
    expect(await contents(store)).toEqual(before);
  }, 60_000);

  it('NSS: a certificate that an agent, killed half-way, left without trust is taken away', async () => {
    const store = await idOf('nss');
    const before = await contents(store);
    const remedy = adding(machine.studio, store);
    const done = await carryOut(remedy, 'before');
    const file = await put(join(machine.root, 'tmp/half.pem'), machine.studio.pem);
    const nickname = `Trustfleet ${machine.studio.sha256.slice(0, 16)}`;
    program(
      '/usr/bin/certutil',
      ...['-A', '-n', nickname, '-t', ',,', '-i', file, '-d', `sql:${machine.root}/etc/pki/nssdb`],
    );
    expect(await contents(store)).not.toEqual(before);

    await takeBack(remedy, done);

    expect(await contents(store)).toEqual(before);
  }, 60_000);

  it('a PEM file is byte for byte as before', async () => {
    const path = join(machine.root, 'opt/studio/ca.pem');
    const before = await readFile(path);
    const remedy = adding(machine.studio, await idOf('bundle'));
    const done = await carryOut(remedy);
    expect(await readFile(path)).not.toEqual(before);
    await carryOut(remedy.reverse(done));

    expect(await readFile(path)).toEqual(before);
  });

  it('the new process that reads back looks at the store that it is told of', async () => {
    const anchor = machine.present[0].sha256;
    const look = async (...more: string[]): Promise<unknown> => {
      const { stdout, stderr } = await agent([
        'verify-store',
        '--root',
        machine.root,
        '--anchor',
        anchor,
        ...more,
      ]);
      if (stdout === '') throw new Error(stderr);
      return JSON.parse(stdout) as unknown;
    };

    expect(await look('--store', await idOf('nss'))).toMatchObject({ holds: true, evidence: { anchors: 2 } });
    expect(await look('--store', await idOf('bundle'))).toMatchObject({ holds: true });
    expect(await look('--store', 'nss:000000000000')).toMatchObject({
      holds: null,
      detail: 'There is no store nss:000000000000 on this host.',
    });
    // The system's own has no bundle here.
    expect(await look()).toMatchObject({ holds: false, evidence: { store: 'debian' } });
  }, 60_000);
});
