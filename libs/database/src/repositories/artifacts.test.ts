import { createHash, randomBytes } from 'node:crypto';
import type { PostgresLab } from '@trustfleet/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM } from '../index.ts';
import {
  addHost,
  changed,
  createOrder,
  jobOf,
  later,
  orderOf,
  startLab,
  withDatabase,
} from '../testing/fixtures.ts';

let lab: PostgresLab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());

describe('artifacts that hosts fetch', () => {
  it('are for hosts with an open job that names them, piece by piece', async () => {
    await withDatabase(lab, async (database) => {
      const bytes = randomBytes(300_000);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const [named, other] = [await addHost(database), await addHost(database)];
      const order = orderOf(1);
      await createOrder(database, { order, artifacts: [{ sha256, bytes }], jobs: [jobOf(named)] });
      const { artifacts } = database;

      expect(await artifacts.sizeFor(named, sha256)).toBe(bytes.length);
      expect(await artifacts.sizeFor(other, sha256)).toBeNull();
      expect(await artifacts.sizeFor(named, 'a'.repeat(64))).toBeNull();
      const slice = await artifacts.slice(sha256, { from: 100_000, length: 1000 });
      expect(Buffer.from(slice).equals(bytes.subarray(100_000, 101_000))).toBe(true);
      expect(await artifacts.slice(sha256, { from: 299_990, length: 1000 })).toHaveLength(10);
      expect(await artifacts.slice(sha256, { from: 300_000, length: 1000 })).toHaveLength(0);
      await changed(database, (repositories) =>
        repositories.jobs.cancel(SYSTEM, { orderId: order.id }, later(20)),
      );
      expect(await artifacts.sizeFor(named, sha256)).toBeNull();
    });
  });
});
