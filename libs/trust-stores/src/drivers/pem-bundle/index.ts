import type { TrustStorePorts } from '../../ports.ts';
import { SnapshotFailed, type StoreHandle } from '../../types.ts';

/** One PEM file as a store. */
export function pemBundle(_ports: TrustStorePorts, path: string): StoreHandle {
  const failed = () => Promise.reject(new SnapshotFailed('This driver is not there yet.'));
  return {
    id: `bundle:${path}`,
    read: failed,
    plan: () => null,
    add: failed,
    remove: failed,
    rebuild: failed,
    entries: null,
    snapshot: failed,
    restore: failed,
  };
}
