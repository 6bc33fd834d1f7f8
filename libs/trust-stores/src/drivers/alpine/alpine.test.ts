import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { pemToDer, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { trustStoresSection } from '@trustfleet/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTrustStores } from '../../index.ts';
import { makeAlpine, type AlpineSystem } from '../../testing/alpine-system.ts';
import { expectRestores, type RestoreSubject } from '../../testing/restore-property.ts';

const [first, second, third] = WELL_KNOWN_ROOTS;
if (first === undefined || second === undefined || third === undefined)
  throw new Error('three roots are needed');
const LOCAL = '/usr/local/share/ca-certificates';
const SHIPPED = { 'mozilla/First.crt': first.pem, 'mozilla/Second.crt': second.pem };
const CONF = ['# of the package', 'mozilla/First.crt', '!mozilla/Second.crt'];
const thirdDer = pemToDer(third.pem);

let alpine: AlpineSystem;
beforeEach(async () => {
  alpine = await makeAlpine(SHIPPED, CONF);
  await alpine.store.rebuild('add');
});
afterEach(() => {
  alpine.host.remove();
});

async function read() {
  const { store, ...reading } = await alpine.store.read();
  expect(trustStoresSection.parse({ stores: [store] })).toEqual({ stores: [store] });
  return { ...reading, store };
}

describe("Alpine, on a rebuilt tree: its tool is a script of the tests after the source of Alpine's own", () => {
  it('reads bundle, deselections and local anchors', async () => {
    alpine.host.put(`${LOCAL}/studio.pem`, third.pem);
    await alpine.store.rebuild('add');
    const { store, certificates } = await read();
    expect(store).toMatchObject({
      id: 'alpine',
      operatingSystem: true,
      name: 'Alpine Linux v3.22',
      bundle: {
        path: '/etc/ssl/certs/ca-certificates.crt',
        anchors: [first.sha256, third.sha256].toSorted(),
      },
      anchorDirectory: LOCAL,
      // Unlike Debian's, the tool takes whatever the name ends in.
      localAnchors: [{ path: `${LOCAL}/studio.pem`, anchor: third.sha256, problem: null }],
      cannotChange: null,
      entries: [
        {
          anchor: second.sha256,
          trust: 'deselected',
          origin: 'vendor',
          location: '/usr/share/ca-certificates/mozilla/Second.crt',
        },
      ],
      problems: [],
    });
    expect(certificates.get(second.sha256)).toEqual(pemToDer(second.pem));
  });

  it('adds an anchor and takes it out again without a trace', async () => {
    const certs = alpine.host.at('/etc/ssl/certs');
    const before = { names: readdirSync(certs), bundle: readFileSync(`${certs}/ca-certificates.crt`) };
    const file = `${LOCAL}/trustfleet-${third.sha256.slice(0, 16)}.crt`;
    expect(await alpine.store.add(thirdDer)).toMatchObject({
      state: 'done',
      files: [file],
      commands: [{ argv: ['/usr/sbin/update-ca-certificates'] }],
    });
    expect((await read()).store.bundle.anchors).toEqual([first.sha256, third.sha256].toSorted());
    expect(await alpine.store.remove(third.sha256)).toMatchObject({ state: 'done', files: [file] });
    expect({ names: readdirSync(certs), bundle: readFileSync(`${certs}/ca-certificates.crt`) }).toEqual(
      before,
    );
  });

  it('says what its tool passes over, and never leaves the directory that a line names', async () => {
    alpine.host.put('elsewhere.crt', third.pem);
    alpine.host.put(`${LOCAL}/below/deep.crt`, third.pem);
    alpine.host.put(`${LOCAL}/.hidden.crt`, third.pem);
    symlinkSync(alpine.host.at('elsewhere.crt'), alpine.host.at(`${LOCAL}/link.crt`));
    alpine.host.put(
      'etc/ca-certificates.conf',
      '!../../../elsewhere.crt\n!mozilla/Missing.crt\nmozilla/First.crt\n',
    );
    const { store } = await read();
    expect(store.entries).toEqual([]);
    expect(store.localAnchors).toEqual([
      {
        path: `${LOCAL}/link.crt`,
        anchor: third.sha256,
        problem: expect.stringContaining('symbolic link') as string,
      },
    ]);
  });

  it('shows the bundle of an image without its tool, and of one that is read-only', async () => {
    for (const [port, reason] of [
      [{ isExecutable: () => Promise.resolve(false) }, 'install the package ca-certificates'],
      [{ isWritable: () => Promise.resolve(false) }, 'change the image'],
    ] as const) {
      const [store] = await createTrustStores({ ...alpine.ports, ...port }).list();
      expect((await store?.read())?.store).toMatchObject({
        bundle: { anchors: [first.sha256] },
        cannotChange: expect.stringContaining(reason) as string,
      });
    }
  });

  it('comes back from a snapshot whatever happened since', { timeout: 120_000 }, async () => {
    await expectRestores(subject, {
      settle: async ({ handle }) => {
        await handle.rebuild('remove');
      },
    });
  });
});

async function subject(): Promise<RestoreSubject> {
  const { host, store } = await makeAlpine(SHIPPED, CONF);
  await store.rebuild('add');
  return {
    handle: store,
    operations: {
      add: async () => {
        await store.add(thirdDer);
      },
      remove: async () => {
        await store.remove(third?.sha256 ?? '');
      },
      byHand: (choice) => {
        host.put(`${LOCAL}/by-hand-${choice % 2}`, choice % 3 === 0 ? '' : (third?.pem ?? ''));
        return Promise.resolve();
      },
      deselect: (choice) => {
        host.put('etc/ca-certificates.conf', `${choice % 2 === 0 ? '!' : ''}mozilla/First.crt\n`);
        return Promise.resolve();
      },
      rebuild: async () => {
        await store.rebuild('add');
      },
    },
    contents() {
      const directory = host.at(LOCAL);
      const files = readdirSync(directory).map((name) => [
        name,
        readFileSync(`${directory}/${name}`, 'utf8'),
      ]);
      const certs = host.at('/etc/ssl/certs');
      return Promise.resolve({
        files,
        conf: readFileSync(host.at('etc/ca-certificates.conf'), 'utf8'),
        links: readdirSync(certs),
        bundle: readFileSync(`${certs}/ca-certificates.crt`, 'utf8'),
      });
    },
    dispose: () => {
      host.remove();
    },
  };
}
