import { ORDER_PAYLOAD_TYPE, type Job, type JobEvent, type Order } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import {
  dsseSign,
  keyPairFromSeed,
  merkleProof,
  merkleRoot,
  openJob,
  openOrder,
  signJob,
  signJobEvent,
  signOrder,
  verifyJobEvent,
} from './index.ts';

const server = keyPairFromSeed('ed25519', Buffer.alloc(32, 1));
const other = keyPairFromSeed('ed25519', Buffer.alloc(32, 2));
const fleetId = '11111111-1111-4111-8111-111111111111';
const hosts = [
  '22222222-2222-4222-8222-222222222222',
  '33333333-3333-4333-8333-333333333333',
  '44444444-4444-4444-8444-444444444444',
];
const [hostId = ''] = hosts;

const order: Order = {
  format: 1,
  orderId: '55555555-5555-4555-8555-555555555555',
  fleetId,
  remedy: 'trustStore.addAnchor',
  parameters: { anchor: 'a'.repeat(64) },
  mode: 'apply',
  artifacts: ['a'.repeat(64)],
  targets: { count: 3, merkleRoot: merkleRoot(hosts) },
  notBefore: '2026-11-22T00:00:00Z',
  expiresAt: '2026-11-29T00:00:00Z',
  orderSeq: 1,
  reason: 'why',
};
const job: Job = {
  format: 1,
  jobId: '01936f00-0000-7000-8000-000000000000',
  orderId: order.orderId,
  hostId,
  merkleProof: merkleProof(hosts, hostId),
  attempt: 1,
  executionTimeoutMs: 300_000,
};
const event: JobEvent = {
  eventId: '66666666-6666-4666-8666-666666666666',
  jobId: job.jobId,
  attempt: 1,
  index: 4,
  at: '2026-11-22T00:00:01Z',
  state: 'verified',
  step: null,
  detail: null,
  plan: null,
  before: null,
  after: null,
  undone: null,
  signature: null,
};

const openedOrder = (envelope = signOrder(order, [server.privateKey]), keys = [server.publicKey]) =>
  openOrder({ envelope, keys, fleetId });
const openedJob = (change: Partial<Job>, key = server.privateKey) =>
  openJob({ envelope: signJob({ ...job, ...change }, key), keys: [server.publicKey], order, hostId });

describe('orders', () => {
  it('opens what the right key signed, unknown fields and all', () => {
    const result = openedOrder(signOrder({ ...order, later: { x: 1 } }, [server.privateKey]));

    expect(result).toMatchObject({
      ok: true,
      value: { ...order, later: { x: 1 } },
      signers: [server.publicKey],
    });
  });

  it('refuses a foreign key, a foreign fleet, another document of the same key', () => {
    expect(openedOrder(signOrder(order, [other.privateKey]))).toMatchObject({
      ok: false,
      reason: 'badSignature',
    });
    expect(openedOrder(signOrder({ ...order, fleetId: hostId }, [server.privateKey]))).toMatchObject({
      ok: false,
      reason: 'foreignFleet',
    });
    expect(openedOrder(signJob(job, server.privateKey))).toMatchObject({
      ok: false,
      reason: 'wrongPayloadType',
    });
  });

  it('never signs what its schema does not allow', () => {
    expect(() => signOrder({ ...order, remedy: 'x'.repeat(65) }, [server.privateKey])).toThrow();
    expect(() => signJob({ ...job, attempt: 0 }, server.privateKey)).toThrow();
  });

  const signedBytes = (bytes: Buffer) =>
    dsseSign({ payloadType: ORDER_PAYLOAD_TYPE, payload: bytes, keys: [server.privateKey] });

  it.each<[string, Buffer]>([
    ['a member twice', Buffer.from('{"format":1,"format":1}')],
    ['white space', Buffer.from(JSON.stringify(order, null, 1))],
    ['a byte order mark', Buffer.from('\ufeff{}')],
    ['invalid UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['no JSON', Buffer.from('hello')],
    ['a lone surrogate', Buffer.from(String.raw`"\ud800"`)],
  ])('refuses %s though it is signed', (_, bytes) => {
    expect(openedOrder(signedBytes(bytes))).toMatchObject({ ok: false, reason: 'malformed' });
  });

  it('says where a signed payload is not understood', () => {
    const result = openedOrder(signedBytes(Buffer.from('{"format":2}')));

    expect(result.ok || result.detail).toContain('format');
  });

  it('needs as many approvers as the threshold says', () => {
    const both = signOrder(order, [server.privateKey, other.privateKey]);
    const keys = [server.publicKey, other.publicKey];

    expect(openOrder({ envelope: both, keys, threshold: 2, fleetId }).ok).toBe(true);
    expect(
      openOrder({ envelope: signOrder(order, [server.privateKey]), keys, threshold: 2, fleetId }),
    ).toMatchObject({ reason: 'badSignature' });
  });
});

describe('jobs', () => {
  it('opens a job of a target', () => {
    expect(openedJob({})).toMatchObject({ ok: true, value: job });
  });

  it.each<[string, Partial<Job>]>([
    ['foreignOrder', { orderId: fleetId }],
    ['foreignHost', { hostId: hosts[1] ?? '' }],
    ['notATarget', { merkleProof: [] }],
    ['notATarget', { merkleProof: merkleProof(hosts, hosts[1] ?? '') }],
  ])('answers %s', (reason, change) => {
    expect(openedJob(change)).toMatchObject({ ok: false, reason });
  });

  it('refuses the right job for a host that the order does not name', () => {
    const stranger = '99999999-9999-4999-8999-999999999999';
    const envelope = signJob({ ...job, hostId: stranger }, server.privateKey);

    expect(openJob({ envelope, keys: [server.publicKey], order, hostId: stranger })).toMatchObject({
      reason: 'notATarget',
    });
  });

  it('refuses a foreign key and an altered payload', () => {
    const envelope = signJob(job, server.privateKey);
    const altered = {
      ...envelope,
      payload: Buffer.from(JSON.stringify({ ...job, attempt: 2 })).toString('base64'),
    };

    expect(openedJob({}, other.privateKey)).toMatchObject({ reason: 'badSignature' });
    expect(openJob({ envelope: altered, keys: [server.publicKey], order, hostId })).toMatchObject({
      reason: 'badSignature',
    });
  });
});

describe('job events', () => {
  it('verify with the host’s key only, and only unaltered', () => {
    const signed = signJobEvent(event, other.privateKey);

    expect(verifyJobEvent(signed, other.publicKey)).toBe(true);
    expect(verifyJobEvent(signed, server.publicKey)).toBe(false);
    expect(verifyJobEvent({ ...signed, state: 'failed' }, other.publicKey)).toBe(false);
    expect(verifyJobEvent({ ...signed, later: 1 }, other.publicKey)).toBe(false);
    expect(verifyJobEvent(event, other.publicKey)).toBe(false);
    expect(verifyJobEvent({ ...signed, detail: '\ud800' }, other.publicKey)).toBe(false);
  });

  it('do not depend on the order of members or an earlier signature', () => {
    const signed = signJobEvent(event, other.privateKey);
    const turned = Object.fromEntries(Object.entries(signed).reverse()) as JobEvent;

    expect(verifyJobEvent(turned, other.publicKey)).toBe(true);
    expect(signJobEvent(signed, other.privateKey)).toEqual(signed);
  });
});
