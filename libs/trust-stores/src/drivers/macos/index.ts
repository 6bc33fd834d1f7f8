import { entryOf, entryStoreHandle } from '../../entry-store.ts';
import type { StoreDriver, StoreHandle } from '../../types.ts';
import { addCommand, put } from './change.ts';
import type { MacosStore } from './changeable.ts';
import { systemEntries } from './entries.ts';
import { macosLayout, recordPath } from './layout.ts';
import { readStore, STORE_ID } from './read.ts';
import { letsDaemonsChangeTrust, readVersion } from './version.ts';

/** macOS: the maker's roots and the System keychain, with the trust settings of both domains (trust-stores.md §6.3). */
export const macos: StoreDriver = {
  name: 'macos',
  async detect(ports, host) {
    if (host.platform !== 'macos') return [];
    const layout = macosLayout(host.root);
    return [handleOf({ ports, layout, version: await readVersion(ports, layout) })];
  },
};

function handleOf(store: MacosStore): StoreHandle {
  const { ports, layout, version } = store;
  return entryStoreHandle({
    id: STORE_ID,
    driver: 'macos',
    read: () => readStore(ports, layout),
    all: () => systemEntries(store),
    isOurs: (_, { attributes }) => attributes['record'] !== undefined,
    plan: (sha256) =>
      ports.uid === 0 && letsDaemonsChangeTrust(version)
        ? {
            path: recordPath(layout, sha256),
            commands: [addCommand(store, sha256)],
            bundlePath: layout.systemKeychain,
          }
        : null,
    entries: {
      get: async (sha256) => entryOf(await systemEntries(store), sha256),
      trusting: (der) => ({
        kind: 'present',
        der: Buffer.from(der).toString('base64'),
        trust: 'servers',
        attributes: {},
      }),
      put: (sha256, state, options = {}) => put(store, { sha256, state, options }),
    },
  });
}
