import { randomUUID } from 'node:crypto';
import type { PostgresLab } from '@trustfleet/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, SYSTEM } from '../index.ts';
import {
  addHost,
  bodyOf,
  hashOf,
  later,
  NOW,
  report,
  startLab,
  trustStores,
  withDatabase,
  createPolicies,
} from '../testing/fixtures.ts';

let lab: PostgresLab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());

const digests = (...bodies: { name: string; digest: string }[]) =>
  Object.fromEntries(bodies.map(({ name, digest }) => [name, digest]));
const said = (
  hostId: string,
  sections: Record<string, string>,
  changes: { complete?: boolean; at?: Date } = {},
) => ({
  ...{ hostId, at: NOW, digests: sections, complete: false, bodies: [] },
  ...changes,
});

describe('recordReports', () => {
  it('asks for bodies that the fleet lacks, and for none that another host brought', async () => {
    await withDatabase(lab, async (database) => {
      const [first, second] = [await addHost(database), await addHost(database)];
      const system = bodyOf('system', { hostname: 'same' });

      expect(
        await database.sections.recordReports([said(first, digests(system), { complete: true })]),
      ).toEqual([{ hostId: first, changed: [], wanted: ['system'] }]);
      await report(database, first, [system]);

      expect(
        await database.sections.recordReports([said(second, digests(system), { complete: true })]),
      ).toEqual([{ hostId: second, changed: ['system'], wanted: [] }]);
      expect((await database.hosts.detail(SYSTEM, second))?.sections).toEqual([
        {
          name: 'system',
          digest: system.digest,
          seenFrom: NOW,
          body: { hostname: 'same' },
          understood: true,
        },
      ]);
    });
  });

  it('keeps the last known section until the new body is here', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      const [before, after] = [bodyOf('system', { version: 1 }), bodyOf('system', { version: 2 })];
      await report(database, host, [before]);

      const [result] = await database.sections.recordReports([said(host, digests(after))]);
      expect(result).toEqual({ hostId: host, changed: [], wanted: ['system'] });
      expect((await database.sections.facts([host])).get(host)).toEqual({ system: { version: 1 } });

      await report(database, host, [after]);
      expect((await database.sections.facts([host])).get(host)).toEqual({ system: { version: 2 } });
    });
  });

  it('appends history and writes nothing at all for what did not change', async () => {
    const url = await lab.freshDatabase();
    const database = await openDatabase({ url });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      const host = await addHost(database);
      const [one, two] = [bodyOf('system', { version: 1 }), bodyOf('system', { version: 2 })];
      await report(database, host, [one]);
      await database.sections.recordReports([
        { ...said(host, digests(two), { at: later(10) }), bodies: [two] },
      ]);
      await database.sections.recordReports([said(host, digests(one), { at: later(20) })]);
      // Row versions carry the transaction that wrote them: equal before and after means that nothing was written or locked.
      const state = async () =>
        (await client.query(`SELECT xmin, xmax, * FROM host_section ORDER BY id`)).rows as {
          digest: string;
          seen_to: Date | null;
        }[];
      const hostState = async () => (await client.query(`SELECT xmin, xmax FROM host`)).rows as unknown[];
      const [history, hosts] = [await state(), await hostState()];

      await database.sections.recordReports(
        Array.from({ length: 3 }, () => said(host, digests(one), { complete: true, at: later(30) })),
      );

      expect(await state()).toEqual(history);
      expect(await hostState()).toEqual(hosts);
      expect(history.map(({ digest, seen_to }) => [digest, seen_to])).toEqual([
        [one.digest, later(10)],
        [two.digest, later(20)],
        [one.digest, null],
      ]);
    } finally {
      await client.end();
      await database.close();
    }
  });

  it('closes a section that a complete report no longer names, and only then', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      const [system, bundles] = [bodyOf('system', { a: 1 }), bodyOf('bundles', { bundles: [] })];
      await report(database, host, [system, bundles]);

      expect(await database.sections.recordReports([said(host, digests(system))])).toEqual([
        { hostId: host, changed: [], wanted: [] },
      ]);
      expect(
        await database.sections.recordReports([said(host, digests(system), { complete: true })]),
      ).toEqual([{ hostId: host, changed: ['bundles'], wanted: [] }]);
      expect(Object.keys((await database.sections.facts([host])).get(host) ?? {})).toEqual(['system']);
      expect(await database.sections.recordReports([said(host, {}, { complete: true })])).toMatchObject([
        { changed: ['system'] },
      ]);
    });
  });

  it('takes several reports of one host in a batch in their order', async () => {
    await withDatabase(lab, async (database) => {
      const [host, other] = [await addHost(database), await addHost(database)];
      const [one, two] = [bodyOf('system', { version: 1 }), bodyOf('system', { version: 2 })];

      const results = await database.sections.recordReports([
        { ...said(host, digests(one)), bodies: [one] },
        { ...said(other, digests(two)), bodies: [two] },
        { ...said(host, digests(two), { at: later(1) }), bodies: [] },
      ]);

      expect(results.map(({ hostId, changed }) => [hostId, changed])).toEqual([
        [host, ['system']],
        [other, ['system']],
        [host, ['system']],
      ]);
      expect((await database.sections.facts([host])).get(host)).toEqual({ system: { version: 2 } });
    });
  });

  it('leaves an unknown host out without harm to the others', async () => {
    await withDatabase(lab, async (database) => {
      const [host, stranger] = [await addHost(database), randomUUID()];
      const system = bodyOf('system', { a: 1 });

      const results = await database.sections.recordReports([
        { ...said(stranger, digests(system)), bodies: [system] },
        { ...said(host, digests(system)), bodies: [system] },
      ]);

      expect(results).toEqual([
        { hostId: stranger, changed: [], wanted: [] },
        { hostId: host, changed: ['system'], wanted: [] },
      ]);
    });
  });

  it('has one current row when many processes report one host at once', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      const bodies = Array.from({ length: 12 }, (_, version) => bodyOf('system', { version }));

      await Promise.all(bodies.map((body) => report(database, host, [body])));

      expect((await database.hosts.detail(SYSTEM, host))?.sections).toHaveLength(1);
    });
  });
});

describe('hostile bodies', () => {
  it('keeps the bytes as they came and shows what can be shown', async () => {
    await withDatabase(lab, async (database) => {
      const host = await addHost(database);
      const text = '{"later":"\\u0000<b>\\ud800","path":"C:\\\\u0000"}';
      const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
      const raw = (name: string, body: string, projection: object | null) => ({
        name,
        digest: hashOf(body),
        bytes: new TextEncoder().encode(body),
        projection,
      });
      await report(database, host, [
        raw('system', text, JSON.parse(text) as object),
        raw('newer', '{"x":1}', null),
        raw('broken', 'no json', null),
        raw('deep', deep, JSON.parse(deep) as object),
        bodyOf('bundles', { bundles: [] }),
      ]);

      const sections = new Map(
        (await database.hosts.detail(SYSTEM, host))?.sections.map((section) => [section.name, section]),
      );

      expect(sections.get('system')).toMatchObject({
        body: { later: '\uFFFD<b>\uFFFD', path: 'C:\\u0000' },
        understood: true,
      });
      expect(sections.get('newer')).toMatchObject({ body: { x: 1 }, understood: false });
      expect(sections.get('broken')).toMatchObject({ body: null, understood: false });
      expect(sections.get('deep')).toMatchObject({ body: null, understood: false });
      expect(
        [
          ...((await database.sections.facts([host])).get(host)
            ? Object.keys((await database.sections.facts([host])).get(host)!)
            : []),
        ].sort(),
      ).toEqual(['bundles', 'system']);
    });
  });
});

describe('anchors of sections', () => {
  it('counts hosts by the operating system store alone, and only current ones', async () => {
    await withDatabase(lab, async (database) => {
      const [a, b, c] = [hashOf('a'), hashOf('b'), hashOf('c')];
      const hosts = [await addHost(database), await addHost(database), await addHost(database)];
      await report(database, hosts[0]!, [bodyOf('trustStores', trustStores([a, b]))]);
      await report(database, hosts[1]!, [bodyOf('trustStores', trustStores([a, b]))]);
      await report(database, hosts[2]!, [bodyOf('trustStores', trustStores([a]))]);
      const certifi = {
        ...trustStores([c]).stores[0]!.bundle,
        provenance: [{ kind: 'certifi', python: '/usr/bin/python3', version: '2026.1.1' }],
      };
      await report(database, hosts[0]!, [bodyOf('bundles', { bundles: [certifi] })]);

      expect(
        await Promise.all([a, b, c].map((sha256) => database.certificates.hostsHolding(SYSTEM, sha256))),
      ).toEqual([3, 2, 0]);
      expect(await database.sections.anchorsOf(hosts[0]!)).toEqual([a, b, c].sort());

      await report(database, hosts[0]!, [bodyOf('trustStores', trustStores([b]))]);
      expect(
        await Promise.all([a, b].map((sha256) => database.certificates.hostsHolding(SYSTEM, sha256))),
      ).toEqual([2, 2]);
    });
  });

  it('knows of what a store rejects, so that its certificate is asked for, and counts no host as trusting it', async () => {
    await withDatabase(lab, async (database) => {
      const [a, rejected] = [hashOf('a'), hashOf('rejected')];
      const host = await addHost(database);
      const section = trustStores([a]);
      const entry = { anchor: rejected, trust: 'distrusted' as const, origin: 'local' as const };
      section.stores[0]!.entries = [{ ...entry, name: null, location: 'blocklist', purposes: null }];
      await report(database, host, [bodyOf('trustStores', section)]);

      expect(await database.sections.anchorsOf(host)).toEqual([a, rejected].sort());
      expect(await database.certificates.hostsHolding(SYSTEM, rejected)).toBe(0);
    });
  });

  it('judges required anchors as libs/policy does: met, missing, unknown', async () => {
    await withDatabase(lab, async (database) => {
      const [a, b] = [hashOf('a'), hashOf('b')];
      const policy = {
        id: randomUUID(),
        name: 'Default',
        rule: 'anchorRequired' as const,
        parameters: {
          anchors: [
            { sha256: a, name: 'A' },
            { sha256: b, name: 'B' },
          ],
        },
      };
      await createPolicies(database, [policy], NOW);
      await report(database, await addHost(database), [bodyOf('trustStores', trustStores([a]))]);
      const moving = await addHost(database);
      await report(database, moving, [bodyOf('trustStores', trustStores([a, b]))]);
      await addHost(database);
      await report(database, await addHost(database), [bodyOf('trustStores', { newer: true }, false)]);

      expect(await database.policies.requiredAnchors(SYSTEM)).toEqual([
        {
          policy,
          anchors: [
            { sha256: a, name: 'A', met: 2, missing: 0, unknown: 2 },
            { sha256: b, name: 'B', met: 1, missing: 1, unknown: 2 },
          ],
        },
      ]);

      await report(database, moving, [bodyOf('trustStores', trustStores([]))]);
      expect(
        (await database.policies.requiredAnchors(SYSTEM))[0]?.anchors.map(({ met, missing }) => [
          met,
          missing,
        ]),
      ).toEqual([
        [1, 1],
        [0, 2],
      ]);
    });
  });

  it('creates the first policies once', async () => {
    await withDatabase(lab, async (database) => {
      const policy = (name: string) => ({
        id: randomUUID(),
        name,
        rule: 'anchorRequired' as const,
        parameters: { anchors: [] },
      });

      const all = await Promise.all(
        Array.from({ length: 6 }, (_, index) => createPolicies(database, [policy(`p${index}`)], NOW)),
      );

      expect(new Set(all.flat().map(({ id }) => id)).size).toBe(1);
    });
  });
});
