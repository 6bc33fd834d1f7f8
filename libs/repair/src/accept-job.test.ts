import { randomBytes, randomUUID } from 'node:crypto';
import { keyPairFromSeed, signJob, signOrder, type KeyPair } from '@trustfleet/signing';
import type { JobMessage } from '@trustfleet/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptJob, type AcceptanceContext } from './accept-job.ts';
import { createDebianAccess } from './testing/debian-store.ts';
import { createLab, PERMITTED, SERVER_TIME, type Lab } from './testing/lab.ts';
import { createAddAnchor } from './trust-store-add-anchor/index.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await createLab();
});
afterAll(() => lab.remove());

const accept = (message: JobMessage, change: Partial<AcceptanceContext> = {}): ReturnType<typeof acceptJob> =>
  acceptJob(message, {
    identity: {
      hostId: lab.hostId,
      fleetId: lab.fleetId,
      keySet: () => lab.keySet,
      hostKey: lab.hostKey.privateKey,
    },
    serverTime: SERVER_TIME,
    allowList: PERMITTED,
    remedies: { 'trustStore.addAnchor': createAddAnchor(createDebianAccess(lab.tree)) },
    ...change,
  });

const flip = (base64: string): string => {
  const bytes = Buffer.from(base64, 'base64');
  bytes[bytes.length - 3]! ^= 1;
  return bytes.toString('base64');
};

describe('acceptJob', () => {
  it('accepts a valid job', () => {
    expect(accept(lab.message())).toMatchObject({
      kind: 'accepted',
      order: { remedy: 'trustStore.addAnchor' },
    });
  });

  it.each<[string, () => JobMessage, readonly [string, RegExp]]>([
    [
      'signed by a stranger',
      () => lab.message({ signWith: keyPairFromSeed('ed25519', randomBytes(32)) }),
      ['refused', /signature/i],
    ],
    [
      'an order altered after signing',
      () => {
        const m = lab.message();
        return { ...m, order: { ...m.order, payload: flip(m.order.payload) } };
      },
      ['refused', /signature/i],
    ],
    [
      'a job altered after signing',
      () => {
        const m = lab.message();
        return { ...m, job: { ...m.job, payload: flip(m.job.payload) } };
      },
      ['refused', /signature/i],
    ],
    [
      'an order envelope in the place of the job',
      () => {
        const m = lab.message();
        return { ...m, job: m.order };
      },
      ['refused', /payload/i],
    ],
    ['a foreign fleet', () => lab.message({ order: { fleetId: randomUUID() } }), ['refused', /fleet/]],
    ['a job of another host', () => lab.message({ job: { hostId: randomUUID() } }), ['refused', /host/]],
    ['a job of another order', () => lab.message({ job: { orderId: randomUUID() } }), ['refused', /order/]],
    [
      'a proof that does not lead to the targets',
      () => lab.message({ job: { merkleProof: [{ side: 'left', hash: 'a'.repeat(64) }] } }),
      ['refused', /Merkle/],
    ],
    [
      'an expired order',
      () => lab.message({ order: { expiresAt: '2026-11-22T09:59:59.000Z' } }),
      ['deliveryExpired', /expired/],
    ],
    [
      'an order of tomorrow',
      () => lab.message({ order: { notBefore: '2026-11-23T09:00:00.000Z' } }),
      ['refused', /valid from/],
    ],
    [
      'an artifact of other content',
      () => {
        const m = lab.message();
        return { ...m, artifacts: { [lab.anchor]: flip(m.artifacts[lab.anchor]!) } };
      },
      ['refused', /arrived with the content/],
    ],
    ['a missing artifact', () => ({ ...lab.message(), artifacts: {} }), ['refused', /missing/]],
    [
      'an unknown remedy',
      () => lab.message({ order: { remedy: 'browser.trustAll' } }),
      ['incompatible', /does not know/],
    ],
    [
      'a remedy named like a prototype member',
      () => lab.message({ order: { remedy: 'constructor' } }),
      ['incompatible', /does not know/],
    ],
  ])('answers %s', (_name, message, [state, detail]) => {
    const answer = accept(message());

    expect(answer).toMatchObject({ kind: 'answered', state });
    expect(answer.kind === 'answered' ? answer.detail : '').toMatch(detail);
  });

  it('does not judge by the wall clock, and not at all before the server told its time', () => {
    expect(accept(lab.message(), { serverTime: null })).toMatchObject({ kind: 'answered', state: 'refused' });
    expect(accept(lab.message({ order: { notBefore: '2026-11-22T10:00:02.000Z' } }))).toMatchObject({
      kind: 'accepted',
    });
  });

  it('says which file and which line would permit the remedy', () => {
    const absent = accept(lab.message(), {
      allowList: { ...PERMITTED, state: 'absent', permits: [], problem: 'x does not exist.' },
    });
    const other = accept(lab.message(), { allowList: { ...PERMITTED, permits: ['python.setVariable'] } });

    expect(absent).toMatchObject({
      state: 'notPermitted',
      detail: expect.stringContaining('/etc/trustfleet/allow-list.json') as string,
    });
    expect(absent).toMatchObject({
      detail: expect.stringContaining('{"format":1,"permits":["trustStore.addAnchor"]}') as string,
    });
    expect(other).toMatchObject({
      detail: expect.stringContaining(
        '{"format":1,"permits":["python.setVariable","trustStore.addAnchor"]}',
      ) as string,
    });
  });

  it('checks signatures before it says what it permits', () => {
    const stranger = lab.message({ signWith: keyPairFromSeed('ed25519', randomBytes(32)) });

    expect(accept(stranger, { allowList: { ...PERMITTED, permits: [] } })).toMatchObject({
      state: 'refused',
    });
  });

  describe('in a fleet with approvers', () => {
    const approvers = [1, 2, 3].map((number) => keyPairFromSeed('ed25519', Buffer.alloc(32, number)));
    const withApprovers = (threshold: number): Partial<AcceptanceContext> => ({
      identity: {
        hostId: lab.hostId,
        fleetId: lab.fleetId,
        hostKey: lab.hostKey.privateKey,
        keySet: () => ({
          ...{ format: 1, fleetId: lab.fleetId, version: 1, threshold },
          keys: [
            { keyId: 's', publicKey: lab.serverKey.publicKey, roles: ['server'] },
            ...approvers.map(({ publicKey }, index) => ({
              ...{ keyId: String(index), publicKey },
              roles: ['approver' as const],
            })),
          ],
        }),
      },
    });
    const signedBy = (orderKeys: KeyPair[], jobKey = lab.serverKey): JobMessage => {
      const order = lab.order();
      return {
        ...lab.message(),
        order: signOrder(
          order,
          orderKeys.map(({ privateKey }) => privateKey),
        ),
        job: signJob(lab.job(order), jobKey.privateKey),
      };
    };

    it('an order of class trust needs as many of them as the key set says; the job, the server', () => {
      const [one, two] = approvers as [KeyPair, KeyPair];

      expect(accept(signedBy([one, two]), withApprovers(2))).toMatchObject({ kind: 'accepted' });
      expect(accept(signedBy([one]), withApprovers(1))).toMatchObject({ kind: 'accepted' });
      for (const keys of [[one], [one, one], [one, lab.serverKey], [lab.serverKey]])
        expect(accept(signedBy(keys), withApprovers(2))).toMatchObject({ state: 'refused' });
      expect(accept(signedBy([one, two], one), withApprovers(2))).toMatchObject({ state: 'refused' });
    });

    it('a claim about the remedy does not choose weaker keys: the claim is what was signed', () => {
      const message = signedBy([lab.serverKey]);
      const order = { ...lab.order(), remedy: 'browser.trustAll' };
      const renamed = { ...message, order: signOrder(order, [lab.serverKey.privateKey]) };

      expect(accept(renamed, withApprovers(2)).kind).toBe('answered');
      const payload = Buffer.from(JSON.stringify(order)).toString('base64');
      expect(accept({ ...message, order: { ...message.order, payload } }, withApprovers(2))).toMatchObject({
        state: 'refused',
      });
    });
  });
});
