import type { TrustStorePorts } from './ports.ts';
import type { TrustStoreOptions, TrustStores } from './types.ts';

export type * from './ports.ts';
export type * from './types.ts';

/** Finds the drivers that fit this host (os-release, tool and directory present, trust-stores.md §6.1). */
export function createTrustStores(ports: TrustStorePorts, options: TrustStoreOptions = {}): TrustStores {
  throw new Error(`libs/trust-stores: being written (${ports.uid}, ${options.root ?? '/'})`);
}
