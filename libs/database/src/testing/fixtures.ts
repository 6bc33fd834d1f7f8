import { createHash, randomUUID } from 'node:crypto';
import type { JobEvent, TrustStoresSection } from '@trustfleet/protocol';
import { startPostgresLab, type PostgresLab } from '@trustfleet/testkit';
import {
  openDatabase,
  SERVER,
  SYSTEM,
  startEmbeddedPostgres,
  migrate,
  type ChangeRepositories,
  type Database,
  type NewHost,
  type NewJob,
  type NewOrder,
  type OrderChanges,
  type PolicyChanges,
  type SectionBody,
} from '../index.ts';

export const NOW = new Date('2026-11-22T09:00:00.000Z');

export function later(seconds: number): Date {
  return new Date(NOW.getTime() + seconds * 1000);
}

export async function startLab(): Promise<PostgresLab> {
  return await startPostgresLab({ start: startEmbeddedPostgres, migrate });
}

/** Opens a fresh database for one test and closes it behind it. */
export async function withDatabase<T>(lab: PostgresLab, run: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase({ url: await lab.freshDatabase() });
  try {
    return await run(database);
  } finally {
    await database.close();
  }
}

/** Makes a change whose audit row a test does not look at. */
export async function changed<T>(
  database: Database,
  work: (repositories: ChangeRepositories) => Promise<T>,
): Promise<T> {
  return await database.change(SERVER, async (repositories) => ({
    result: await work(repositories),
    audit: [{ action: 'policy.create', subject: { kind: 'test', id: null, name: null }, detail: {} }],
  }));
}

export async function createPolicies(
  database: Database,
  ...created: Parameters<PolicyChanges['createFirst']>
): ReturnType<PolicyChanges['createFirst']> {
  return await changed(database, ({ policies }) => policies.createFirst(...created));
}

export async function createOrder(
  database: Database,
  creation: Parameters<OrderChanges['create']>[1],
): Promise<void> {
  await changed(database, ({ orders }) => orders.create(SYSTEM, creation));
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export async function addHost(database: Database, changes: Partial<NewHost> = {}): Promise<string> {
  const id = changes.id ?? randomUUID();
  const host: NewHost = {
    id,
    name: `host-${id.slice(0, 8)}`,
    platform: 'linux',
    publicKey: new Uint8Array(32).fill(7),
    secretHash: hashOf(id),
    agentVersion: '0.1.0',
    enrolledAt: NOW,
    ...changes,
  };
  await changed(database, ({ hosts }) => hosts.create(host));
  return id;
}

/** A body with the digest of its bytes, as an agent sends it. */
export function bodyOf(name: string, value: object, understood = true): SectionBody {
  const text = JSON.stringify(value);
  return {
    name,
    digest: hashOf(text),
    bytes: new TextEncoder().encode(text),
    projection: understood ? value : null,
  };
}

/** A `trustStores` section whose operating-system store holds `anchors`. */
export function trustStores(anchors: readonly string[]): TrustStoresSection {
  return {
    stores: [
      {
        id: 'debian',
        driver: 'debian',
        operatingSystem: true,
        name: 'Debian',
        bundle: {
          path: '/etc/ssl/certs/ca-certificates.crt',
          realPath: '/etc/ssl/certs/ca-certificates.crt',
          state: 'read',
          detail: null,
          sha256: hashOf(anchors.join()),
          size: 1,
          anchors: [...anchors].sort(),
          problems: [],
          opensslAccepts: true,
        },
        anchorDirectory: '/usr/local/share/ca-certificates',
        localAnchors: [],
        cannotChange: null,
      },
    ],
  };
}

export async function report(
  database: Database,
  hostId: string,
  bodies: readonly SectionBody[],
): Promise<void> {
  const digests = Object.fromEntries(bodies.map(({ name, digest }) => [name, digest]));
  await database.sections.recordReports([{ hostId, at: NOW, digests, complete: false, bodies }]);
}

const ENVELOPE = {
  payloadType: 'application/test',
  payload: 'e30=',
  signatures: [{ keyid: 'k', sig: 'AAAA' }],
};

export function orderOf(seq: number, changes: Partial<NewOrder> = {}): NewOrder {
  return {
    id: randomUUID(),
    remedy: 'trustStore.addAnchor',
    mode: 'apply',
    title: 'Demo studio CA',
    anchor: { sha256: hashOf('anchor'), name: 'Demo studio CA' },
    parameters: { anchor: hashOf('anchor') },
    reason: 'needed',
    createdBy: 'Admin',
    createdAt: NOW,
    notBefore: NOW,
    expiresAt: later(7 * 86_400),
    seq,
    limits: { attempts: 1, backoffMs: 60_000, bakeMs: 0 },
    undoes: null,
    envelope: ENVELOPE,
    ...changes,
  };
}

export function jobOf(hostId: string, changes: Partial<NewJob> = {}): NewJob {
  return {
    id: randomUUID(),
    hostId,
    attempt: 1,
    notBefore: NOW,
    deliverBy: later(86_400),
    executionTimeoutMs: 300_000,
    undoes: null,
    envelope: ENVELOPE,
    ...changes,
  };
}

/** One order with one job for the host; no two of them are about the same, so that none supersedes another. */
export async function addJob(
  database: Database,
  hostId: string,
  changes: Partial<NewJob> = {},
): Promise<{ orderId: string; jobId: string }> {
  const order = orderOf(await database.orders.nextSeq(), { parameters: { anchor: hashOf(randomUUID()) } });
  const job = jobOf(hostId, changes);
  await changed(database, ({ orders }) =>
    orders.create(SYSTEM, {
      order,
      artifacts: [{ sha256: hashOf('anchor'), bytes: new TextEncoder().encode('anchor') }],
      jobs: [job],
    }),
  );
  return { orderId: order.id, jobId: job.id };
}

export function eventOf(
  jobId: string,
  event: Pick<JobEvent, 'index' | 'state'> & Partial<JobEvent>,
): JobEvent {
  return {
    eventId: randomUUID(),
    jobId,
    attempt: 1,
    at: later(event.index).toISOString(),
    step: null,
    detail: null,
    plan: null,
    before: null,
    after: null,
    undone: null,
    signature: null,
    ...event,
  };
}
