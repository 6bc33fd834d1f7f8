import { randomUUID } from 'node:crypto';
import { hostListQuery, type HostListQuery } from '@trustfleet/api';
import type { PostgresLab } from '@trustfleet/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, SYSTEM, type Database, type HostHello } from '../index.ts';
import {
  addHost,
  addJob,
  bodyOf,
  hashOf,
  later,
  NOW,
  report,
  startLab,
  withDatabase,
  createPolicies,
} from '../testing/fixtures.ts';

let lab: PostgresLab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());

const PROCESS = randomUUID();
const MISSING = hashOf('missing');

/** alpha: online, a blocker; Beta: offline, clean; gamma_1: macOS, never seen; 50%: a warning. */
async function fleet(database: Database): Promise<Record<'alpha' | 'beta' | 'gamma' | 'percent', string>> {
  const alpha = await addHost(database, { name: 'alpha', enrolledAt: later(3) });
  const beta = await addHost(database, { name: 'Beta', enrolledAt: later(2) });
  const gamma = await addHost(database, { name: 'gamma_1', platform: 'macos', enrolledAt: later(1) });
  const percent = await addHost(database, { name: '50%', enrolledAt: NOW });
  await database.hosts.connect([{ hostId: alpha, process: PROCESS, since: NOW }]);
  await database.hosts.touchLastSeen([
    { hostId: alpha, at: later(10) },
    { hostId: beta, at: later(5) },
    { hostId: percent, at: later(7) },
  ]);
  await report(database, alpha, [
    bodyOf('system', { hostname: 'alpha', os: { distribution: 'Debian GNU/Linux', release: '12' } }),
    bodyOf('pythons', { pythons: [{}, {}] }),
  ]);
  const [policy] = await createPolicies(
    database,
    [{ id: randomUUID(), name: 'P', rule: 'anchorRequired', parameters: { anchors: [] } }],
    NOW,
  );
  const finding = (severity: 'blocker' | 'warning', sha256: string) => ({
    ...{ key: severity, rule: 'anchorRequired' as const, cause: 'anchorMissingFromStore' as const, severity },
    subject:
      severity === 'blocker'
        ? { kind: 'trustStore' as const, store: 'debian', name: 'Debian', path: '/x' }
        : { kind: 'bundle' as const, path: '/x', usedBy: [] },
    anchor: { sha256, name: 'A' },
    evidence: {},
  });
  await database.findings.reconcile(
    [
      {
        hostId: alpha,
        policyId: policy!.id,
        findings: [finding('blocker', MISSING), finding('warning', MISSING)],
      },
      // Its store has the anchor, one bundle lacks it: not among the hosts that miss it.
      { hostId: percent, policyId: policy!.id, findings: [finding('warning', MISSING)] },
    ],
    NOW,
  );
  return { alpha, beta, gamma, percent };
}

const query = (changes: Partial<HostListQuery>): HostListQuery => ({
  ...hostListQuery.parse({}),
  ...changes,
});

describe('hosts.list', () => {
  it.each<[string, Partial<HostListQuery>, string[]]>([
    ['all by name, whatever the case', {}, ['50%', 'alpha', 'Beta', 'gamma_1']],
    ['backwards', { order: 'desc' }, ['gamma_1', 'Beta', 'alpha', '50%']],
    ['part of the name', { q: ' AL ' }, ['alpha']],
    ['a percent sign is itself', { q: '%' }, ['50%']],
    ['an underscore is itself', { q: 'a_1' }, ['gamma_1']],
    ['a quote is harmless', { q: `'; DROP TABLE host; --` }, []],
    ['a zero byte is harmless', { q: 'a\0' }, []],
    ['online', { presence: 'online' }, ['alpha']],
    ['offline', { presence: 'offline' }, ['50%', 'Beta', 'gamma_1']],
    ['with findings', { findings: 'open' }, ['50%', 'alpha']],
    ['with blockers', { findings: 'blockers' }, ['alpha']],
    ['without findings', { findings: 'none' }, ['Beta', 'gamma_1']],
    ['platform', { platform: 'macos' }, ['gamma_1']],
    ['missing an anchor', { missingAnchor: MISSING }, ['alpha']],
    ['filters together', { findings: 'open', presence: 'offline' }, ['50%']],
    ['by findings', { sort: 'findings', order: 'desc', findings: 'open' }, ['alpha', '50%']],
    ['longest unseen first', { sort: 'lastSeen' }, ['gamma_1', 'Beta', '50%', 'alpha']],
    ['never seen last', { sort: 'lastSeen', order: 'desc' }, ['alpha', '50%', 'Beta', 'gamma_1']],
    ['by enrolment', { sort: 'enrolled' }, ['50%', 'gamma_1', 'Beta', 'alpha']],
  ])('%s', async (_, changes, names) => {
    await withDatabase(lab, async (database) => {
      await fleet(database);

      const page = await database.hosts.list(SYSTEM, query(changes));

      expect(page.items.map(({ name }) => name)).toEqual(names);
      expect(page.total).toBe(names.length);
    });
  });

  it('pages without loss or repetition and counts the whole', async () => {
    await withDatabase(lab, async (database) => {
      await Promise.all(Array.from({ length: 7 }, () => addHost(database, { name: 'same' })));

      const pages = await Promise.all(
        [1, 2, 3, 4].map((page) => database.hosts.list(SYSTEM, query({ page, pageSize: 3 }))),
      );

      expect(pages.map(({ items, total }) => [items.length, total])).toEqual([
        [3, 7],
        [3, 7],
        [1, 7],
        [0, 7],
      ]);
      expect(new Set(pages.flatMap(({ items }) => items.map(({ id }) => id))).size).toBe(7);
    });
  });
});

const hello = (hostId: string, changes: Partial<HostHello> = {}): HostHello => ({
  hostId,
  agentVersion: '0.2.0',
  bootId: 'b',
  permits: ['trustStore.addAnchor'],
  allowListDigest: hashOf('l'),
  interception: true,
  keySet: 1,
  at: later(20),
  ...changes,
});

describe('a host', () => {
  it('is summed up from its sections, findings and socket', async () => {
    await withDatabase(lab, async (database) => {
      const { alpha, gamma } = await fleet(database);
      await database.hosts.recordHello([hello(alpha, { at: later(20) })]);

      const [summary, bare] = await database.hosts.summaries(SYSTEM, [alpha, gamma, randomUUID()]);

      expect(summary).toEqual({
        ...{
          id: alpha,
          name: 'alpha',
          platform: 'linux',
          os: 'Debian GNU/Linux 12',
          online: true,
          lastSeen: later(20),
          enrolledAt: later(3),
        },
        ...{
          agentVersion: '0.2.0',
          openFindings: 2,
          openBlockers: 1,
          pythons: 2,
          permits: ['trustStore.addAnchor'],
          interception: true,
        },
        group: { id: expect.any(String) as string, name: 'Workstations' },
        ...{ revokedAt: null, quarantine: null, clockOffsetMs: null },
      });
      expect(bare).toMatchObject({
        id: gamma,
        os: null,
        pythons: null,
        lastSeen: null,
        online: false,
        permits: [],
        openFindings: 0,
      });
    });
  });

  it('shows sections, findings and jobs on its page', async () => {
    await withDatabase(lab, async (database) => {
      const { alpha } = await fleet(database);
      const { jobId } = await addJob(database, alpha);

      const detail = await database.hosts.detail(SYSTEM, alpha);

      expect(detail?.sections.map(({ name }) => name)).toEqual(['pythons', 'system']);
      expect(detail?.findings.map(({ severity }) => severity)).toEqual(['blocker', 'warning']);
      expect(detail?.jobs.map(({ id }) => id)).toEqual([jobId]);
      expect(await database.hosts.detail(SYSTEM, randomUUID())).toBeNull();
    });
  });

  it('is known to the agent port by its credential', async () => {
    await withDatabase(lab, async (database) => {
      const id = await addHost(database, { secretHash: hashOf('secret') });

      const [credential] = await database.hosts.credentials();

      expect(credential).toMatchObject({ hostId: id, secretHash: hashOf('secret') });
      expect(Buffer.from(credential!.publicKey)).toEqual(Buffer.alloc(32, 7));
    });
  });

  it('shuts its name against the same id', async () => {
    await withDatabase(lab, async (database) => {
      const id = await addHost(database);

      await expect(addHost(database, { id })).rejects.toThrow();
    });
  });
});

describe('presence', () => {
  it('belongs to the newest socket', async () => {
    await withDatabase(lab, async ({ hosts, ...database }) => {
      const hostId = await addHost({ hosts, ...database });
      const [old, newer] = [
        { hostId, process: randomUUID(), since: NOW },
        { hostId, process: randomUUID(), since: later(1) },
      ];
      await hosts.connect([old]);
      await hosts.connect([newer]);

      expect(await hosts.disconnect([old])).toEqual([]);
      expect((await hosts.summaries(SYSTEM, [hostId]))[0]?.online).toBe(true);
      expect(await hosts.disconnectAll({ process: old.process })).toBe(0);
      expect(await hosts.disconnect([newer])).toEqual([newer.hostId]);
      expect((await hosts.summaries(SYSTEM, [hostId]))[0]?.online).toBe(false);
      await hosts.connect([old]);
      expect(await hosts.disconnectAll('everyProcess')).toBe(1);
    });
  });

  it('takes many hellos at once and writes only what is news', async () => {
    const url = await lab.freshDatabase();
    const database = await openDatabase({ url });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      const [one, two] = [await addHost(database), await addHost(database)];
      // Row versions carry the transaction that wrote them: equal before and after means that nothing was written or locked.
      const rows = async () =>
        (await client.query('SELECT id, xmin, xmax, agent_version, permits FROM host ORDER BY id'))
          .rows as unknown[];
      const odd = { permits: ['a"b', '\0{,}', ''] };
      await database.hosts.recordHello([
        hello(one),
        hello(randomUUID()),
        hello(two, odd),
        hello(one, { agentVersion: '0.3.0' }),
      ]);
      const said = await rows();

      expect(said).toMatchObject(
        [
          { id: one, agent_version: '0.3.0', permits: ['trustStore.addAnchor'] },
          { id: two, agent_version: '0.2.0', permits: ['a"b', '\uFFFD{,}', ''] },
        ].sort((a, b) => (a.id < b.id ? -1 : 1)),
      );
      await database.hosts.recordHello([
        hello(one, { agentVersion: '0.3.0', at: later(90) }),
        hello(two, { ...odd, at: later(90) }),
      ]);
      expect(await rows()).toEqual(said);
    } finally {
      await client.end();
      await database.close();
    }
  });

  it('never moves last-seen back, and takes unknown and repeated hosts', async () => {
    await withDatabase(lab, async (database) => {
      const hostId = await addHost(database);

      await database.hosts.touchLastSeen([
        { hostId, at: later(5) },
        { hostId, at: later(9) },
        { hostId: randomUUID(), at: NOW },
      ]);
      await database.hosts.touchLastSeen([{ hostId, at: later(1) }]);

      expect((await database.hosts.summaries(SYSTEM, [hostId]))[0]?.lastSeen).toEqual(later(9));
    });
  });

  it('survives batches that name the same hosts in opposite order', async () => {
    await withDatabase(lab, async (database) => {
      const hosts = await Promise.all(Array.from({ length: 40 }, () => addHost(database)));

      await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          database.hosts.touchLastSeen(
            (index % 2 === 0 ? hosts : hosts.toReversed()).map((hostId) => ({ hostId, at: later(index) })),
          ),
        ),
      );

      expect(
        (await database.hosts.summaries(SYSTEM, hosts)).every(
          ({ lastSeen }) => lastSeen?.getTime() === later(11).getTime(),
        ),
      ).toBe(true);
    });
  });
});

describe('overview', () => {
  it('counts hosts, findings and jobs', async () => {
    await withDatabase(lab, async (database) => {
      expect(await database.overview.counters(SYSTEM)).toEqual({
        hosts: { total: 0, online: 0, offline: 0, withBlockers: 0 },
        findings: { open: 0, blockers: 0 },
        jobs: { active: 0, failed: 0, verified: 0 },
      });
      const { alpha, beta, gamma } = await fleet(database);
      await addJob(database, alpha);
      const [failed, verified] = [await addJob(database, beta), await addJob(database, gamma)];
      await database.jobs.transition({ jobIds: [failed.jobId], from: ['queued'], to: 'failed', at: NOW });
      await database.jobs.transition({ jobIds: [verified.jobId], from: ['queued'], to: 'verified', at: NOW });

      expect(await database.overview.counters(SYSTEM)).toEqual({
        hosts: { total: 4, online: 1, offline: 3, withBlockers: 1 },
        findings: { open: 3, blockers: 1 },
        jobs: { active: 1, failed: 1, verified: 1 },
      });
      // The list behind each number holds exactly what it counts.
      const jobs = async (filter: object) =>
        (await database.jobs.list(SYSTEM, { page: 1, pageSize: 10, ...filter })).items.map(({ id }) => id);
      expect(await jobs({ failed: true })).toEqual([failed.jobId]);
      expect(await jobs({ failed: false })).not.toContain(failed.jobId);
      expect((await database.hosts.list(SYSTEM, query({ findings: 'blockers' }))).total).toBe(1);
    });
  });
});
