import { SnapshotFailed, type StoreDriver, type StoreHandle } from '../../types.ts';
import { add, commandsAfter, rebuild, remove } from './change.ts';
import { anchorPath, debianLayout } from './layout.ts';
import { readStore } from './read.ts';

/** Debian, Ubuntu and what is made of them: `/usr/local/share/ca-certificates` and `update-ca-certificates`. */
export const debian: StoreDriver = {
  name: 'debian',
  detect(ports, host) {
    if (!host.families.some((family) => family === 'debian' || family === 'ubuntu'))
      return Promise.resolve([]);
    const layout = debianLayout(host.root);
    const changer = { ports, layout };
    const handle: StoreHandle = {
      id: 'debian',
      read: () => readStore(ports, host, layout),
      plan: (sha256) =>
        ports.uid === 0
          ? {
              path: anchorPath(layout, sha256),
              commands: commandsAfter(layout, 'add'),
              bundlePath: layout.bundle,
            }
          : null,
      add: (der, options) => add(changer, der, options),
      remove: (sha256, options) => remove(changer, sha256, options),
      rebuild: (after, options) => rebuild(changer, after, options),
      entries: null,
      snapshot: () => Promise.reject(new SnapshotFailed('This driver takes no snapshots yet.')),
      restore: () => Promise.reject(new SnapshotFailed('This driver takes no snapshots yet.')),
    };
    return Promise.resolve([handle]);
  },
};
