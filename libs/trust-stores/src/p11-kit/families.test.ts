import { readFileSync } from 'node:fs';
import { issueCertificate, pemToDer, sha256Hex, toPem, WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { trustStoresSection } from '@trustfleet/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { IS_ROOT } from '../testing/host.ts';
import { makeP11Family, type P11TestFamily, type P11TestSystem } from '../testing/p11-family.ts';
import { ARCH, FEDORA, TUMBLEWEED } from '../testing/p11-systems.ts';
import { expectRestores, type RestoreSubject } from '../testing/restore-property.ts';

const [first, second, third, fourth] = WELL_KNOWN_ROOTS;
if (first === undefined || second === undefined || third === undefined || fourth === undefined)
  throw new Error('four roots are needed');
const roots = [first, second, third, fourth] as const;
const HAND = ['anchors', 'blocklist', '.'] as const;
const shipped = first.pem + second.pem;
const rootOf = (choice: number) => roots[(choice % 4) as 0 | 1 | 2 | 3];

let family: P11TestFamily | null = null;
afterEach(() => {
  family?.host.remove();
  family = null;
});

interface Row {
  readonly id: string;
  readonly system: P11TestSystem;
  readonly bundle: string;
  readonly copy: string | null;
  readonly extension: string;
  readonly argv: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    id: 'rhel',
    system: FEDORA,
    bundle: '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
    copy: null,
    extension: 'pem',
    argv: ['/usr/bin/update-ca-trust', 'extract'],
  },
  {
    id: 'suse',
    system: TUMBLEWEED,
    bundle: '/var/lib/ca-certificates/ca-bundle.pem',
    copy: null,
    extension: 'pem',
    argv: ['/usr/sbin/update-ca-certificates'],
  },
  {
    id: 'arch',
    system: ARCH,
    bundle: '/etc/ca-certificates/extracted/tls-ca-bundle.pem',
    copy: '/etc/ssl/certs/ca-certificates.crt',
    extension: 'crt',
    argv: ['/usr/bin/trust', 'extract-compat'],
  },
];

describe.skipIf(!IS_ROOT)(
  "a family of p11-kit, on a rebuilt tree: the real `trust`, run by a script of the tests in place of the system's own (needs root)",
  () => {
    it.each(ROWS)('$id reads, adds and removes by its own paths and tool', async (row) => {
      family = await makeP11Family(row.system);
      const { host, store } = family;
      const [source, vendor] = row.system.sources;
      host.put(`${vendor}/anchors/shipped.pem`, first.pem + second.pem);
      host.put(`${source}/blocklist/bad.pem`, second.pem);
      await store.rebuild('add');
      const added = await store.add(pemToDer(third.pem));
      const file = `${source}/anchors/trustfleet-${third.sha256.slice(0, 16)}.${row.extension}`;
      expect(added).toMatchObject({ state: 'done', files: [file], commands: [{ argv: row.argv }] });
      const { store: seen } = await store.read();
      expect(trustStoresSection.parse({ stores: [seen] })).toEqual({ stores: [seen] });
      expect(seen).toMatchObject({
        id: row.id,
        operatingSystem: true,
        bundle: { path: row.bundle, anchors: [first.sha256, third.sha256].toSorted() },
        localAnchors: [{ path: file, anchor: third.sha256, problem: null }],
        cannotChange: null,
        problems: [],
      });
      expect(seen.entries).toContainEqual(
        expect.objectContaining({ anchor: second.sha256, trust: 'distrusted', origin: 'local' }),
      );
      if (row.copy !== null)
        expect(readFileSync(host.at(row.copy))).toEqual(readFileSync(host.at(row.bundle)));
      expect(await store.remove(third.sha256)).toMatchObject({ state: 'done', files: [file] });
      expect((await store.read()).store.bundle.anchors).toEqual([first.sha256]);
    });

    it.each(ROWS)(
      "$id says of a server's own certificate among the anchors that it vouches for no server, and asks for no rebuild",
      async (row) => {
        family = await makeP11Family(row.system);
        const { host, store } = family;
        const [source, vendor] = row.system.sources;
        const leaf = await serverCertificate();
        host.put(`${vendor}/anchors/shipped.pem`, shipped);
        host.put(`${source}/anchors/server.pem`, toPem(leaf));
        await store.rebuild('add');
        const { store: seen } = await store.read();
        expect(seen.bundle.anchors).toEqual([first.sha256, second.sha256].toSorted());
        expect(seen).toMatchObject({
          localAnchors: [{ path: `${source}/anchors/server.pem`, anchor: sha256Hex(leaf) }],
          entries: [
            {
              anchor: sha256Hex(leaf),
              trust: 'otherPurposes',
              origin: 'local',
              location: `${source}/anchors/server.pem`,
              purposes: [],
            },
          ],
          problems: [],
        });
      },
    );

    it.each(ROWS)(
      '$id comes back from a snapshot whatever happened since',
      { timeout: 240_000 },
      async ({ system }) => {
        await expectRestores(() => subject(system), {
          runs: 4,
          settle: async ({ handle }) => {
            await handle.rebuild('remove');
          },
        });
      },
    );
  },
);

async function serverCertificate(): Promise<Uint8Array> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(
    { name: 'ECDSA', namedCurve: 'P-256' },
    true,
    ['sign', 'verify'],
  );
  return await issueCertificate({
    subject: { commonName: 'render.example' },
    serialNumber: '01',
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2036-01-01T00:00:00Z'),
    profile: { kind: 'server', dnsNames: ['render.example'], ipAddresses: [] },
    issuerCertificate: null,
    publicKey,
    signingKey: privateKey,
  });
}

/** Changed through the store, and by hand as administrators do. */
async function subject(system: P11TestSystem): Promise<RestoreSubject> {
  const made = await makeP11Family(system);
  const { host, store } = made;
  const [source, vendor] = system.sources;
  host.put(`${vendor}/anchors/shipped.pem`, shipped);
  await store.rebuild('add');
  const hand = (choice: number): string => `${HAND[(choice % 3) as 0 | 1 | 2]}/by-hand-${choice % 2}.pem`;
  return {
    handle: store,
    operations: {
      add: async (choice) => {
        await store.add(pemToDer(rootOf(choice).pem));
      },
      remove: async (choice) => {
        await store.remove(rootOf(choice).sha256);
      },
      putFile: (choice) => {
        host.put(`${source}/${hand(choice)}`, rootOf(choice).pem + rootOf(choice + 1).pem);
        return Promise.resolve();
      },
      emptyFile: (choice) => {
        host.put(`${source}/${hand(choice)}`, '');
        return Promise.resolve();
      },
      rebuild: async () => {
        await store.rebuild('add');
      },
    },
    async contents() {
      const { content } = await store.snapshot();
      const { bundle, entries } = (await store.read()).store;
      // `trust extract` writes in the order of a hash table: the same anchors, not the same bytes.
      return { content: sha256Hex(Buffer.from(JSON.stringify(content))), anchors: bundle.anchors, entries };
    },
    dispose: () => {
      host.remove();
    },
  };
}
