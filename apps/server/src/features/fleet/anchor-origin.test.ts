import type { StoreEntry, TrustStore } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { trustStores } from '../../testing/test-agent.ts';
import { anchorOrigins, trustStoresOf } from './anchor-origin.ts';

const [vendor, local, policy, user] = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(64)) as [
  string,
  string,
  string,
  string,
];
const entry = (anchor: string, origin: StoreEntry['origin']): StoreEntry => ({
  ...{ anchor, origin, trust: 'servers', name: null, location: null, purposes: null },
});
const section = (body: unknown) => ({
  ...{ name: 'trustStores', digest: 'e'.repeat(64), seenFrom: new Date(0), body, understood: true },
});

function stores(): TrustStore[] {
  const body = trustStores([vendor, local, policy]);
  const [system] = trustStoresOf([section(body)]);
  if (system === undefined) throw new Error('no store');
  return [
    {
      ...system,
      localAnchors: [{ path: '/b.crt', anchor: local, problem: null }],
      entries: [entry(policy, 'policy')],
    },
    // After it, and with a weaker word: a person's own store.
    { ...system, id: 'nss:1', operatingSystem: false, entries: [entry(policy, 'user'), entry(user, 'user')] },
  ];
}

describe('anchorOrigins', () => {
  it.each([0, 1])(
    'has the word of the system’s own store before every other, in either order (%i)',
    (turn) => {
      const given = turn === 0 ? stores() : stores().reverse();

      expect(Object.fromEntries(anchorOrigins(given))).toEqual({
        [vendor]: 'vendor',
        [local]: 'local',
        [policy]: 'policy',
        [user]: 'user',
      });
    },
  );

  it('says nothing of what is in no store, or in words of another release', () => {
    expect(anchorOrigins(stores()).get('f'.repeat(64))).toBeUndefined();
    expect(trustStoresOf([section({ stores: 7 })])).toEqual([]);
    expect(trustStoresOf([])).toEqual([]);
  });
});
