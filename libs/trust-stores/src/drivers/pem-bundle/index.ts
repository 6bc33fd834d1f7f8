import { sha256Hex } from '@trustfleet/certificates';
import type { TrustStorePorts } from '../../ports.ts';
import type { StoreHandle } from '../../types.ts';
import { bundleEntries } from './change.ts';
import { bundleId } from './layout.ts';
import { readStore } from './read.ts';
import { restore, takeSnapshot } from './snapshot.ts';

/** One PEM file, or one directory by subject hash, as a store: whatever a variable or a program names. */
export function pemBundle(ports: TrustStorePorts, path: string): StoreHandle {
  const entries = bundleEntries(ports, path);
  return {
    id: bundleId(path),
    read: () => readStore(ports, path),
    plan: () => null,
    add: (der, options) => entries.put(sha256Hex(der), entries.trusting(der), options),
    remove: (sha256, options) => entries.put(sha256, { kind: 'absent' }, options),
    entries,
    snapshot: () => takeSnapshot(ports, path),
    restore: (snapshot) => restore(ports, path, snapshot),
    rebuild: () => Promise.resolve({ state: 'done', files: [], commands: [] }),
  };
}
