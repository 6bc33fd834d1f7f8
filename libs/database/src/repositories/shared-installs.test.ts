import { randomUUID } from 'node:crypto';
import type { PolicyFinding } from '@trustfleet/policy';
import {
  shotgridSection,
  type SharedFrom,
  type ShotgridSection,
  type ShotgunApi,
} from '@trustfleet/protocol';
import type { PostgresLab } from '@trustfleet/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM, type Database, type SharedInstall } from '../index.ts';
import {
  addHost,
  bodyOf,
  changed,
  createPolicies,
  hashOf,
  NOW,
  report,
  startLab,
  withDatabase,
} from '../testing/fixtures.ts';

let lab: PostgresLab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());

const ALL = { limit: 100 };
const NAS: SharedFrom = { type: 'nfs4', export: 'nas:/vol/studio', mount: '/mnt/studio' };

/** A copy of the API below `mount`, as the agent of a host tells it. */
function api(mount: string, changes: Partial<ShotgunApi> = {}, shared: SharedFrom = NAS): ShotgunApi {
  const location = `${mount}/tools/shotgun_api3`;
  return {
    path: `${location}/shotgun.py`,
    location,
    form: 'loose',
    version: '3.3.4',
    metadataVersion: null,
    sha256: hashOf('code'),
    bundles: [{ path: `${location}/lib/certifi/cacert.pem`, sha256: hashOf('pem'), certificates: 130 }],
    ...{ core: null, zipPython: null, inUse: true },
    shared: { ...shared, mount, path: '/tools/shotgun_api3/shotgun.py' },
    ...changes,
  };
}

const shotgrid = (...apis: ShotgunApi[]): ShotgridSection =>
  shotgridSection.parse({ apis, cores: [], configurations: [], problems: [] });

async function tell(database: Database, host: string, ...apis: ShotgunApi[]): Promise<void> {
  await report(database, host, [bodyOf('shotgrid', shotgrid(...apis))]);
}

async function addGroup(database: Database): Promise<string> {
  const id = randomUUID();
  await changed(database, (all) => all.groups.create({ id, name: `group-${id}`, createdAt: NOW }));
  return id;
}

async function listed(database: Database, query = {}): Promise<readonly SharedInstall[]> {
  return (await database.sharedInstalls.list(SYSTEM, { ...ALL, ...query })).items;
}

describe('shared installs', () => {
  it('are one for every host, wherever each of them mounts the export', async () => {
    await withDatabase(lab, async (database) => {
      const [a, b, c] = [
        await addHost(database, { name: 'a' }),
        await addHost(database, { name: 'b' }),
        await addHost(database, { name: 'c' }),
      ];
      await tell(database, a, api('/mnt/studio'));
      await tell(database, b, api('/studio/nas', {}, { ...NAS, type: 'nfs', export: 'NAS:/vol/studio/' }));
      // Mounted deeper.
      const deep = api('/tools', {}, NAS);
      await tell(database, c, {
        ...deep,
        shared: {
          type: 'nfs4',
          export: 'nas:/vol',
          mount: '/tools',
          path: '/studio/tools/shotgun_api3/shotgun.py',
        },
      });

      const items = await listed(database);
      expect(items).toEqual([
        {
          id: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
          kind: 'shotgunApi',
          source: 'nas:',
          path: '/vol/studio/tools/shotgun_api3/shotgun.py',
          server: 'nas',
          version: '3.3.4',
          content: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
          hosts: 3,
          differs: false,
        },
      ]);
      const id = items[0]?.id ?? '';
      const first = await database.sharedInstalls.uses(SYSTEM, id, { limit: 2 });
      expect(first.items.map(({ hostName, mount, path }) => [hostName, mount, path])).toEqual([
        ['a', '/mnt/studio', '/mnt/studio/tools/shotgun_api3/shotgun.py'],
        ['b', '/studio/nas', '/studio/nas/tools/shotgun_api3/shotgun.py'],
      ]);
      expect(first.next).toBe(b);
      const second = await database.sharedInstalls.uses(SYSTEM, id, { limit: 2, after: b });
      expect([second.items.map(({ hostName }) => hostName), second.next]).toEqual([['c'], null]);
      expect(await database.sharedInstalls.ofHost(SYSTEM, c)).toMatchObject([
        { id, hosts: 3, at: '/tools/tools/shotgun_api3/shotgun.py' },
      ]);
    });
  });

  it('go with the last host that reports them, and come back with a body that the fleet had', async () => {
    await withDatabase(lab, async (database) => {
      const [a, b] = [await addHost(database), await addHost(database)];
      await tell(database, a, api('/mnt/studio'));
      await tell(database, b, api('/mnt/studio'));
      const [{ id } = { id: '' }] = await listed(database);

      await tell(database, a);
      expect(await listed(database)).toMatchObject([{ id, hosts: 1 }]);
      await tell(database, b);
      expect(await listed(database)).toEqual([]);
      expect(await database.sharedInstalls.detail(SYSTEM, id)).toBeNull();

      // Nobody sends the body again.
      const body = bodyOf('shotgrid', shotgrid(api('/mnt/studio')));
      const digests = { shotgrid: body.digest };
      const [result] = await database.sections.recordReports([
        { hostId: a, at: NOW, digests, complete: true, bodies: [] },
      ]);
      expect(result?.wanted).toEqual([]);
      expect(await listed(database)).toMatchObject([{ id, hosts: 1 }]);
    });
  });

  it('are others where hosts see other contents, and each says so; what could not be read is no other', async () => {
    await withDatabase(lab, async (database) => {
      const hosts = await Promise.all(['a', 'b', 'c', 'd'].map((name) => addHost(database, { name })));
      const [a = '', b = '', c = '', d = ''] = hosts;
      await tell(database, a, api('/mnt/studio'));
      await tell(database, b, api('/nas', { version: '3.4.0', sha256: hashOf('newer') }));
      await tell(database, c, api('/nas', { bundles: [] }));
      await tell(database, d, api('/nas', { sha256: null }));

      const items = await listed(database);
      expect(items.map(({ hosts: count, differs, content }) => [count, differs, content === null])).toEqual(
        expect.arrayContaining([
          [1, true, false],
          [1, true, false],
          [1, true, false],
          [1, false, true],
        ]),
      );
      expect(await listed(database, { differing: true })).toHaveLength(3);
      const newer = items.find(({ version }) => version === '3.4.0');
      const detail = await database.sharedInstalls.detail(SYSTEM, newer?.id ?? '');
      expect(detail?.others).toHaveLength(3);

      // Everybody sees the new one now.
      for (const host of hosts)
        await tell(database, host, api('/nas', { version: '3.4.0', sha256: hashOf('newer') }));
      expect(await listed(database)).toMatchObject([{ id: newer?.id, hosts: 4, differs: false }]);
    });
  });

  it('compares shares of Windows without case, and NFS with it', async () => {
    await withDatabase(lab, async (database) => {
      const [linux, windows] = [await addHost(database), await addHost(database, { platform: 'windows' })];
      await tell(
        database,
        linux,
        api('/mnt/x', {}, { type: 'cifs', export: '//nas/Tools', mount: '/mnt/x' }),
      );
      const local = 'C:\\tools\\tools\\shotgun_api3';
      await tell(database, windows, {
        ...api('C:\\tools'),
        path: `${local}\\shotgun.py`,
        location: local,
        bundles: [{ path: `${local}\\lib\\certifi\\cacert.pem`, sha256: hashOf('pem'), certificates: 130 }],
        shared: { type: 'share', export: '\\\\NAS\\TOOLS', path: '/Tools/Shotgun_api3/shotgun.py' },
      });
      expect(await listed(database)).toMatchObject([
        { source: '//nas/tools', path: '/tools/shotgun_api3/shotgun.py', hosts: 2, differs: false },
      ]);

      const nfs = (path: string): ShotgunApi => ({ ...api('/n'), shared: { ...NAS, path } });
      await tell(database, linux, nfs('/a.py'));
      await tell(database, windows, nfs('/A.py'));
      expect(await listed(database)).toHaveLength(2);
    });
  });

  it('knows cores with what they vendor, Pythons with their packages, bundles by their bytes', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      const shared = (path: string): SharedFrom => ({ ...NAS, path });
      const zipped: ShotgunApi = {
        ...api('/n'),
        path: '/n/core/pkgs.zip!shotgun_api3/shotgun.py',
        location: '/n/core/pkgs.zip!shotgun_api3',
        bundles: [],
        form: 'zip',
        core: '/n/core/info.yml',
        shared: shared('/core/pkgs.zip'),
      };
      const core = (version: string) =>
        shotgridSection.parse({
          apis: [zipped],
          cores: [
            {
              ...{ path: '/n/core/info.yml', location: '/n/core', kind: 'shared', version },
              ...{ apis: [zipped.path], inUse: true, usedBy: [], shared: shared('/core/info.yml') },
            },
          ],
          configurations: [],
          problems: [],
        });
      const python = (certifi: string) => ({
        pythons: [
          {
            ...{ path: '/n/venv/bin/python', realPath: null, kind: 'venv', version: '3.11.7' },
            ...{
              implementation: null,
              openssl: null,
              verifyPaths: null,
              facts: 'static',
              notRunBecause: null,
            },
            packages: [{ name: 'certifi', version: certifi, location: '/n/venv/certifi' }],
            shared: shared('/venv/bin/python'),
          },
        ],
      });
      const bundle = {
        ...{ path: '/n/ca.pem', realPath: null, state: 'read', detail: null, sha256: hashOf('ca'), size: 1 },
        ...{ anchors: [], problems: [], opensslAccepts: true, shared: shared('/ca.pem') },
        provenance: [{ kind: 'pythonDefault', python: '/usr/bin/python3' }],
      };
      await report(database, host, [
        bodyOf('shotgrid', core('v0.21.7')),
        bodyOf('pythons', python('2024.7.4')),
        bodyOf('bundles', { bundles: [bundle, { ...bundle, path: '/local.pem', shared: null }] }),
      ]);

      const before = await listed(database);
      expect(before.map((one) => [one.kind, one.path, one.version])).toEqual([
        ['bundle', '/vol/studio/ca.pem', null],
        ['toolkitCore', '/vol/studio/core/info.yml', 'v0.21.7'],
        ['shotgunApi', '/vol/studio/core/pkgs.zip!shotgun_api3/shotgun.py', '3.3.4'],
        ['python', '/vol/studio/venv/bin/python', '3.11.7'],
      ]);
      expect(await listed(database, { kind: 'python' })).toHaveLength(1);
      expect(await listed(database, { q: 'STUDIO/CORE' })).toHaveLength(2);
      expect(await listed(database, { q: '%' })).toEqual([]);

      await report(database, host, [bodyOf('pythons', python('2025.1.1'))]);
      const after = await listed(database, { kind: 'python' });
      expect(after).toHaveLength(1);
      expect(after[0]?.content).not.toBe(before.find(({ kind }) => kind === 'python')?.content);
    });
  });

  it('says what does not work through it, on which hosts', async () => {
    await withDatabase(lab, async (database) => {
      const [a, b] = [await addHost(database, { name: 'a' }), await addHost(database, { name: 'b' })];
      await tell(database, a, api('/mnt/studio'));
      await tell(database, b, api('/nas'));
      const policyId = randomUUID();
      await createPolicies(
        database,
        [{ id: policyId, name: 'P', rule: 'endpointsVerify', parameters: {} }],
        NOW,
      );
      const finding = (key: string, install: string): PolicyFinding => ({
        ...{ key, rule: 'endpointsVerify', cause: 'bundleStale', severity: 'blocker', anchor: null },
        subject: {
          ...{ kind: 'client', python: '/usr/bin/python3', client: 'shotgun_api3.crud', accounts: [] },
          endpoint: { id: randomUUID(), name: 'Site', host: 'site.test', port: 443 },
        },
        evidence: { install },
      });
      const own = '/mnt/studio/tools/shotgun_api3';
      const elsewhere = '/home/anna/tools/shotgun_api3';
      const installs = [own, `${own}/core/python`, `${own}\\core`, `${own}-2`, elsewhere];
      await database.findings.reconcile(
        [
          { hostId: a, policyId, findings: installs.map((install) => finding(install, install)) },
          { hostId: b, policyId, findings: [finding('other', own)] },
        ],
        NOW,
      );

      const [{ id } = { id: '' }] = await listed(database);
      expect((await database.sharedInstalls.detail(SYSTEM, id))?.causes).toEqual([
        { rule: 'endpointsVerify', cause: 'bundleStale', severity: 'blocker', findings: 3, hosts: 1 },
      ]);
      const { items } = await database.sharedInstalls.uses(SYSTEM, id, ALL);
      expect(items.map(({ hostName, openFindings }) => [hostName, openFindings])).toEqual([
        ['a', 3],
        ['b', 0],
      ]);
    });
  });

  it('are there for those who see one of their hosts, and count only those', async () => {
    await withDatabase(lab, async (database) => {
      const groups = [await addGroup(database), await addGroup(database)];
      const [a = '', b = ''] = await Promise.all(groups.map((groupId) => addHost(database, { groupId })));
      await tell(database, a, api('/mnt/studio'));
      await tell(database, b, api('/mnt/studio', { sha256: hashOf('newer') }));
      const viewer = { groups: groups.slice(0, 1) };

      const { items } = await database.sharedInstalls.list(viewer, ALL);
      expect(items).toMatchObject([{ hosts: 1, differs: false }]);
      const [{ id: own } = { id: '' }] = items;
      expect(await listed(database)).toMatchObject([{ differs: true }, { differs: true }]);
      const hidden = (await listed(database)).find(({ id }) => id !== own)?.id ?? '';
      expect(await database.sharedInstalls.detail(viewer, hidden)).toBeNull();
      expect((await database.sharedInstalls.detail(viewer, own))?.others).toEqual([]);
      expect((await database.sharedInstalls.uses(viewer, hidden, ALL)).items).toEqual([]);
      expect(await database.sharedInstalls.ofHost(viewer, b)).toBeNull();
      expect(await database.sharedInstalls.ofHost(viewer, a)).toHaveLength(1);
      expect(await database.sharedInstalls.list(viewer, { ...ALL, hostId: b })).toEqual({
        items: [],
        next: null,
      });
      expect((await database.sharedInstalls.list({ groups: [] }, ALL)).items).toEqual([]);
    });
  });

  it('are read page by page in one order, whatever hosts call them', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      const long = 'ㅎ\0"\\'.repeat(900);
      const all = Array.from({ length: 25 }, (_, index) => ({
        ...api('/n'),
        path: `/n/${index}/shotgun.py`,
        shared: { ...NAS, path: `/${long}/${index}` },
      }));
      await tell(database, host, ...all);
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const { items, next } = await database.sharedInstalls.list(SYSTEM, { limit: 10, after });
        seen.push(...items.map(({ id }) => id));
        after = next ?? undefined;
      } while (after !== undefined);

      expect(seen).toHaveLength(25);
      expect(new Set(seen).size).toBe(25);
      expect(await database.sharedInstalls.list(SYSTEM, { limit: 1, after: 'unknown' })).toMatchObject({
        items: [{ id: seen[0] }],
      });
    });
  });

  it('takes many hosts at once, whoever brings the bodies', async () => {
    await withDatabase(lab, async (database) => {
      const hosts = await Promise.all(Array.from({ length: 40 }, () => addHost(database)));
      const bodies = [
        bodyOf('shotgrid', shotgrid(api('/mnt/studio'))),
        bodyOf('shotgrid', shotgrid(api('/nas'))),
      ];
      const batch = hosts.map((hostId, index) => {
        const body = bodies[index % 2] ?? bodyOf('shotgrid', {});
        return { hostId, at: NOW, digests: { shotgrid: body.digest }, complete: false, bodies: [body] };
      });
      await Promise.all([
        database.sections.recordReports(batch.slice(0, 20)),
        database.sections.recordReports(batch.slice(20)),
      ]);

      expect(await listed(database)).toMatchObject([{ hosts: 40 }]);
    });
  });
});
