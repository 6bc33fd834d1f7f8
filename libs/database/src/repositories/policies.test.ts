import { randomUUID } from 'node:crypto';
import type { Policy } from '@trustfleet/policy';
import type { PostgresLab } from '@trustfleet/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SERVER, SYSTEM, type Database } from '../index.ts';
import { hashOf, NOW, startLab, withDatabase } from '../testing/fixtures.ts';

let lab: PostgresLab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());

const anchors = (): Policy => ({
  id: randomUUID(),
  name: 'Required anchors',
  rule: 'anchorRequired',
  parameters: { anchors: [{ sha256: hashOf('a'), name: 'A' }] },
});
const clock = (): Policy => ({
  id: randomUUID(),
  name: 'Accurate clock',
  rule: 'clockAccurate',
  parameters: { maxOffsetSeconds: 120 },
});

const createFirst = (database: Database, policies: readonly Policy[]) =>
  database.change<readonly Policy[]>(SERVER, async (repositories) => ({
    result: await repositories.policies.createFirst(policies, NOW),
    audit: [{ action: 'policy.create', subject: { kind: 'policy', id: null, name: null }, detail: {} }],
  }));

it('a fleet gets the first policy of each rule, and never a second one', async () => {
  await withDatabase(lab, async (database) => {
    const [older, newer, rightTime] = [anchors(), anchors(), clock()];
    expect(await createFirst(database, [older])).toEqual([older]);

    // The next release knows one rule more.
    expect(await createFirst(database, [newer, rightTime])).toEqual([older, rightTime]);
    expect(await createFirst(database, [newer, clock()])).toEqual([older, rightTime]);

    expect(await database.policies.requiredAnchors(SYSTEM)).toMatchObject([
      { policy: older, anchors: [{ name: 'A', met: 0, missing: 0, unknown: 0 }] },
      { policy: rightTime, anchors: [] },
    ]);
  });
});
