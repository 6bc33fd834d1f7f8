import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { openDatabase, type Database, SERVER } from '@trustfleet/database';
import { canonicalJson } from '@trustfleet/signing';
import { createTlsLab, type PostgresLab } from '@trustfleet/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../logging/logger.ts';
import { trustStores } from '../../testing/test-agent.ts';
import { startLab } from '../../testing/test-server.ts';
import { CertificateIngest, type CertificateSender } from './certificate-ingest.ts';

const NOW = new Date('2026-11-22T09:00:00Z');
const tls = createTlsLab();
let lab: PostgresLab;
let database: Database;
let ingest: CertificateIngest;

beforeAll(async () => {
  lab = await startLab();
  database = await openDatabase({ url: await lab.freshDatabase() });
  ingest = new CertificateIngest(database, createLogger('error'));
});
afterAll(async () => {
  await database.close();
  await lab.stop();
});

/** A host whose one section names these anchors. */
async function hostThatNames(anchors: readonly string[]): Promise<CertificateSender> {
  const id = randomUUID();
  const secretHash = randomBytes(32).toString('hex');
  await database.change(SERVER, async ({ hosts }) => {
    await hosts.create({
      id,
      name: 'ws',
      platform: 'linux',
      publicKey: randomBytes(32),
      secretHash,
      agentVersion: '0.1.0',
      enrolledAt: NOW,
    });
    const subject = { kind: 'host', id, name: 'ws' };
    return { result: undefined, audit: [{ action: 'host.enrol', subject, detail: {} }] };
  });
  const projection = trustStores(anchors);
  const bytes = Buffer.from(canonicalJson(projection));
  const digest = createHash('sha256').update(bytes).digest('hex');
  const body = { name: 'trustStores', digest, bytes, projection };
  await database.sections.recordReports([
    { hostId: id, at: NOW, digests: { trustStores: digest }, complete: true, bodies: [body] },
  ]);
  return { hostId: id, sections: [{ name: 'trustStores', digest }] };
}

describe('certificates of a host', () => {
  it('are stored when its sections name them, and forgotten when nobody asked for them', async () => {
    const [named, unasked] = [await tls.authority('Named'), await tls.authority('Unasked')];
    const host = await hostThatNames([named.sha256]);
    const certificates = [named, unasked].map(({ sha256, der }) => ({
      sha256,
      der: Buffer.from(der).toString('base64'),
    }));

    await ingest.accept(host, { type: 'certificates', seq: 1, certificates }, NOW);

    expect(await database.certificates.unknownOf([named.sha256, unasked.sha256])).toEqual([unasked.sha256]);
    expect(await ingest.wantedOf(host.sections)).toEqual([]);
  });

  it('that another host names are not taken from this one', async () => {
    const other = await tls.authority('Of another');
    await hostThatNames([other.sha256]);
    const host = await hostThatNames([]);

    await ingest.accept(
      host,
      {
        type: 'certificates',
        seq: 1,
        certificates: [{ sha256: other.sha256, der: Buffer.from(other.der).toString('base64') }],
      },
      NOW,
    );

    expect(await database.certificates.unknownOf([other.sha256])).toEqual([other.sha256]);
  });
});
