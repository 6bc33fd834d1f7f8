import { sha256Hex } from '@trustfleet/certificates';
import { entryOf, entryStoreHandle } from '../../entry-store.ts';
import type { TrustStorePorts } from '../../ports.ts';
import type { StoreDriver, StoreHandle } from '../../types.ts';
import { aliasesOf, aliasOf, allEntries, keytoolCommand, put, standing } from './change.ts';
import { findKeystores, type JavaPlace, type JavaPlaces } from './layout.ts';
import { readStore } from './read.ts';
import { restore, takeSnapshot } from './snapshot.ts';

/** Trust stores of every Java on the machine (trust-stores.md §6.5). */
export const java: StoreDriver = {
  name: 'java',
  async detect(ports, host) {
    if (ports.platform !== 'linux') return [];
    const found = await findKeystores(ports, host);
    return found.places.map((place, index) =>
      handleOf(ports, { place, found: index === 0 ? found : { ...found, problems: [] } }),
    );
  },
};

function handleOf(ports: TrustStorePorts, of: { place: JavaPlace; found: JavaPlaces }): StoreHandle {
  const { place } = of;
  const store = { ports, place };
  const canPlan = ports.uid === 0 && place.keytool !== null && place.generatedBy === null;
  const planOf = (sha256: string) => ({
    path: place.path,
    commands: [
      keytoolCommand(store, {
        alias: aliasOf(sha256),
        keystore: `${place.path}.trustfleet-new`,
        pem: `${place.path}.trustfleet-pem`,
      }),
    ],
    bundlePath: place.path,
  });
  const handle = entryStoreHandle({
    id: place.id,
    driver: 'java',
    read: () => readStore(ports, of),
    all: () => allEntries(store),
    isOurs: (sha256, entry) => aliasesOf(entry).every((alias) => alias.startsWith(aliasOf(sha256))),
    plan: (sha256) => (canPlan ? planOf(sha256) : null),
    entries: {
      get: async (sha256) => entryOf(await allEntries(store), sha256),
      trusting: (der) => standing(der, [aliasOf(sha256Hex(der))]),
      put: (sha256, state, options = {}) => put(store, { sha256, state, options }),
    },
  });
  return {
    ...handle,
    snapshot: () => takeSnapshot(store),
    restore: (snapshot) => restore(store, snapshot),
  };
}
