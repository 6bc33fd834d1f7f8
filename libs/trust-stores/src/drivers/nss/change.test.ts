import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTrustStores, type EntryState, type StoreHandle } from '../../index.ts';
import type { StoreRunRequest, TrustStorePorts } from '../../ports.ts';
import { makeAuthority, type TestAuthority } from '../../testing/authorities.ts';
import { IS_ROOT, realPorts } from '../../testing/host.ts';
import { makeNssLab, PERSON, type NssLab } from '../../testing/nss-lab.ts';
import { expectRestores } from '../../testing/restore-property.ts';
import { trustingPorts } from '../../testing/trusting-ports.ts';
import { parseCertificates } from './database.ts';

const studio = makeAuthority('Studio Root');
const renewed = makeAuthority('Studio Root');
const other = makeAuthority('Other Root');
const DATABASE = 'home/anna/.pki/nssdb';
const ABSENT: EntryState = { kind: 'absent' };
const nickname = `Trustfleet ${studio.sha256.slice(0, 16)}`;
let lab: NssLab;
beforeEach(() => {
  lab = makeNssLab();
});
afterEach(() => {
  lab.remove();
});

async function open(of: NssLab, ports: TrustStorePorts = realPorts()): Promise<StoreHandle> {
  const handles = await createTrustStores(ports, { root: of.root }).list();
  const handle = handles.find(({ id }) => id.startsWith('nss:'));
  if (handle === undefined) throw new Error('no database found');
  return handle;
}

function entriesOf(handle: StoreHandle): NonNullable<StoreHandle['entries']> {
  if (handle.entries === null) throw new Error('no entries');
  return handle.entries;
}

/** Nicknames and flags by digest, as the file holds them. */
function contents(of: NssLab): Record<string, string> {
  const { certificates } = parseCertificates(readFileSync(of.at(`${DATABASE}/cert9.db`)));
  return Object.fromEntries(
    certificates
      .map((one): [string, string] => [one.sha256, `${one.nickname ?? ''}=${one.flags}`])
      .toSorted(),
  );
}

describe('changing a database of NSS with the real certutil', () => {
  it('takes back a change that a kill cut off in the middle of writing, and goes on', async () => {
    const path = `${lab.database(DATABASE)}/cert9.db`;
    lab.imports(DATABASE, other, { nickname: 'hers', flags: 'CT,C,C' });
    const before = contents(lab);
    const program = `
import os, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
for line in ('PRAGMA cache_size = 1', 'PRAGMA cache_spill = 1', 'BEGIN IMMEDIATE'): database.execute(line)
database.execute('UPDATE nssPublic SET a11 = randomblob(400000)')
os.kill(os.getpid(), 9)`;
    const account = IS_ROOT ? { uid: PERSON.uid, gid: PERSON.gid } : {};
    const killed = spawnSync('/usr/bin/python3', ['-c', program, path], {
      encoding: 'utf8',
      cwd: '/',
      ...account,
    });
    expect(killed).toMatchObject({ signal: 'SIGKILL', stderr: '' });
    const handle = await open(lab);
    // A scan runs no program.
    expect((await handle.read()).store.bundle.state).toBe('unreadable');

    expect(await entriesOf(handle).get(studio.sha256)).toEqual(ABSENT);

    expect(contents(lab)).toEqual(before);
    expect(await handle.add(studio.der)).toMatchObject({ state: 'done' });
  });

  it('adds an anchor that NSS then trusts, and takes it out again', async () => {
    lab.database(DATABASE);
    lab.imports(DATABASE, other, { nickname: 'hers', flags: 'CT,C,C' });
    const before = contents(lab);
    const requests: StoreRunRequest[] = [];
    const ports = realPorts();
    const handle = await open(lab, {
      ...ports,
      runProgram: (request) => {
        requests.push(request);
        return ports.runProgram(request);
      },
    });

    const added = await handle.add(studio.der);
    expect(added).toMatchObject({
      state: 'done',
      files: [lab.at(`${DATABASE}/cert9.db`), lab.at(`${DATABASE}/key4.db`)],
    });
    expect(contents(lab)).toEqual({ ...before, [studio.sha256]: `${nickname}=C,,` });
    // certutil ends with 0 only for a CA whose signature it would accept for a server (-u L).
    lab.certutil(DATABASE, '-V', '-u', 'L', '-n', nickname);
    expect((await handle.read()).store.bundle.anchors).toEqual([studio.sha256, other.sha256].toSorted());
    expect(await handle.add(studio.der)).toEqual({ state: 'done', files: [], commands: [] });

    expect(await handle.remove(other.sha256)).toEqual({ state: 'done', files: [], commands: [] });
    expect(await handle.remove(studio.sha256)).toMatchObject({ state: 'done' });
    expect(contents(lab)).toEqual(before);
    expect(await handle.remove(studio.sha256)).toEqual({ state: 'done', files: [], commands: [] });
    expect(handle.plan(studio.sha256)?.commands[0]).toEqual(added.commands[0]?.argv.slice(0, 8));

    const account = IS_ROOT ? { uid: PERSON.uid, gid: PERSON.gid } : undefined;
    expect(requests.map((request) => request.runAs)).toEqual(requests.map(() => account));
    for (const file of readdirSync(lab.at(DATABASE)))
      expect(statSync(lab.at(`${DATABASE}/${file}`)).uid).toBe(PERSON.uid);
    expect(readdirSync(lab.at('tmp')).filter((name) => name.startsWith('trustfleet'))).toEqual([]);
  });

  it('gives an entry another trust, and the old one back', async () => {
    lab.database(DATABASE);
    lab.imports(DATABASE, studio, { nickname: 'proxy: x', flags: 'CT,C,C' });
    const entries = entriesOf(await open(lab));
    const was = await entries.get(studio.sha256);
    if (was.kind !== 'present') throw new Error('it is not there');
    await entries.put(studio.sha256, { ...was, trust: 'distrusted' });
    expect(contents(lab)).toEqual({ [studio.sha256]: 'proxy: x=p,p,p' });
    expect(await entries.get(studio.sha256)).toMatchObject({ trust: 'distrusted' });
    await entries.put(studio.sha256, was);
    expect(await entries.get(studio.sha256)).toEqual(was);
    await entries.put(studio.sha256, ABSENT);
    expect(await entries.get(studio.sha256)).toEqual(ABSENT);
    await entries.put(studio.sha256, was);
    expect(await entries.get(studio.sha256)).toEqual(was);
  });

  it.each(['a:b', 'trailing ', '-n', 'NSS Certificate DB:x', 'line\nbreak', '日本 "q" \\'])(
    'deletes exactly the one with the nickname %j',
    async (name) => {
      lab.database(DATABASE);
      lab.imports(DATABASE, studio, { nickname: name, flags: 'C,,' });
      lab.imports(DATABASE, renewed, { nickname: 'same subject', flags: 'C,,' });
      expect(await entriesOf(await open(lab)).put(studio.sha256, ABSENT)).toMatchObject({ state: 'done' });
      expect(contents(lab)).toEqual({ [renewed.sha256]: 'same subject=C,,' });
    },
  );

  it('does not delete what shares its nickname, or has a private key', async () => {
    lab.database(DATABASE);
    lab.imports(DATABASE, studio, { nickname: 'twice', flags: 'C,,' });
    lab.imports(DATABASE, renewed, { nickname: 'twice', flags: 'C,,' });
    const noise = lab.put('tmp/noise', 'x'.repeat(4096));
    lab.certutil(DATABASE, '-S', '-x', ...['-n', 'own', '-s', 'CN=own', '-t', 'C,,', '-z', noise]);
    const before = contents(lab);
    const handle = await open(lab);
    const own = Object.keys(before).find((sha256) => before[sha256]?.startsWith('own=')) ?? '';
    for (const [sha256, words] of [
      [studio.sha256, 'shares its nickname'],
      [own, 'private key'],
    ] as const)
      expect(await entriesOf(handle).put(sha256, ABSENT)).toMatchObject({
        state: 'failed',
        reason: expect.stringContaining(words) as string,
        commands: [],
      });
    expect(contents(lab)).toEqual(before);
  });

  it('leaves nothing behind where it fails, and says why', async () => {
    lab.database(DATABASE, 'secret');
    const handle = await open(lab);
    const change = await handle.add(studio.der);
    expect(change).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('a password that only its owner knows') as string,
    });
    expect(contents(lab)).toEqual({});
    expect((await handle.read()).store.bundle.state).toBe('read');
  });

  it.runIf(IS_ROOT)('says so where the owner may not write', async () => {
    lab.database(DATABASE);
    for (const file of readdirSync(lab.at(DATABASE))) chmodSync(lab.at(`${DATABASE}/${file}`), 0o444);
    chmodSync(lab.at(DATABASE), 0o555);
    expect(await (await open(lab)).add(studio.der)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('SEC_ERROR_READ_ONLY') as string,
    });
  });

  it('says that another program holds the database', async () => {
    const path = lab.database(DATABASE);
    const hold = `import sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("begin exclusive")
print("held", flush=True)
sys.stdin.read()`;
    const holder = spawn('/usr/bin/python3', ['-c', hold, `${path}/cert9.db`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      await once(holder.stdout, 'data', { signal: AbortSignal.timeout(20_000) });
      const handle = await open(lab);
      expect((await handle.read()).store.bundle.state).toBe('read');
      expect(await handle.add(studio.der)).toMatchObject({
        state: 'failed',
        reason: expect.stringContaining('close the program') as string,
      });
    } finally {
      holder.stdin.end();
      await once(holder, 'exit', { signal: AbortSignal.timeout(20_000) });
    }
    symlinkSync('127.0.1.1:+1', `${path}/lock`);
    const change = await (await open(lab)).add(studio.der);
    expect(change).toMatchObject({ state: 'done' });
    expect(change.commands[0]?.output).toContain('when it is started again');
  });

  it('says that certutil did not end, or is not there', async () => {
    lab.database(DATABASE);
    const ports = realPorts();
    lab.imports(DATABASE, other, { nickname: 'hers', flags: 'C,,' });
    const before = contents(lab);
    // The real run, killed at once or in the middle of its writing.
    for (const timeoutMs of [0, 15, 40]) {
      const slow = await open(lab, {
        ...ports,
        runProgram: (request) =>
          ports.runProgram(request.argv[1] === '-A' ? { ...request, timeoutMs } : request),
      });
      const change = await slow.add(studio.der);
      expect((await slow.read()).store.bundle.state).toBe('read');
      if (change.state === 'done') await slow.remove(studio.sha256);
      else expect(change.reason).toContain('no end after');
      expect(contents(lab)).toEqual(before);
    }
    const without = await open(lab, { ...ports, isExecutable: () => Promise.resolve(false) });
    expect(await without.add(studio.der)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('libnss3-tools') as string,
    });
  });

  it('takes no certificate for another one', async () => {
    lab.database(DATABASE);
    const entries = entriesOf(await open(lab));
    expect(await entries.put(other.sha256, entries.trusting(studio.der))).toMatchObject({ state: 'failed' });
    expect(contents(lab)).toEqual({});
  });

  it.runIf(IS_ROOT)("runs as root only on what is root's alone", async () => {
    lab.database('etc/pki/nssdb');
    const others = await open(lab);
    expect(await others.add(studio.der)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('can be changed by others than root') as string,
    });
    const own = await open(lab, trustingPorts(lab.root));
    expect(await own.add(studio.der)).toMatchObject({ state: 'done' });
    expect((await own.read()).store).toMatchObject({
      cannotChange: null,
      entries: [{ anchor: studio.sha256, origin: 'local' }],
    });
  });

  it('brings a database back to a snapshot', async () => {
    await expectRestores(() => restoreSubject([studio, renewed, other]), { runs: 6 });
  }, 120_000);
});

async function restoreSubject(authorities: readonly TestAuthority[]) {
  const own = makeNssLab();
  own.database(DATABASE);
  const handle = await open(own);
  const pick = (choice: number): TestAuthority => authorities[choice % authorities.length] ?? studio;
  const byHand = (run: () => void): Promise<void> => {
    try {
      run();
    } catch (error) {
      // A nickname that is not there, or another subject's: the database is as it was.
      expect(error).toMatchObject({ message: expect.stringContaining('certutil') as string });
    }
    return Promise.resolve();
  };
  return {
    handle,
    operations: {
      add: async (choice: number) => {
        await handle.add(pick(choice).der);
      },
      remove: async (choice: number) => {
        await handle.remove(pick(choice).sha256);
      },
      imports: (choice: number) =>
        byHand(() => {
          const flags = ['C,,', 'CT,C,C', 'p,p,p', ',,'][choice % 4] ?? '';
          own.imports(DATABASE, pick(choice), { nickname: `hand ${choice % 3}`, flags });
        }),
      trust: (choice: number) =>
        byHand(() =>
          own.certutil(DATABASE, '-M', '-n', `hand ${choice % 3}`, '-t', choice % 2 ? 'C,,' : 'P,,'),
        ),
      deletes: (choice: number) => byHand(() => own.certutil(DATABASE, '-D', '-n', `hand ${choice % 3}`)),
    },
    contents: () => Promise.resolve(contents(own)),
    dispose: () => {
      own.remove();
    },
  };
}
