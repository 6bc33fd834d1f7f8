import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { trustStoresSection, type TrustStore } from '@trustfleet/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTrustStores, type TrustStorePorts, type TrustStores } from '../../index.ts';
import { DEBIAN, IS_ROOT, makeTestHost, realPorts, type TestHost } from '../../testing/host.ts';
import { UPDATE_TOOL } from './layout.ts';

const [first, second, third] = WELL_KNOWN_ROOTS;
if (first === undefined || second === undefined || third === undefined)
  throw new Error('three roots are needed');
const VENDOR = 'usr/share/ca-certificates/mozilla';
const CONF = 'etc/ca-certificates.conf';
const ANCHORS = 'usr/local/share/ca-certificates';
const CERTS = 'etc/ssl/certs';
const BUNDLE = `${CERTS}/ca-certificates.crt`;
let host: TestHost;
let stores: TrustStores;

beforeEach(() => {
  host = makeTestHost(DEBIAN);
  host.put(`${VENDOR}/First.crt`, first.pem);
  // Debian ships a name like this one.
  host.put(`${VENDOR}/Főtanúsítvány.crt`, second.pem);
  host.put(CONF, '# chosen by hand\nmozilla/First.crt\nmozilla/Főtanúsítvány.crt\n');
  for (const path of [CERTS, 'etc/ca-certificates/update.d', ANCHORS])
    mkdirSync(host.at(path), { recursive: true });
  stores = createTrustStores(realPorts(), { root: host.root });
});
afterEach(() => {
  host.remove();
});

async function read(): Promise<TrustStore> {
  const { stores: found, certificates } = await stores.collect();
  expect(trustStoresSection.parse({ stores: found })).toEqual({ stores: found });
  const [store] = found;
  if (store === undefined) throw new Error('no store');
  for (const { anchor } of store.entries ?? []) expect(certificates.get(anchor)).toBeDefined();
  return store;
}

async function rebuild(after: 'add' | 'remove' = 'add'): Promise<void> {
  const [handle] = await stores.list();
  expect(await handle?.rebuild(after)).toMatchObject({ state: 'done' });
}

const hashNames = (): string[] =>
  readdirSync(host.at(CERTS)).filter((name) => /^[0-9a-f]{8}\.\d$/.test(name));
/** The name of an anchor's link by hash. */
const hashOf = (pem: string): string =>
  `${execFileSync('/usr/bin/openssl', ['x509', '-noout', '-subject_hash'], { input: pem, encoding: 'utf8' }).trim()}.0`;
const saying = (...words: string[]): unknown => words.map((each) => expect.stringContaining(each) as string);

describe.skipIf(!IS_ROOT || !existsSync(UPDATE_TOOL))(
  'what the Debian store says of itself, made by its real tool (needs root and ca-certificates)',
  () => {
    it('has nothing to say where sources, bundle and links agree', async () => {
      host.put(`${ANCHORS}/studio.crt`, third.pem);
      await rebuild();
      const store = await read();
      expect(store.bundle.anchors).toEqual([first.sha256, second.sha256, third.sha256].toSorted());
      expect(store).not.toHaveProperty('entries');
      expect(store).not.toHaveProperty('problems');
    });

    it('tells what the owner deselected: still loaded until the tool has run, then not', async () => {
      await rebuild();
      host.put(CONF, '!mozilla/First.crt\nmozilla/Főtanúsítvány.crt\n');
      const entry = {
        anchor: first.sha256,
        origin: 'vendor',
        name: 'mozilla/First.crt',
        location: host.at(CONF),
      };
      const before = await read();
      expect(before.entries).toMatchObject([{ ...entry, trust: 'servers' }]);
      expect(before.problems).toEqual(saying('still holds it'));

      await rebuild();
      const after = await read();
      expect(after.entries).toMatchObject([{ ...entry, trust: 'deselected' }]);
      expect(after.bundle.anchors).toEqual([second.sha256]);
      expect(after).not.toHaveProperty('problems');
    });

    it('does not call deselected what another file brings', async () => {
      host.put(CONF, '!mozilla/First.crt\nmozilla/Főtanúsítvány.crt\n');
      host.put(`${ANCHORS}/back.crt`, first.pem);
      await rebuild();
      const store = await read();
      expect(store).not.toHaveProperty('entries');
      expect(store).not.toHaveProperty('problems');
    });

    it('tells of a certificate that the configuration does not name, and of the link that it leaves', async () => {
      await rebuild();
      host.put(CONF, 'mozilla/Főtanúsítvány.crt\n');
      await rebuild();
      const { entries, problems } = await read();
      expect(entries).toMatchObject([
        {
          anchor: first.sha256,
          trust: 'deselected',
          origin: 'vendor',
          location: host.at(`${VENDOR}/First.crt`),
        },
      ]);
      // The tool keeps the links of a name that is gone without a `!`.
      expect(hashNames()).toHaveLength(2);
      expect(problems).toEqual(saying('Python trusts it and others do not'));
      expect(problems?.[0]).toContain(first.sha256.slice(0, 16));
    });

    it('names what another package than Debian’s own brings', async () => {
      host.put('usr/share/ca-certificates/studio/Root.crt', third.pem);
      // The same anchor from Mozilla too: nothing to say of that one.
      host.put('usr/share/ca-certificates/studio/First.crt', first.pem);
      host.put(CONF, 'mozilla/First.crt\nmozilla/Főtanúsítvány.crt\nstudio/Root.crt\nstudio/First.crt\n');
      await rebuild();
      const { entries } = await read();
      expect(entries).toEqual([
        {
          ...{ anchor: third.sha256, trust: 'servers', origin: 'vendor', name: 'studio/Root.crt' },
          ...{ location: host.at('usr/share/ca-certificates/studio/Root.crt'), purposes: null },
        },
      ]);
    });

    it('tells of a certificate that lies among the links, as that of the package ssl-cert', async () => {
      await rebuild();
      host.put(`${CERTS}/ssl-cert-snakeoil.pem`, third.pem);
      execFileSync('/usr/bin/openssl', ['rehash', host.at(CERTS)], { stdio: 'ignore' });
      const { problems } = await read();
      expect(problems).toEqual(saying('Python trusts it because it lies there'));
      expect(problems?.[0]).toContain(host.at(`${CERTS}/ssl-cert-snakeoil.pem`));
    });

    it('tells of what someone wrote into the bundle', async () => {
      await rebuild();
      appendFileSync(host.at(BUNDLE), third.pem);
      const { entries, problems } = await read();
      expect(entries).toEqual([
        {
          anchor: third.sha256,
          trust: 'servers',
          origin: 'unknown',
          name: null,
          location: host.at(BUNDLE),
          purposes: null,
        },
      ]);
      expect(problems).toEqual(saying('no file of this system brings', 'no link by hash'));
    });

    it('tells of an anchor that the tool has not seen yet', async () => {
      await rebuild();
      host.put(`${ANCHORS}/new.crt`, third.pem);
      expect((await read()).problems).toEqual(saying(`${host.at(`${ANCHORS}/new.crt`)} is not in`));
      await rebuild();
      expect(await read()).not.toHaveProperty('problems');
    });

    it('tells of a link by hash that is missing, leads nowhere, or leads to another certificate', async () => {
      await rebuild();
      const link = host.at(`${CERTS}/${hashOf(first.pem)}`);
      const away = host.at('away');
      renameSync(link, away);
      expect((await read()).problems).toEqual(saying('has no link by hash'));
      symlinkSync(host.at('nowhere'), link);
      expect((await read()).problems).toEqual(saying('leads nowhere', 'has no link by hash'));
      rmSync(link);
      writeFileSync(link, third.pem);
      expect((await read()).problems).toEqual(
        saying('holds no certificate of that hash', 'has no link by hash'),
      );
      rmSync(link);
      renameSync(away, link);
      expect(await read()).not.toHaveProperty('problems');
    });

    it('agrees with OpenSSL on what a look-up by hash finds', async () => {
      host.put(`${ANCHORS}/two.crt`, third.pem + first.pem);
      await rebuild();
      const verify = ['verify', '-no-CAfile', '-no-CAstore', '-CApath', host.at(CERTS)];
      expect(() =>
        execFileSync('/usr/bin/openssl', verify, { input: third.pem, stdio: 'pipe', env: {} }),
      ).toThrow();
      const { bundle, problems, localAnchors } = await read();
      expect(bundle.anchors).toContain(third.sha256);
      expect(localAnchors[0]?.problem).toContain('2 certificates');
      expect(problems).toEqual(saying('has no link by hash'));
      expect(problems?.[0]).toContain(third.sha256.slice(0, 16));
    });
  },
);

/** As if every change were long past, so that a test need not wait for it. */
function settledPorts(count: { reads: number }): TrustStorePorts {
  const ports = realPorts();
  return {
    ...ports,
    async identify(paths, options) {
      const found = await ports.identify(paths, options);
      return found.map((identity) => (identity === null ? null : { ...identity, settled: true }));
    },
    readFile(path, options) {
      if (path.includes('ca-certificates')) count.reads += 1;
      return ports.readFile(path, options);
    },
  };
}

describe('reading the Debian store again', () => {
  const count = { reads: 0 };
  const anchors = async (): Promise<readonly string[]> => (await read()).bundle.anchors;
  beforeEach(() => {
    host.put(BUNDLE, first.pem);
    host.put(`${ANCHORS}/studio.crt`, third.pem);
    stores = createTrustStores(settledPorts(count), { root: host.root });
  });

  it('opens no file that has not changed, and those alone that have', async () => {
    const before = await read();
    count.reads = 0;
    expect(await read()).toEqual(before);
    expect(count.reads).toBe(0);
    host.put(`${ANCHORS}/studio.crt`, second.pem);
    expect((await read()).localAnchors).toMatchObject([{ anchor: second.sha256 }]);
    host.put(`${ANCHORS}/another.crt`, first.pem);
    expect((await read()).localAnchors).toHaveLength(2);
  });

  it('sees a file that was written in place, of the same size and with its old times', async () => {
    const size = Math.max(first.pem.length, second.pem.length);
    writeFileSync(host.at(BUNDLE), first.pem.padEnd(size, '\n'));
    const { atime, mtime, ino } = statSync(host.at(BUNDLE));
    expect(await anchors()).toEqual([first.sha256]);
    writeFileSync(host.at(BUNDLE), second.pem.padEnd(size, '\n'));
    utimesSync(host.at(BUNDLE), atime, mtime);
    expect(statSync(host.at(BUNDLE))).toMatchObject({ ino, size, mtime });
    expect(await anchors()).toEqual([second.sha256]);
  });

  it('sees a bundle that is gone, and one that is back', async () => {
    await read();
    renameSync(host.at(BUNDLE), host.at('away'));
    expect((await read()).bundle.state).toBe('missing');
    renameSync(host.at('away'), host.at(BUNDLE));
    expect(await anchors()).toEqual([first.sha256]);
  });

  it('believes no file of which the last change may not be the last', async () => {
    const ports = settledPorts(count);
    // Two changes within one tick of the file system's clock look the same.
    const identify: TrustStorePorts['identify'] = async (...asked) =>
      (await ports.identify(...asked)).map((found) =>
        found === null ? null : { ...found, identity: 'the same', settled: false },
      );
    stores = createTrustStores({ ...ports, identify }, { root: host.root });
    for (const root of [first, second, first]) {
      writeFileSync(host.at(BUNDLE), root.pem);
      expect(await anchors()).toEqual([root.sha256]);
    }
  });

  it('gives what a first look gives, whatever happens in between', async () => {
    const places = [
      BUNDLE,
      CONF,
      `${ANCHORS}/studio.crt`,
      `${ANCHORS}/x/y.crt`,
      `${VENDOR}/First.crt`,
      `${CERTS}/${hashOf(first.pem)}`,
    ];
    const contents = [first.pem, second.pem, third.pem, '', 'mozilla/First.crt\n', '!mozilla/First.crt\n'];
    const step = fc.record({
      work: fc.constantFrom('write', 'writeOldTimes', 'replace', 'remove', 'link'),
      place: fc.constantFrom(...places),
      content: fc.constantFrom(...contents),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
        for (const { work, place, content } of steps) {
          // Past the tick of the file system's clock: here every change counts as long past.
          await setTimeout(20);
          OPERATIONS[work](place, content);
          const fresh = createTrustStores(realPorts(), { root: host.root });
          expect(await stores.collect()).toEqual(await fresh.collect());
        }
      }),
      { numRuns: 15 },
    );
  });
});

const OPERATIONS: Readonly<
  Record<'write' | 'writeOldTimes' | 'replace' | 'remove' | 'link', (place: string, content: string) => void>
> = {
  write: (place, content) => {
    rmSync(host.at(place), { force: true, recursive: true });
    host.put(place, content);
  },
  writeOldTimes: (place, content) => {
    if (!existsSync(host.at(place))) return;
    const { atime, mtime } = statSync(host.at(place));
    writeFileSync(host.at(place), content);
    utimesSync(host.at(place), atime, mtime);
  },
  replace: (place, content) => {
    host.put('new', content);
    mkdirSync(dirname(host.at(place)), { recursive: true });
    renameSync(host.at('new'), host.at(place));
  },
  remove: (place) => {
    rmSync(host.at(place), { force: true });
  },
  link: (place, content) => {
    host.put('target', content);
    rmSync(host.at(place), { force: true });
    mkdirSync(dirname(host.at(place)), { recursive: true });
    symlinkSync(host.at('target'), host.at(place));
  },
};
