import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { describeCertificate } from '@trustfleet/certificates';
import type { TrustStore } from '@trustfleet/protocol';
import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EntryState, StoreHandle } from '../../index.ts';
import type { TrustStorePorts } from '../../ports.ts';
import { makeAuthority, type TestAuthority } from '../../testing/authorities.ts';
import { realPorts } from '../../testing/host.ts';
import { makeJavaLab, makeJavaProgram, type JavaLab } from '../../testing/java-lab.ts';
import { contentsOf, javaPorts, openJava, openJavas, readJava } from '../../testing/java-stores.ts';
import { expectRestores } from '../../testing/restore-property.ts';
import { KeystoreError } from './keystore.ts';
import { parseKeystore } from './parse-keystore.ts';

const studio = makeAuthority('Studio Root');
const other = makeAuthority('Other Root');
const third = makeAuthority('Third Root');
const ABSENT: EntryState = { kind: 'absent' };
const alias = `trustfleet-${studio.sha256.slice(0, 16)}`;
let lab: JavaLab;
const program = makeJavaProgram();
afterAll(() => {
  program.dispose();
});
beforeEach(() => {
  lab = makeJavaLab();
});
afterEach(() => {
  lab.remove();
});

const rootPorts = (): TrustStorePorts => javaPorts(lab);
const openAll = openJavas;
const open = (of: JavaLab = lab, ports?: TrustStorePorts): Promise<StoreHandle> => openJava(of, ports);
const readStore = (ports?: TrustStorePorts): Promise<TrustStore> => readJava(lab, ports);
const contents = (path: string, of: JavaLab = lab): string[] => contentsOf(of, path);

describe('keystores of Java', () => {
  it('are found wherever a Java lies, one store for all that share it', async () => {
    const system = 'etc/ssl/certs/java/cacerts';
    lab.imports(system, other, { alias: 'debian:other.pem' });
    for (const [path, version] of [
      ['usr/lib/jvm/java-17-openjdk', '17.0.9'],
      ['usr/lib/jvm/java-21-openjdk', '21.0.1'],
    ] as const)
      symlinkSync(lab.at(system), lab.at(lab.home(path, version)));
    symlinkSync('java-17-openjdk', lab.at('usr/lib/jvm/default-java'));
    const bundled = lab.home('opt/studio/app-3/tools/jre', '11.0.2');
    lab.imports(bundled, studio, { alias: 'amazon [jdk]' });
    lab.imports(bundled, third, { alias: 'by hand' });
    const stores = await Promise.all((await openAll(lab)).map(async (handle) => (await handle.read()).store));
    expect(stores.map((store) => [store.bundle.path, store.name])).toEqual([
      [lab.at(system), 'cacerts of Java 17.0.9 (Test Vendor), Java 21.0.1 (Test Vendor)'],
      [lab.at(bundled), 'cacerts of Java 11.0.2 (Test Vendor)'],
    ]);
    expect(stores[0]?.cannotChange).toContain('ca-certificates-java makes it');
    expect(stores[0]).toMatchObject({ bundle: { anchors: [other.sha256] }, entries: [] });
    expect(stores[1]).toMatchObject({
      cannotChange: null,
      bundle: { anchors: [studio.sha256, third.sha256].toSorted() },
      entries: [{ anchor: third.sha256, origin: 'unknown', name: 'by hand' }],
    });
    const [generated] = await openAll(lab);
    expect(generated?.plan(studio.sha256)).toBeNull();
    expect(await generated?.add(studio.der)).toMatchObject({ state: 'failed', files: [], commands: [] });
  });

  it('are read as the real Java reads them, and with the thumbprints of OpenSSL', async () => {
    const formats = ['JKS', 'open PKCS#12', 'encrypted PKCS#12'] as const;
    for (const format of formats) {
      const path = lab.home(`usr/lib/jvm/${formats.indexOf(format)}`);
      lab.imports(path, studio, { alias: 'Größe 日本', format });
      lab.imports(path, other, { alias: 'two', format });
      if (format === 'JKS')
        lab.keytool(
          '-genkeypair',
          '-keyalg',
          'EC',
          ...['-alias', 'own', '-dname', 'CN=Own key', '-keypass', 'changeit'],
          ...['-keystore', lab.at(path)],
        );
      const { entries } = parseKeystore(readFileSync(lab.at(path)));
      const facts = entries.map(({ der }) => describeCertificate(der));
      expect(facts.map(({ subject }) => subject).toSorted(), format).toEqual(program.trusted(lab.at(path)));
      expect(facts.length, format).toBe({ JKS: 3, 'open PKCS#12': 2, 'encrypted PKCS#12': 0 }[format]);
      if (format !== 'encrypted PKCS#12')
        expect(facts.map(({ sha1 }) => sha1)).toContain(studio.opensslThumbprint);
    }
    const stores = await Promise.all((await openAll(lab)).map(async (handle) => (await handle.read()).store));
    expect(stores.map((store) => store.bundle.anchors.length)).toEqual([3, 2, 0]);
    expect(stores[0]?.entries?.map(({ name }) => name).toSorted()).toEqual(['größe 日本', 'own', 'two']);
    expect(stores[2]?.problems?.[0]).toContain('encrypted');
    expect(stores[2]?.cannotChange).toContain('encrypted');
  });

  it('say why they cannot be read, or changed', async () => {
    const path = lab.home('usr/lib/jvm/x');
    lab.imports(path, studio, { alias: 'a', password: 'another' });
    const store = await readStore();
    expect(store.bundle.anchors).toEqual([studio.sha256]);
    expect(store.cannotChange).toContain('password is not the usual one');
    expect(await (await open()).add(other.der)).toMatchObject({ state: 'failed', commands: [] });
    const whole = readFileSync(lab.at(path));
    for (const [bytes, words] of [
      [Buffer.alloc(0), 'empty'],
      [Buffer.from('text, no keystore'), 'neither JKS nor PKCS#12'],
      [Buffer.from('cececece00000002', 'hex'), 'JCEKS'],
      [whole.subarray(0, 200), 'cut short'],
    ] as const) {
      writeFileSync(lab.at(path), bytes);
      expect((await readStore()).bundle).toMatchObject({
        state: 'unreadable',
        anchors: [],
        detail: expect.stringContaining(words) as string,
      });
    }
  });

  it('are changed by root alone, and only where root alone may write', async () => {
    lab.imports(lab.home('usr/lib/jvm/x'), studio, { alias: 'a' });
    expect((await readStore({ ...rootPorts(), uid: 1000 })).cannotChange).toContain('not run as root');
    expect((await readStore({ ...realPorts(), uid: 0 })).cannotChange).toMatch(/can be (changed|written) by/);
    const without = { ...rootPorts(), isExecutable: () => Promise.resolve(false) };
    expect((await readStore(without)).cannotChange).toContain('no keytool');
  });

  it('say that another file is opened in their place', async () => {
    const path = lab.home('usr/lib/jvm/x');
    lab.imports(path, studio, { alias: 'a' });
    lab.imports('usr/lib/jvm/x/lib/security/jssecacerts', other, { alias: 'b' });
    const stores = await Promise.all((await openAll(lab)).map(async (handle) => (await handle.read()).store));
    expect(stores.map((store) => store.problems?.length)).toEqual([1, 0]);
    expect(stores[0]?.problems?.[0]).toContain('jssecacerts is there in its place');
  });

  it('can be damaged in every way without more than an error of ours', () => {
    for (const format of ['JKS', 'open PKCS#12', 'encrypted PKCS#12'] as const) {
      const path = `tmp/${format.replace(/\W/g, '')}`;
      lab.imports(path, studio, { alias: 'a', format });
      const whole = readFileSync(lab.at(path));
      const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), {
        minLength: 1,
        maxLength: 6,
      });
      fc.assert(
        fc.property(damage, fc.nat(whole.length), (changes, end) => {
          const bytes = Buffer.from(whole.subarray(0, end % 2 === 0 ? whole.length : end));
          for (const [at, value] of changes) bytes[at] = value;
          try {
            parseKeystore(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(KeystoreError);
          }
        }),
        { numRuns: 150 },
      );
    }
  });
});

describe('changing a keystore with the real keytool', () => {
  it.each(['JKS', 'open PKCS#12'] as const)(
    'adds an anchor to %s that Java then trusts, and takes it out again',
    async (format) => {
      const path = lab.home('opt/app/jre');
      lab.imports(path, other, { alias: 'theirs', format });
      chmodSync(lab.at(path), 0o640);
      const before = contents(path);
      const bytes = readFileSync(lab.at(path));
      const handle = await open();
      const added = await handle.add(studio.der);
      const version = `${lab.at(path)}.trustfleet-1`;
      expect(added).toMatchObject({ state: 'done', files: [lab.at(path), version] });
      expect(added.commands.map(({ argv }) => argv)).toEqual(handle.plan(studio.sha256)?.commands);
      expect(contents(path)).toEqual([...before, `${alias}=${studio.sha256}`].toSorted());
      expect(program.trusted(lab.at(path))).toEqual(['CN=Other Root', 'CN=Studio Root']);
      expect(statSync(lab.at(path)).mode & 0o777).toBe(0o640);
      expect(readdirSync(lab.at('opt/app/jre/lib/security'))).toEqual(['cacerts', 'cacerts.trustfleet-1']);
      expect(readFileSync(version)).toEqual(bytes);
      expect(statSync(version).mode & 0o777).toBe(0o640);
      expect(await handle.add(studio.der)).toEqual({ state: 'done', files: [], commands: [] });

      expect(await handle.remove(other.sha256)).toEqual({ state: 'done', files: [], commands: [] });
      expect(await handle.remove(studio.sha256)).toMatchObject({ state: 'done' });
      expect(contents(path)).toEqual(before);
      expect(await handle.remove(studio.sha256)).toEqual({ state: 'done', files: [], commands: [] });
    },
  );

  it('removes every alias of a certificate and brings all of them back, whatever they are called', async () => {
    const path = lab.home('opt/app/jre');
    for (const name of ['-alias', 'größe 日本; $(x)']) lab.imports(path, studio, { alias: name });
    lab.imports(path, other, { alias });
    const before = contents(path);
    const { entries } = await open();
    const was = (await entries?.get(studio.sha256)) ?? ABSENT;
    expect(await entries?.put(studio.sha256, ABSENT)).toMatchObject({ state: 'done' });
    expect(contents(path)).toEqual([`${alias}=${other.sha256}`]);
    expect(await entries?.put(studio.sha256, was)).toMatchObject({ state: 'done' });
    expect(contents(path)).toEqual(before);
    // Ours is taken by another certificate here.
    await entries?.put(studio.sha256, ABSENT);
    const { entries: fresh } = await open();
    await fresh?.put(studio.sha256, fresh.trusting(studio.der));
    expect(contents(path)).toEqual(
      [`${alias}=${other.sha256}`, `${alias}-${studio.sha256.slice(16, 32)}=${studio.sha256}`].toSorted(),
    );
  });

  it('leaves the keystore as it was where keytool fails, hangs or does something else', async () => {
    const path = lab.home('opt/app/jre');
    lab.imports(path, other, { alias: 'a' });
    const before = readFileSync(lab.at(path));
    const ports = rootPorts();
    const wrong = async (runProgram: TrustStorePorts['runProgram'], words: string) => {
      const change = await (await open(lab, { ...ports, runProgram })).add(studio.der);
      expect(change).toMatchObject({
        state: 'failed',
        reason: expect.stringContaining(words) as string,
        files: [],
      });
      expect(readFileSync(lab.at(path))).toEqual(before);
      expect(readdirSync(lab.at('opt/app/jre/lib/security'))).toEqual(['cacerts']);
    };
    const copy = `${lab.at(path)}.trustfleet-new`;
    await wrong((request) => ports.runProgram({ ...request, timeoutMs: 0 }), 'no end after');
    await wrong((request) => ports.runProgram({ ...request, argv: ['/bin/false'] }), 'exit code 1');
    await wrong((request) => ports.runProgram({ ...request, argv: ['/bin/true'] }), 'did not do what');
    await wrong(
      (request) => ports.runProgram({ ...request, argv: ['/usr/bin/truncate', '-s', '40', copy] }),
      'would not open',
    );
    await wrong(async (request) => {
      lab.keytool('-delete', '-alias', 'a', '-keystore', copy);
      return ports.runProgram(request);
    }, 'other entries');
  });

  it('refuses what a keystore cannot do, and leaves private keys alone', async () => {
    const path = lab.home('opt/app/jre');
    lab.keytool(
      '-genkeypair',
      '-keyalg',
      'EC',
      ...['-alias', 'own', '-dname', 'CN=Own key', '-keypass', 'changeit'],
      ...['-storetype', 'JKS', '-keystore', lab.at(path)],
    );
    const before = readFileSync(lab.at(path));
    const handle = await open();
    const [own] = (await handle.read()).store.bundle.anchors;
    const trusting = handle.entries?.trusting(studio.der);
    if (own === undefined || trusting?.kind !== 'present') throw new Error('no entry');
    const distrusted: EntryState = { ...trusting, trust: 'distrusted' };
    expect(await handle.entries?.put(studio.sha256, distrusted)).toMatchObject({ state: 'failed' });
    expect(await handle.entries?.put(other.sha256, trusting)).toMatchObject({ state: 'failed' });
    await handle.entries?.put(own, ABSENT);
    expect(readFileSync(lab.at(path))).toEqual(before);
  });

  it('keeps the last three versions', async () => {
    const path = lab.home('opt/app/jre');
    lab.imports(path, other, { alias: 'a' });
    const { entries } = await open();
    const versions: Buffer[] = [];
    for (const authority of [studio, third]) {
      for (const state of [entries?.trusting(authority.der) ?? ABSENT, ABSENT]) {
        versions.unshift(readFileSync(lab.at(path)));
        expect(await entries?.put(authority.sha256, state)).toMatchObject({ state: 'done' });
      }
    }
    const backups = readdirSync(lab.at('opt/app/jre/lib/security')).filter((name) =>
      name.includes('.trustfleet-'),
    );
    expect(backups).toHaveLength(3);
    for (const [index, name] of backups.entries())
      expect(readFileSync(lab.at(`opt/app/jre/lib/security/${name}`))).toEqual(versions[index]);
  });

  it('brings a keystore back to a snapshot, byte for byte', async () => {
    await expectRestores(() => restoreSubject([studio, other, third]), { runs: 3, operations: 2 });
  }, 180_000);
});

async function restoreSubject(authorities: readonly TestAuthority[]) {
  const own = makeJavaLab();
  const path = own.home('opt/app/jre');
  own.imports(path, third, { alias: 'first' });
  const handle = await open(own);
  const pick = (choice: number): TestAuthority => authorities[choice % authorities.length] ?? studio;
  return {
    handle,
    operations: {
      add: async (choice: number) => {
        await handle.add(pick(choice).der);
      },
      remove: async (choice: number) => {
        await handle.remove(pick(choice).sha256);
      },
      imports: (choice: number) => {
        const name = `hand ${choice}`;
        const { opens, entries } = parseKeystore(readFileSync(own.at(path)));
        if (opens && entries.every((entry) => entry.alias !== name))
          own.imports(path, pick(choice), { alias: name });
        return Promise.resolve();
      },
      locks: () => {
        const { opens } = parseKeystore(readFileSync(own.at(path)));
        if (opens)
          own.keytool('-storepasswd', '-new', 'another', '-keystore', own.at(path), '-storepass', 'changeit');
        return Promise.resolve();
      },
    },
    contents: () => Promise.resolve(readFileSync(own.at(path)).toString('base64')),
    dispose: () => {
      own.remove();
    },
  };
}
