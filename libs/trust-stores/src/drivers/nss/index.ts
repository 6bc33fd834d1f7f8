import { sha256Hex } from '@trustfleet/certificates';
import { entryStoreHandle, type PresentEntry } from '../../entry-store.ts';
import type { TrustStorePorts } from '../../ports.ts';
import type { StoreDriver, StoreHandle } from '../../types.ts';
import { certificatesOf, nicknameOf, put, standingOf } from './change.ts';
import { CERTUTIL, findDatabases, homesOnShares, type NssPlace } from './layout.ts';
import { readStore } from './read.ts';
import { allEntries } from './snapshot.ts';

/** Databases of NSS: the machine's, and every person's of Firefox, Thunderbird, Chrome and Chromium (trust-stores.md §6.4). */
export const nss: StoreDriver = {
  name: 'nss',
  async detect(ports, host) {
    if (ports.platform !== 'linux') return [];
    const { places, left } = await findDatabases(ports, host);
    return places.map((place, index) => handleOf(ports, { place, left: index === 0 ? left : 0 }));
  },
  gaps: (ports, host) => (ports.platform === 'linux' ? homesOnShares(ports, host) : Promise.resolve([])),
};

function trusting(der: Uint8Array): PresentEntry {
  const attributes = { flags: 'C,,', nickname: nicknameOf(sha256Hex(der)) };
  return { kind: 'present', der: Buffer.from(der).toString('base64'), trust: 'servers', attributes };
}

function handleOf(ports: TrustStorePorts, found: { place: NssPlace; left: number }): StoreHandle {
  const { place } = found;
  const store = { ports, place };
  const owner = place.user?.uid ?? 0;
  return entryStoreHandle({
    id: place.id,
    driver: 'nss',
    read: () => readStore(ports, found),
    all: () => allEntries(store),
    isOurs: (sha256, entry) => entry.attributes['nickname'] === nicknameOf(sha256),
    plan: (sha256) =>
      place.kind === 'sql' && (ports.uid === 0 || ports.uid === owner)
        ? {
            path: place.path,
            commands: [[CERTUTIL, '-A', '-d', `sql:${place.path}`, '-n', nicknameOf(sha256), '-t', 'C,,']],
            bundlePath: place.path,
          }
        : null,
    entries: {
      async get(sha256) {
        const found = (await certificatesOf(store)).find((one) => one.sha256 === sha256);
        return found === undefined ? { kind: 'absent' } : standingOf(found);
      },
      trusting,
      distrusting: (der) => ({
        ...trusting(der),
        trust: 'distrusted',
        attributes: { ...trusting(der).attributes, flags: 'p,p,p' },
      }),
      // certutil adds a certificate, and trusts it in a second step.
      unfinished: (sha256, state) =>
        state.kind === 'present' &&
        state.attributes['flags'] === ',,' &&
        state.attributes['nickname'] === nicknameOf(sha256),
      put: (sha256, state, options = {}) => put(store, { sha256, state, options }),
    },
  });
}
