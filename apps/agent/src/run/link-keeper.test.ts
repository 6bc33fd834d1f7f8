import { randomBytes, randomUUID } from 'node:crypto';
import { WELL_KNOWN_ROOTS } from '@trustfleet/certificates';
import { keyPairFromSeed } from '@trustfleet/signing';
import { expect, it } from 'vitest';
import { createLinkKeeper, type LinkKeeperParts } from './link-keeper.ts';

it('connects no more once it was stopped, also not for an allow-list that changed at that moment', async () => {
  const states: string[] = [];
  const identity = {
    ...{
      address: 'https://127.0.0.1:1',
      fleetId: randomUUID(),
      hostId: randomUUID(),
      secret: 'x'.repeat(43),
    },
    caCertificate: WELL_KNOWN_ROOTS[0]!.pem,
    serverKey: keyPairFromSeed('ed25519', randomBytes(32)).publicKey,
    keySeed: randomBytes(32).toString('base64'),
  };
  // Only what a link that never gets online asks for.
  const parts = {
    identity: { current: () => identity },
    settings: () => ({ results: { pending: () => Promise.resolve([]) } }),
    ...{ bootId: 'b', instance: randomUUID(), log: () => undefined, monotonic: () => performance.now() },
    clock: { offsetMs: () => null },
    status: { update: ({ link }: { link?: string }) => link && states.push(link), problem: () => undefined },
    allowList: { current: () => ({ permits: [], digest: '0'.repeat(64) }) },
  } as unknown as LinkKeeperParts;
  const keeper = createLinkKeeper(parts);
  keeper.start();

  await Promise.all([keeper.reconnect('the allow-list changed'), keeper.stop('the agent was stopped')]);
  await new Promise((resolve) => setImmediate(resolve));

  expect(states.at(-1)).toBe('stopped');
  await keeper.stop('the test ends');
});
