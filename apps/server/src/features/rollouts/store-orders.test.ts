import { createTlsLab } from '@trustfleet/testkit';
import type { Problem } from '@trustfleet/api';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FleetLab } from '../../testing/fleet-lab.ts';
import { eventually } from '../../testing/test-server.ts';

let lab: FleetLab;
beforeAll(async () => {
  lab = await FleetLab.start();
});
afterEach(() => lab.stopAgents());
afterAll(() => lab.stop());

const YEAR_MS = 31_536_000_000;

/** A CA whose time is over: nobody may trust it anew. */
async function expiredAuthority(): Promise<{ readonly pem: string; readonly sha256: string }> {
  const past = createTlsLab({ now: new Date(Date.now() - 3 * YEAR_MS) });
  return await past.authority('Studio CA of long ago');
}

describe('an order about a store', () => {
  it('names the store in what is signed, and in its view', async () => {
    const agent = await lab.newcomer();
    const store = 'windows.localMachine.ca';

    const { body } = await lab.order([agent.identity.hostId], { store });

    expect(body).toMatchObject({ remedy: 'trustStore.addAnchor', store });
    const [received] = await eventually(
      () => Promise.resolve(agent.jobs),
      (jobs) => jobs.length > 0,
    );
    expect(received?.order.parameters).toEqual({ anchor: lab.demo, store });
  });

  it.each(['../etc', 'bundle:relative.pem', 'bundle:/a/../b', 'a store', 'x\u0000'])(
    'refuses %j, which names none',
    async (store) => {
      const { hostId } = await lab.identity();

      const answer = await lab.order([hostId], { store });

      expect(answer.status).toBe(400);
      expect(answer.body as unknown as Problem).toMatchObject({ issues: [{ path: 'store' }] });
    },
  );

  it.each([undefined, 'windows.localMachine.ca', 'java:0123456789ab'])(
    'refuses to add what is expired to %s: only where it is rejected may it go',
    async (store) => {
      const { hostId } = await lab.identity();
      const { pem } = await expiredAuthority();

      const answer = await lab.order([hostId], { store, anchorSha256: undefined, anchorPem: pem });

      expect(answer.status).toBe(422);
      expect(answer.body as unknown as Problem).toMatchObject({ issues: [{ path: 'expired' }] });
    },
  );

  it('of several certificates none is removed: each is a decision of its own', async () => {
    const { hostId } = await lab.identity();
    const several = [await expiredAuthority(), await expiredAuthority()];
    const anchorPem = several.map(({ pem }) => pem).join('');

    const answer = await lab.order([hostId], {
      ...{ anchorSha256: undefined, anchorPem },
      remedy: 'trustStore.removeAnchor',
    });

    expect(answer.status).toBe(422);
    expect(answer.body as unknown as Problem).toMatchObject({ issues: [{ path: 'moreThanOne' }] });
  });

  it('removes what may not be added any more, and brings the certificate along', async () => {
    const agent = await lab.newcomer();
    const { pem, sha256 } = await expiredAuthority();
    const about = { anchorSha256: undefined, anchorPem: pem };

    expect((await lab.order([agent.identity.hostId], about)).status).toBe(422);
    const store = 'windows.localMachine.disallowed';
    expect((await lab.order([agent.identity.hostId], { ...about, store, mode: 'plan' })).status).toBe(201);
    const removal = await lab.order([agent.identity.hostId], { ...about, remedy: 'trustStore.removeAnchor' });

    expect(removal).toMatchObject({ status: 201, body: { store: null, title: 'Studio CA of long ago' } });
    const [, received] = await eventually(
      () => Promise.resolve(agent.jobs),
      (jobs) => jobs.length > 1,
    );
    expect(received?.order).toMatchObject({
      remedy: 'trustStore.removeAnchor',
      parameters: { anchor: sha256 },
    });
    expect(Object.keys(received?.message.artifacts ?? {})).toEqual([sha256]);
  });
});
