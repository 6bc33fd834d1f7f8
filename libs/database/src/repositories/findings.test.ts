import { randomUUID } from 'node:crypto';
import type { PolicyFinding } from '@trustfleet/policy';
import type { PostgresLab } from '@trustfleet/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM, type Database } from '../index.ts';
import {
  addHost,
  changed,
  hashOf,
  later,
  NOW,
  startLab,
  withDatabase,
  createPolicies,
} from '../testing/fixtures.ts';

let lab: PostgresLab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());

function finding(key: string, changes: Partial<PolicyFinding> = {}): PolicyFinding {
  return {
    key,
    rule: 'anchorRequired',
    cause: 'anchorMissingFromStore',
    severity: 'blocker',
    subject: {
      kind: 'trustStore',
      store: 'debian',
      name: 'Debian',
      path: '/etc/ssl/certs/ca-certificates.crt',
    },
    anchor: { sha256: hashOf(key), name: `Anchor ${key}` },
    evidence: { state: 'read', anchors: 140 },
    ...changes,
  };
}

async function addPolicy(database: Database): Promise<string> {
  const [policy] = await createPolicies(
    database,
    [{ id: randomUUID(), name: 'Default', rule: 'anchorRequired', parameters: { anchors: [] } }],
    NOW,
  );
  return policy!.id;
}

const OPEN = { state: 'open', page: 1, pageSize: 100 } as const;
const CLOSED = { ...OPEN, state: 'closed' } as const;

describe('reconcile', () => {
  it('opens, keeps since, follows the evidence, closes, and opens anew', async () => {
    await withDatabase(lab, async (database) => {
      const [policyId, hostId] = [await addPolicy(database), await addHost(database)];
      const reconcile = (findings: PolicyFinding[], at: number) =>
        database.findings.reconcile([{ hostId, policyId, findings }], later(at));

      expect(await reconcile([finding('a'), finding('b')], 0)).toEqual([
        { hostId, policyId, opened: 2, closed: 0 },
      ]);
      expect(
        await reconcile([finding('a', { cause: 'storeEmpty', evidence: { anchors: 0 } }), finding('c')], 10),
      ).toEqual([{ hostId, policyId, opened: 1, closed: 1 }]);
      const open = await database.findings.list(SYSTEM, OPEN);
      expect(
        open.items
          .map(({ key, since, cause, evidence }) => ({ key, since, cause, evidence }))
          .sort((x, y) => x.key.localeCompare(y.key)),
      ).toEqual([
        { key: 'a', since: NOW, cause: 'storeEmpty', evidence: { anchors: 0 } },
        {
          key: 'c',
          since: later(10),
          cause: 'anchorMissingFromStore',
          evidence: { state: 'read', anchors: 140 },
        },
      ]);
      expect((await database.findings.list(SYSTEM, CLOSED)).items).toMatchObject([
        { key: 'b', since: NOW, closedAt: later(10) },
      ]);

      await reconcile([finding('b')], 20);
      const [reopened, old] = [
        (await database.findings.list(SYSTEM, OPEN)).items,
        (await database.findings.list(SYSTEM, CLOSED)).items,
      ];
      expect(reopened).toMatchObject([{ key: 'b', since: later(20), closedAt: null }]);
      expect(old.map(({ key }) => key).sort()).toEqual(['a', 'b', 'c']);
    });
  });

  it('changes nothing when nothing changed', async () => {
    await withDatabase(lab, async (database) => {
      const [policyId, hostId] = [await addPolicy(database), await addHost(database)];
      await database.findings.reconcile([{ hostId, policyId, findings: [finding('a')] }], NOW);
      const before = await database.findings.list(SYSTEM, OPEN);

      expect(
        await database.findings.reconcile([{ hostId, policyId, findings: [finding('a')] }], later(60)),
      ).toEqual([{ hostId, policyId, opened: 0, closed: 0 }]);
      expect(await database.findings.list(SYSTEM, OPEN)).toEqual(before);
    });
  });

  it('takes many hosts at once, keeps them apart and leaves out one that is gone', async () => {
    await withDatabase(lab, async (database) => {
      const policyId = await addPolicy(database);
      const hosts = await Promise.all([addHost(database), addHost(database)]);
      const batch = [...hosts, randomUUID()].map((hostId) => ({
        hostId,
        policyId,
        findings: [finding('a'), finding('b')],
      }));

      expect((await database.findings.reconcile(batch, NOW)).map(({ opened }) => opened)).toEqual([2, 2, 0]);

      await database.findings.reconcile([{ hostId: hosts[0], policyId, findings: [] }], NOW);
      expect(
        (await database.findings.list(SYSTEM, OPEN)).items.every(({ hostId }) => hostId === hosts[1]),
      ).toBe(true);
    });
  });

  it('opens once when several processes evaluate one host at once', async () => {
    await withDatabase(lab, async (database) => {
      const [policyId, hostId] = [await addPolicy(database), await addHost(database)];

      const results = await Promise.all(
        Array.from({ length: 8 }, () =>
          database.findings.reconcile([{ hostId, policyId, findings: [finding('a'), finding('a')] }], NOW),
        ),
      );

      expect(results.flat().reduce((sum, { opened }) => sum + opened, 0)).toBe(1);
      expect((await database.findings.list(SYSTEM, OPEN)).total).toBe(1);
    });
  });

  it('stores paths and names as they can be stored', async () => {
    await withDatabase(lab, async (database) => {
      const [policyId, hostId] = [await addPolicy(database), await addHost(database)];
      const hostile = finding('a', {
        severity: 'warning',
        subject: { kind: 'bundle', path: '/x\0<script>"\\', usedBy: ['=cmd()', '\u202Eevil'] },
        anchor: null,
        evidence: { detail: 'a\0b', missing: null, loaded: false },
      });

      await database.findings.reconcile([{ hostId, policyId, findings: [hostile] }], NOW);

      expect((await database.findings.list(SYSTEM, OPEN)).items).toMatchObject([
        {
          subject: { kind: 'bundle', path: '/x\uFFFD<script>"\\', usedBy: ['=cmd()', '\u202Eevil'] },
          anchor: null,
          evidence: { detail: 'a\uFFFDb', missing: null, loaded: false },
        },
      ]);
    });
  });
});

describe('list', () => {
  it('puts blockers first and pages', async () => {
    await withDatabase(lab, async (database) => {
      const [policyId, hostId] = [await addPolicy(database), await addHost(database)];
      await database.findings.reconcile(
        [{ hostId, policyId, findings: [finding('w', { severity: 'warning' }), finding('b')] }],
        NOW,
      );

      const pages = [
        await database.findings.list(SYSTEM, { ...OPEN, pageSize: 1 }),
        await database.findings.list(SYSTEM, { ...OPEN, page: 2, pageSize: 1 }),
      ];

      expect(pages.map(({ items, total }) => [items.map(({ key }) => key), total])).toEqual([
        [['b'], 2],
        [['w'], 2],
      ]);
      expect((await database.findings.list(SYSTEM, { ...OPEN, rule: 'other' })).total).toBe(0);
    });
  });
});

describe('causes', () => {
  it('are counted over the hosts that the viewer sees, the worst first', async () => {
    await withDatabase(lab, async (database) => {
      const groupId = randomUUID();
      await changed(database, ({ groups }) => groups.create({ id: groupId, name: 'Own', createdAt: NOW }));
      const policyId = await addPolicy(database);
      const [one, two] = [await addHost(database), await addHost(database, { groupId })];
      const slight = { cause: 'bundleEmpty', severity: 'warning' } as const;
      await database.findings.reconcile(
        [
          { hostId: one, policyId, findings: [finding('a'), finding('b'), finding('c', slight)] },
          { hostId: two, policyId, findings: [finding('a'), finding('d', { cause: 'storeEmpty' })] },
        ],
        NOW,
      );
      const [rule, severity] = ['anchorRequired', 'blocker'];
      const empty = { rule, severity, cause: 'storeEmpty', findings: 1, hosts: 1 };

      expect(await database.findings.causes(SYSTEM)).toEqual([
        { rule, severity, cause: 'anchorMissingFromStore', findings: 3, hosts: 2 },
        empty,
        { rule, ...slight, findings: 1, hosts: 1 },
      ]);
      expect(await database.findings.causes({ groups: [groupId] })).toEqual([
        { rule, severity, cause: 'anchorMissingFromStore', findings: 1, hosts: 1 },
        empty,
      ]);
      expect((await database.findings.list(SYSTEM, { ...OPEN, cause: 'storeEmpty' })).total).toBe(1);
      await database.findings.reconcile([{ hostId: two, policyId, findings: [] }], later(1));
      expect(await database.findings.causes({ groups: [groupId] })).toEqual([]);
    });
  });

  it('of clients at endpoints come back as they went in', async () => {
    await withDatabase(lab, async (database) => {
      const [policyId, hostId] = [await addPolicy(database), await addHost(database)];
      const rule = 'endpointsVerify' as const;
      const endpoint = { id: randomUUID(), name: 'Site', host: 'a.example', port: 443 };
      const findings = [
        finding('x', {
          ...{ rule, cause: 'bundleStale', anchor: null },
          subject: { kind: 'client', python: null, client: 'curl', endpoint, accounts: ['anna'] },
        }),
        finding('y', { rule, cause: 'moreFindings', anchor: null, subject: { kind: 'clients', more: 7 } }),
      ];
      await database.findings.reconcile([{ hostId, policyId, findings }], NOW);

      const { items } = await database.findings.list(SYSTEM, { ...OPEN, rule });
      expect(items.map(({ subject }) => subject)).toEqual(
        expect.arrayContaining(findings.map(({ subject }) => subject)),
      );
    });
  });
});
