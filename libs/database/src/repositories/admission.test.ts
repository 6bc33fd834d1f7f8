import { randomUUID } from 'node:crypto';
import type { PostgresLab } from '@trustfleet/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVER, SYSTEM, type Database, type Viewer } from '../index.ts';
import {
  addHost,
  bodyOf,
  hashOf,
  later,
  NOW,
  startLab,
  trustStores,
  withDatabase,
} from '../testing/fixtures.ts';

let lab: PostgresLab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());

/** Sees no host at all: a group that holds none. */
const ELSEWHERE: Viewer = { groups: [randomUUID()] };
const record = {
  action: 'host.revoke',
  subject: { kind: 'host', id: null, name: null },
  detail: {},
} as const;

/** Runs a change whose record is of no interest here. */
const change = <T>(
  database: Database,
  work: (repositories: Parameters<Parameters<Database['change']>[1]>[0]) => Promise<T>,
): Promise<T> =>
  database.change<T>(SERVER, async (repositories) => ({
    result: await work(repositories),
    audit: [record],
  }));

const setting = (hostId: string) => ({
  id: randomUUID(),
  hostId,
  newSecret: true,
  address: null,
  createdBy: 'Kim',
  createdAt: NOW,
});

describe('admission', () => {
  it('is nothing to those who do not see the host', async () => {
    await withDatabase(lab, async (database) => {
      const hostId = await addHost(database);
      const about = { hostId, at: NOW };
      const [group] = await database.groups.list(SYSTEM);
      await change(database, ({ admission }) => admission.quarantine({ ...about, reason: 'refused' }));

      await change(database, async ({ admission, hostSettings }) => {
        expect(await admission.revoke(ELSEWHERE, about)).toBeNull();
        expect(await admission.release(ELSEWHERE, hostId)).toBeNull();
        expect(await admission.move(ELSEWHERE, { hostId, groupId: group?.id ?? '' })).toBeNull();
        expect(await hostSettings.create(ELSEWHERE, setting(hostId))).toEqual({ kind: 'unknown' });
      });
      expect(await database.timeline.page(ELSEWHERE, { hostId, before: null, limit: 10 })).toBeNull();
      expect(await database.hostSettings.list(ELSEWHERE, hostId)).toEqual([]);
      expect(await database.hosts.summaries(SYSTEM, [hostId])).toMatchObject([
        { revokedAt: null, quarantine: { reason: 'refused', since: NOW } },
      ]);
    });
  });

  it('keeps the first reason of a quarantine, and none of a revoked host', async () => {
    await withDatabase(lab, async (database) => {
      const [held, revoked] = [await addHost(database), await addHost(database)];
      await change(database, async ({ admission }) => {
        await admission.quarantine({ hostId: held, reason: 'cloned', at: NOW });
        expect(await admission.quarantine({ hostId: held, reason: 'refused', at: later(5) })).toBeNull();
        await admission.revoke(SYSTEM, { hostId: revoked, at: NOW });
        expect(await admission.quarantine({ hostId: revoked, reason: 'cloned', at: NOW })).toBeNull();
        expect(await admission.revoke(SYSTEM, { hostId: revoked, at: later(5) })).toBeNull();
      });

      expect(await database.hosts.summaries(SYSTEM, [held])).toMatchObject([
        { quarantine: { reason: 'cloned', since: NOW } },
      ]);
      expect((await database.hosts.credentials()).map(({ hostId }) => hostId)).toEqual([held]);
    });
  });

  it('a revoked host’s report, hello, clock and findings change nothing', async () => {
    await withDatabase(lab, async (database) => {
      const hostId = await addHost(database);
      await change(database, ({ admission }) => admission.revoke(SYSTEM, { hostId, at: later(10) }));
      const body = bodyOf('trustStores', trustStores([hashOf('a')]));
      const digests = { [body.name]: body.digest };

      const [result] = await database.sections.recordReports([
        { hostId, at: later(20), digests, complete: true, bodies: [body] },
      ]);
      await database.hosts.touchLastSeen([{ hostId, at: later(20) }]);
      await database.admission.saveClockOffset(hostId, 1);
      await database.admission.saveInstances(hostId, { instances: ['a'], returns: 1 });

      expect(result).toEqual({ hostId, changed: [], wanted: [] });
      expect(await database.hosts.detail(SYSTEM, hostId)).toMatchObject({
        sections: [],
        lastSeen: null,
        clockOffsetMs: null,
      });
      expect(await database.admission.instancesOf(hostId)).toEqual({ instances: [], returns: 0 });
    });
  });

  it('one change of the settings waits at a time, however many are asked for at once', async () => {
    await withDatabase(lab, async (database) => {
      const hostId = await addHost(database);

      const made = await Promise.all(
        Array.from({ length: 5 }, () =>
          change(database, ({ hostSettings }) => hostSettings.create(SYSTEM, setting(hostId))),
        ),
      );

      expect(made.map(({ kind }) => kind).sort()).toEqual(['created', 'taken', 'taken', 'taken', 'taken']);
      expect(await database.hostSettings.pending()).toHaveLength(1);
    });
  });
});

describe('a timeline', () => {
  it('tells of a section that goes and comes back, whatever the clock does', async () => {
    await withDatabase(lab, async (database) => {
      const hostId = await addHost(database);
      const [a, b] = [bodyOf('fonts', { n: 1 }), bodyOf('fonts', { n: 2 })];
      const report = (at: Date, bodies: readonly (typeof a)[], complete: boolean) =>
        database.sections.recordReports([
          {
            hostId,
            at,
            digests: Object.fromEntries(bodies.map(({ name, digest }) => [name, digest])),
            complete,
            bodies,
          },
        ]);
      await report(later(10), [a], true);
      await report(later(20), [b], true);
      await report(later(30), [], true);
      await report(later(40), [a], true);
      // The server's clock was set back.
      await report(later(35), [b], true);

      const { items = [] } =
        (await database.timeline.page(SYSTEM, { hostId, before: null, limit: 100 })) ?? {};

      expect(items.flatMap((item) => (item.kind === 'section' ? [item] : []))).toEqual([
        { kind: 'section', at: later(40), name: 'fonts', fromDigest: null, toDigest: a.digest },
        { kind: 'section', at: later(35), name: 'fonts', fromDigest: a.digest, toDigest: b.digest },
        { kind: 'section', at: later(30), name: 'fonts', fromDigest: b.digest, toDigest: null },
        { kind: 'section', at: later(20), name: 'fonts', fromDigest: a.digest, toDigest: b.digest },
        { kind: 'section', at: later(10), name: 'fonts', fromDigest: null, toDigest: a.digest },
      ]);
    });
  });
});
