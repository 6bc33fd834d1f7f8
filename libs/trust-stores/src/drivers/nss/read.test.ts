import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { trustStoresSection, type TrustStore } from '@trustfleet/protocol';
import { describeCertificate } from '@trustfleet/certificates';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTrustStores } from '../../index.ts';
import type { TrustStorePorts } from '../../ports.ts';
import { makeAuthority } from '../../testing/authorities.ts';
import { IS_ROOT, realPorts } from '../../testing/host.ts';
import { makeNssLab, PERSON, type NssLab } from '../../testing/nss-lab.ts';
import { parseCertificates } from './database.ts';
import { profilePaths } from './layout.ts';
import { SqliteFormatError } from './sqlite.ts';

const authority = makeAuthority('Studio Root');
const other = makeAuthority('Other Root');
const SHARED = 'home/anna/.pki/nssdb';
const PROFILE = 'home/anna/.mozilla/firefox/x1.default';
let lab: NssLab;
beforeEach(() => {
  lab = makeNssLab();
});
afterEach(() => {
  lab.remove();
});

async function collect(ports: TrustStorePorts = realPorts()) {
  const collected = await createTrustStores(ports, { root: lab.root }).collect();
  const stores = collected.stores.filter(({ driver }) => driver === 'nss');
  expect(trustStoresSection.parse({ stores })).toEqual({ stores });
  return { ...collected, stores };
}

async function onlyStore(ports?: TrustStorePorts): Promise<TrustStore> {
  const { stores } = await collect(ports);
  expect(stores).toHaveLength(1);
  const [store] = stores;
  if (store === undefined) throw new Error('no store');
  return store;
}

describe('databases of NSS', () => {
  it('are found in homes, by name and by profiles.ini, and for the whole machine', async () => {
    const elsewhere = lab.database('home/anna/work/ff');
    const paths = [
      lab.database('etc/pki/nssdb'),
      lab.database(SHARED),
      lab.database(PROFILE),
      lab.database('home/anna/snap/firefox/common/.mozilla/firefox/s1.default'),
      lab.database('home/anna/.var/app/org.mozilla.firefox/.mozilla/firefox/f1.default'),
      lab.database('home/anna/snap/chromium/current/.pki/nssdb'),
      elsewhere,
    ];
    lab.personDirectory('home/anna/.mozilla/firefox/Crash Reports');
    lab.put(
      'home/anna/.mozilla/firefox/profiles.ini',
      `[Profile1]\nName=a\nIsRelative=0\nPath=${elsewhere}\n\n[Profile0]\r\nIsRelative=1\r\nPath=x1.default\r\n`,
    );
    const { stores, watch } = await collect();
    expect(stores.map((store) => store.bundle.path).toSorted()).toEqual(paths.toSorted());
    expect(stores.map((store) => [store.bundle.path, store.user, store.name])).toContainEqual([
      lab.at(PROFILE),
      'anna',
      'Firefox profile x1.default of anna',
    ]);
    expect(stores.find((store) => store.user === null)?.bundle.path).toBe(lab.at('etc/pki/nssdb'));
    for (const store of stores) {
      expect(store.id).toMatch(/^nss:[0-9a-f]{12}$/);
      expect(store).toMatchObject({ operatingSystem: false, bundle: { state: 'read', anchors: [] } });
    }
    for (const path of paths) expect(watch).toContain(`${path}/cert9.db`);
  });

  it('are read with the trust that certutil itself shows, and the thumbprints of OpenSSL', async () => {
    lab.database(SHARED);
    const all = [
      'C,,',
      'CT,C,C',
      'p,p,p',
      'P,,',
      'T,,',
      'c,c,c',
      ',C,C',
      ',,',
      'C,p,',
      'pC,,',
      'TP,P,P',
      'Tc,C,p',
    ];
    const made = all.map((flags, index) => ({ flags, ...makeAuthority(`Root ${index}`) }));
    for (const one of made) lab.imports(SHARED, one, { nickname: `n ${one.flags}`, flags: one.flags });
    const listed = lab
      .certutil(SHARED, '-L')
      .split('\n')
      .flatMap(
        (line) => /^(n .*?)\s+([cCpPTuw]*,[cCpPTuw]*,[cCpPTuw]*)\s*$/.exec(line)?.slice(1, 3).join('=') ?? [],
      );
    expect(listed).toHaveLength(all.length);
    const ours = parseCertificates(readFileSync(lab.at(`${SHARED}/cert9.db`))).certificates;
    expect(ours.map((one) => `${one.nickname ?? ''}=${one.flags}`).toSorted()).toEqual(listed.toSorted());

    const { stores, certificates } = await collect();
    const sha = (flags: string): string => made.find((one) => one.flags === flags)?.sha256 ?? '';
    expect(stores[0]?.bundle.anchors).toEqual(['C,,', 'CT,C,C', 'C,p,', 'pC,,'].map(sha).toSorted());
    const entries = new Map(stores[0]?.entries?.map((entry) => [entry.anchor, entry]));
    expect(entries.size).toBe(all.length);
    expect(entries.get(sha('p,p,p'))).toMatchObject({ trust: 'distrusted', origin: 'user', purposes: [] });
    expect(entries.get(sha('CT,C,C'))).toMatchObject({ trust: 'servers', name: 'n CT,C,C', purposes: null });
    expect(entries.get(sha(',C,C'))).toMatchObject({
      trust: 'otherPurposes',
      purposes: ['S/MIME', 'JAR/XPI'],
    });
    expect(entries.get(sha('P,,'))).toMatchObject({ trust: 'otherPurposes', purposes: ['SSL peer'] });
    expect(entries.get(sha(',,'))).toMatchObject({ trust: 'otherPurposes', purposes: [] });
    for (const one of made)
      expect(describeCertificate(certificates.get(one.sha256) ?? new Uint8Array()).sha1).toBe(
        one.opensslThumbprint,
      );
  });

  it('are read with the trust objects of PKCS#11 3.2, in a database that was rebuilt with them', async () => {
    // The certutil of Debian 12 writes none yet: columns and values are those of the standard, §4.7.
    lab.database(SHARED);
    lab.imports(SHARED, authority, { nickname: 'a', flags: 'P,P,P' });
    lab.imports(SHARED, other, { nickname: 'b', flags: 'C,,' });
    const rebuild = `import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
for column in ("a62c", "a62d", "a62e", "a62f", "a635"): c.execute("alter table nssPublic add column " + column)
c.execute("update nssPublic set a0=X'0000000B', a62c=X'00000002', a62d=X'00000004', a62e=X'00000001', a62f=X'00000003', a635=X'${authority.sha256}' where a0=X'CE534353' and a81=(select a81 from nssPublic where cast(a3 as text)='a')")
c.commit()`;
    execFileSync('/usr/bin/python3', ['-c', rebuild, lab.at(`${SHARED}/cert9.db`)]);
    const { entries } = await onlyStore();
    expect(
      Object.fromEntries((entries ?? []).map(({ name, trust, purposes }) => [name, { trust, purposes }])),
    ).toEqual({
      a: { trust: 'servers', purposes: ['SSL'] },
      b: { trust: 'servers', purposes: ['SSL'] },
    });
    const { certificates } = parseCertificates(readFileSync(lab.at(`${SHARED}/cert9.db`)));
    expect(certificates.map(({ nickname, flags }) => [nickname, flags]).toSorted()).toEqual([
      ['a', 'C,p,P'],
      ['b', 'C,,'],
    ]);
  });

  it.each([
    'NSS Certificate DB:x',
    'a:b',
    ' trailing ',
    '-L',
    'line\nbreak    C,,',
    'Größe 日本 😀',
    'x'.repeat(900),
    ',',
  ])('hide nothing behind the nickname %j', async (nickname) => {
    lab.database(SHARED);
    lab.imports(SHARED, authority, { nickname, flags: 'C,,' });
    const store = await onlyStore();
    expect(store.bundle.anchors).toEqual([authority.sha256]);
    expect(store.entries?.[0]?.name).toBe(nickname.slice(0, 512));
  });

  it("keep a person's own certificates and what servers sent to themselves", async () => {
    lab.database(SHARED);
    const noise = lab.put('tmp/noise', 'x'.repeat(4096));
    const make = (name: string, ...how: string[]): string =>
      lab.certutil(SHARED, '-S', '-n', name, '-s', `CN=${name}`, '-z', noise, ...how);
    make('own', '-x', '-t', 'C,,', '-m', '1');
    make('leaf', '-c', 'own', '-t', ',,', '-m', '2');
    const store = await onlyStore();
    expect(store.entries?.map((entry) => entry.name)).toEqual(['own']);
  });

  it('name their own file and reason where they cannot be read', async () => {
    const path = lab.database(SHARED);
    const file = `${path}/cert9.db`;
    const whole = readFileSync(file);
    for (const [content, reason] of [
      ['', 'not an SQLite 3 database'],
      ['x'.repeat(5000), 'not an SQLite 3 database'],
      [whole.subarray(0, 5000), 'is not there'],
    ] as const) {
      writeFileSync(file, content);
      expect((await onlyStore()).bundle).toMatchObject({
        state: 'unreadable',
        anchors: [],
        detail: expect.stringContaining(reason) as string,
      });
    }
    writeFileSync(file, whole);
    const header = Buffer.from('d9d505f920a163d70000000100000000', 'hex');
    writeFileSync(`${file}-journal`, Buffer.concat([header, Buffer.alloc(4096)]));
    expect((await onlyStore()).bundle.detail).toContain('is being changed');
    // Cut off before it counted its pages: what SQLite itself leaves behind a program that was killed.
    writeFileSync(`${file}-journal`, Buffer.alloc(512));
    expect((await onlyStore()).bundle.state).toBe('read');
  });

  it('of before 2018 say how they become readable', async () => {
    lab.personDirectory(PROFILE);
    lab.put(`${PROFILE}/cert8.db`, 'x');
    const store = await onlyStore();
    expect(store.bundle).toMatchObject({
      state: 'unreadable',
      detail: expect.stringContaining('start its program once') as string,
    });
    expect(store.cannotChange).toContain('2018');
  });

  it.runIf(IS_ROOT)('are opened with the rights of their owner, never with those of root', async () => {
    lab.database('etc/pki/nssdb');
    lab.imports('etc/pki/nssdb', authority, { nickname: 'secret', flags: 'C,,' });
    chmodSync(lab.at('etc/pki/nssdb/cert9.db'), 0o600);
    lab.personDirectory(SHARED);
    symlinkSync(lab.at('etc/pki/nssdb/cert9.db'), lab.at(`${SHARED}/cert9.db`));
    const { stores } = await collect();
    expect(stores.find((store) => store.user === 'anna')?.bundle).toMatchObject({
      state: 'unreadable',
      anchors: [],
    });
    expect(stores.find((store) => store.user === null)?.bundle.anchors).toEqual([authority.sha256]);
  });

  it('are counted where there are too many', async () => {
    lab.database(SHARED);
    for (let index = 0; index < 30; index += 1) {
      const to = lab.personDirectory(`home/anna/.mozilla/firefox/p${index}`);
      cpSync(lab.at(`${SHARED}/cert9.db`), `${to}/cert9.db`);
      chmodSync(`${to}/cert9.db`, 0o644);
    }
    const { stores } = await collect();
    expect(stores).toHaveLength(24);
    expect(stores.flatMap((store) => store.problems ?? [])).toEqual([
      expect.stringMatching(/^7 more databases/) as string,
    ]);
  });

  it('can be read and not changed without certutil, or by another account', async () => {
    lab.database(SHARED);
    lab.imports(SHARED, authority, { nickname: 'a', flags: 'C,,' });
    const without = await onlyStore({ ...realPorts(), isExecutable: () => Promise.resolve(false) });
    expect(without.bundle.anchors).toEqual([authority.sha256]);
    expect(without.cannotChange).toContain('libnss3-tools');
    const weak = await onlyStore({ ...realPorts(), uid: PERSON.uid + 1 });
    expect(weak.cannotChange).toContain('anna');
  });
});

describe('the file of a database', () => {
  it('can be damaged in every way without more than an error of ours', () => {
    lab.database(SHARED);
    lab.imports(SHARED, authority, { nickname: 'a', flags: 'C,,' });
    lab.imports(SHARED, other, { nickname: 'x'.repeat(6000), flags: 'C,,' });
    const whole = readFileSync(lab.at(`${SHARED}/cert9.db`));
    expect(parseCertificates(whole).certificates).toHaveLength(2);
    const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(damage, fc.nat(whole.length), (changes, end) => {
        const bytes = Buffer.from(whole.subarray(0, end % 2 === 0 ? whole.length : end));
        for (const [at, value] of changes) bytes[at] = value;
        try {
          parseCertificates(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(SqliteFormatError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

it('is not kept busy by a profiles.ini of nothing but blanks', () => {
  // A quarter of a MiB, the most that is read, took a minute and more.
  const blanks = '\n'.repeat(128 * 1024) + ' '.repeat(128 * 1024);
  expect(profilePaths(`${blanks}\nPath=a${' '.repeat(64 * 1024)}x\nPath=a`, '/folder')).toHaveLength(1);
});

it('takes paths of profiles as profiles.ini writes them', () => {
  const ini =
    '[General]\nStartWithLastProfile=1\n[Profile0]\nPath=a/../b\n[Install1]\nDefault=c\n[P]\nIsRelative=0\nPath=no\n';
  expect(profilePaths(ini, '/h')).toEqual(['/h/b']);
});
