import { randomUUID } from 'node:crypto';
import { MAX_ENDPOINTS } from '@trustfleet/protocol';
import type { PostgresLab } from '@trustfleet/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM, type Database, type EndpointRefusal, type NewEndpoint } from '../index.ts';
import { addHost, bodyOf, changed, hashOf, NOW, startLab, withDatabase } from '../testing/fixtures.ts';

let lab: PostgresLab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());

const endpoint = (change: Partial<NewEndpoint> = {}): NewEndpoint => ({
  id: randomUUID(),
  name: 'Site',
  host: 'studio.example',
  port: 443,
  clients: ['pip'],
  groupId: null,
  createdAt: NOW,
  createdBy: 'Kim',
  ...change,
});
const add = (database: Database, change: Partial<NewEndpoint> = {}): Promise<EndpointRefusal | null> =>
  changed(database, ({ endpoints }) => endpoints.create(endpoint(change)));

async function group(database: Database, name: string): Promise<string> {
  const id = randomUUID();
  await changed(database, ({ groups }) => groups.create({ id, name, createdAt: NOW }));
  return id;
}

const hostsOf = async (database: Database, hostId: string) =>
  ((await database.endpoints.ofHosts([hostId])).get(hostId) ?? []).map(({ host }) => host);

describe('endpoints', () => {
  it('are those of every host and of its group, for hosts and for viewers alike', async () => {
    await withDatabase(lab, async (database) => {
      const [one, two] = [await group(database, 'One'), await group(database, 'Two')];
      const [a, b] = [await addHost(database, { groupId: one }), await addHost(database, { groupId: two })];
      await add(database, { name: 'z' });
      await add(database, { name: 'a', host: 'one.example', groupId: one });
      await add(database, { name: 'b', host: 'two.example', groupId: two });

      expect(await hostsOf(database, a)).toEqual(['one.example', 'studio.example']);
      expect(await hostsOf(database, b)).toEqual(['two.example', 'studio.example']);
      expect((await database.endpoints.ofHosts([a, b, randomUUID()])).size).toBe(2);
      expect((await database.endpoints.list(SYSTEM)).map(({ name }) => name)).toEqual(['a', 'b', 'z']);
      expect(await database.endpoints.list({ groups: [two] })).toMatchObject([
        { name: 'b', group: { id: two, name: 'Two' } },
        { name: 'z', group: null, clients: ['pip'], createdBy: 'Kim', createdAt: NOW },
      ]);
    });
  });

  it('stand once for a host, and are not more than an agent takes: also when they are changed', async () => {
    await withDatabase(lab, async (database) => {
      const [one, two] = [await group(database, 'One'), await group(database, 'Two')];
      const first = randomUUID();
      expect(await add(database, { id: first, groupId: one })).toBeNull();
      expect(await add(database, { groupId: two })).toBeNull();
      expect(await add(database, { groupId: one })).toBe('taken');
      expect(await add(database)).toBe('taken');
      const move = (groupId: string | null) =>
        changed(database, ({ endpoints }) => endpoints.update(first, { ...endpoint(), groupId }));
      expect(await move(two)).toBe('taken');
      expect(await move(null)).toBe('taken');
      expect(await move(one)).toBeNull();

      for (let port = 1; port < MAX_ENDPOINTS; port += 1)
        expect(await add(database, { port, groupId: two })).toBeNull();
      expect(await add(database, { port: 9000, groupId: two })).toBe('tooMany');
      expect(await add(database, { port: 9000 })).toBe('tooMany');
      expect(await add(database, { port: 9000, groupId: one })).toBeNull();
    });
  });

  it('are taken for a change only where the viewer sees them, and removed', async () => {
    await withDatabase(lab, async (database) => {
      const [one, two] = [await group(database, 'One'), await group(database, 'Two')];
      const id = randomUUID();
      await add(database, { id, groupId: one });
      const take = (groups: 'all' | string[]) =>
        changed(database, ({ endpoints }) => endpoints.take({ groups }, id));

      expect(await take([two])).toBeNull();
      expect(await take([one])).toMatchObject({ id });
      await changed(database, ({ endpoints }) => endpoints.remove(id));
      expect(await take('all')).toBeNull();
    });
  });
});

describe('a stored section', () => {
  const configurations = (...sites: (string | null)[]) => ({
    apis: [],
    cores: [],
    configurations: sites.map((site, n) => ({
      ...{ path: `/c${n}`, kind: 'localized', core: null, corePath: null, site, keys: [] },
      ...{ interpreter: null, shared: null },
    })),
    problems: [],
  });

  it('proposes the sites that it names, while it is current and its host belongs to the fleet', async () => {
    await withDatabase(lab, async (database) => {
      const [one, two] = [await addHost(database), await addHost(database)];
      const report = (hostId: string, value: object) => {
        const body = bodyOf('shotgrid', value);
        return database.sections.recordReports([
          { hostId, at: NOW, digests: { shotgrid: body.digest }, complete: false, bodies: [body] },
        ]);
      };
      await report(one, configurations('a.example', 'https://A.example/', 'b.example:8443', 'no site', null));
      await report(two, configurations('a.example'));

      const a = { host: 'a.example', port: 443 };
      const b = { host: 'b.example', port: 8443 };
      expect(await database.endpoints.proposals(SYSTEM)).toEqual([
        { ...a, hosts: 2 },
        { ...b, hosts: 1 },
      ]);
      await add(database, b);
      await report(two, configurations());
      expect(await database.endpoints.proposals(SYSTEM)).toEqual([{ ...a, hosts: 1 }]);
      await changed(database, ({ admission }) => admission.revoke(SYSTEM, { hostId: one, at: NOW }));
      expect(await database.endpoints.proposals(SYSTEM)).toEqual([]);
    });
  });

  it('of endpoints names the certificates that are presented, and none as an anchor of the system', async () => {
    await withDatabase(lab, async (database) => {
      const hostId = await addHost(database);
      const [leaf, bare, proxy] = [hashOf('leaf'), hashOf('bare'), hashOf('proxy')];
      const shown = {
        ...{ id: randomUUID(), host: 'a.example', port: 443, network: 'connected', detail: null },
        ...{ proxy: null, chain: [leaf], chainWithoutName: [bare], tls: null },
        interception: { issuer: 'P', certificate: proxy },
      };
      const body = bodyOf('endpoints', { endpoints: [shown], problems: [] });
      await database.sections.recordReports([
        { hostId, at: NOW, digests: { endpoints: body.digest }, complete: false, bodies: [body] },
      ]);

      expect(await database.sections.anchorsOf(hostId)).toEqual([leaf, bare, proxy].sort());
      expect(await database.certificates.missingFrom([body])).toMatchObject([
        { sha256: [leaf, bare, proxy] },
      ]);
      expect(await database.certificates.hostsHolding(SYSTEM, leaf)).toBe(0);
    });
  });
});
