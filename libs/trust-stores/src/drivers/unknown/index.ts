import type { StoreDriver } from '../../types.ts';
import { refuse } from './change.ts';
import { readStore } from './read.ts';

/** Every other system: read as well as may be, never changed. Last in the table. */
export const unknown: StoreDriver = {
  name: 'unknown',
  detect(ports, host) {
    return Promise.resolve({
      id: 'unknown',
      read: () => readStore(ports, host),
      plan: () => null,
      add: () => refuse(host),
      remove: () => refuse(host),
      rebuild: () => refuse(host),
    });
  },
};
