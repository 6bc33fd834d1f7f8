import { entryStoreHandle } from '../../entry-store.ts';
import { failed } from '../../store-change.ts';
import { SnapshotFailed, type StoreChange, type StoreDriver, type StoreHandle } from '../../types.ts';
import { effectiveEntries, ownRegistry, type WindowsTarget } from './change.ts';
import { PLACES } from './layout.ts';
import { readStore } from './read.ts';
import { ownEntries } from './snapshot.ts';
import { isAddedByUs } from './standing.ts';

/** Windows' system stores; changes go to the machine's registry stores Root, CA and Disallowed (trust-stores.md §6.2). */
export const windows: StoreDriver = {
  name: 'windows',
  detect({ platform, windowsStores }) {
    if (platform !== 'windows' || windowsStores === null) return Promise.resolve([]);
    const handles = PLACES.map((place) => {
      const target: WindowsTarget = { windows: windowsStores, place };
      return place.onlyRead === null ? changeable(target) : onlyRead(target, place.onlyRead);
    });
    return Promise.resolve(handles);
  },
};

/** Added and removed as programs see it; put back to what the registry alone held. */
function changeable(target: WindowsTarget): StoreHandle {
  const { windows, place } = target;
  const common = {
    ...{ id: place.id, driver: 'windows' },
    read: () => readStore(windows, place),
    all: () => ownEntries(windows, place),
    isOurs: (_sha256: string, entry: Parameters<typeof isAddedByUs>[0]) => isAddedByUs(entry),
    plan: () => null,
  };
  const exact = entryStoreHandle({ ...common, entries: ownRegistry(target) });
  return {
    ...entryStoreHandle({ ...common, entries: effectiveEntries(target) }),
    restore: (snapshot, options) => exact.restore(snapshot, options),
  };
}

function onlyRead({ windows, place }: WindowsTarget, reason: string): StoreHandle {
  const refuse = (): Promise<StoreChange> =>
    Promise.resolve(failed(`${place.path} is not changed. ${reason}`));
  return {
    id: place.id,
    read: () => readStore(windows, place),
    plan: () => null,
    add: refuse,
    remove: refuse,
    rebuild: refuse,
    entries: null,
    snapshot: () => Promise.reject(new SnapshotFailed(`${place.path} is not changed. ${reason}`)),
    restore: refuse,
  };
}
