import type { TrustStorePorts } from '../ports.ts';
import type { StoreHandle, StoreReading } from '../types.ts';
import { add, rebuild, remove } from './change.ts';
import { anchorPath, type FileWayLayout } from './layout.ts';
import { restore } from './restore.ts';
import { takeSnapshot } from './snapshot.ts';

/** The store of one family: its table, and how the family's own state is read. */
export function fileWayHandle(
  ports: TrustStorePorts,
  layout: FileWayLayout,
  read: () => Promise<StoreReading>,
): StoreHandle {
  const changer = { ports, layout };
  return {
    id: layout.driver,
    read,
    plan: (sha256) =>
      ports.uid === 0 && layout.refusal === undefined
        ? { path: anchorPath(layout, sha256), commands: layout.commands('add'), bundlePath: layout.bundle }
        : null,
    add: (der, options) => add(changer, der, options),
    remove: (sha256, options) => remove(changer, sha256, options),
    rebuild: (after, options) => rebuild(changer, after, options),
    entries: null,
    snapshot: () => takeSnapshot(ports, layout),
    restore: (snapshot, options) => restore(changer, snapshot, options),
  };
}
