import { entryOf, entryStoreHandle } from '../../entry-store.ts';
import type { TrustStorePorts } from '../../ports.ts';
import type { StoreDriver, StoreHandle } from '../../types.ts';
import { allEntries, put, trusting } from './change.ts';
import { firefoxLayout, isOwnName, ownName, type FirefoxLayout } from './layout.ts';
import { policiesInForce, readStore } from './read.ts';
import { restore, takeSnapshot } from './snapshot.ts';

/** Firefox' enterprise policy on Linux: anchors that every profile of the machine imports at its next start (trust-stores.md §6.4). */
export const firefoxPolicy: StoreDriver = {
  name: 'firefox.policy',
  async detect(ports, host) {
    if (ports.platform !== 'linux') return [];
    const layout = firefoxLayout(host.root);
    const [inForce] = await policiesInForce(ports, layout);
    const programs = await ports.identify(layout.programs);
    const isHere = inForce.state !== 'missing' || programs.some((found) => found?.kind === 'directory');
    return isHere ? [handleOf(ports, layout)] : [];
  },
};

function handleOf(ports: TrustStorePorts, layout: FirefoxLayout): StoreHandle {
  const store = { ports, layout };
  const handle = entryStoreHandle({
    id: 'firefox.policy',
    driver: 'firefox.policy',
    read: () => readStore(ports, layout),
    all: () => allEntries(store),
    isOurs: (_, entry) => isOwnName(entry.attributes['file'] ?? ''),
    plan: (sha256) =>
      ports.uid === 0
        ? { path: `${layout.ownFolder}/${ownName(sha256)}`, commands: [], bundlePath: layout.machineFile }
        : null,
    entries: {
      get: async (sha256) => entryOf(await allEntries(store), sha256),
      trusting,
      put: (sha256, state) => put(store, { sha256, state }),
    },
  });
  return {
    ...handle,
    snapshot: () => takeSnapshot(store),
    restore: (snapshot) => restore(store, snapshot),
  };
}
