import { SnapshotFailed, type StoreDriver, type StoreHandle } from '../../types.ts';
import { refuse } from './change.ts';
import { readStore, whyNotChangeable } from './read.ts';

/** Every other system: read as well as may be, never changed. Last in the table. */
export const unknown: StoreDriver = {
  name: 'unknown',
  detect(ports, host) {
    const handle: StoreHandle = {
      id: 'unknown',
      read: () => readStore(ports, host),
      plan: () => null,
      add: () => refuse(host),
      remove: () => refuse(host),
      rebuild: () => refuse(host),
      entries: null,
      snapshot: () => Promise.reject(new SnapshotFailed(whyNotChangeable(host))),
      restore: () => refuse(host),
    };
    return Promise.resolve([handle]);
  },
};
