import { fileWayHandle } from '../../file-way/handle.ts';
import type { StoreDriver } from '../../types.ts';
import { debianLayout } from './layout.ts';
import { readStore } from './read.ts';

/** Debian, Ubuntu and what is made of them: `/usr/local/share/ca-certificates` and `update-ca-certificates`. */
export const debian: StoreDriver = {
  name: 'debian',
  detect(ports, host) {
    if (!host.families.some((family) => family === 'debian' || family === 'ubuntu'))
      return Promise.resolve([]);
    const layout = debianLayout(host.root);
    return Promise.resolve([fileWayHandle(ports, layout, () => readStore(ports, host, layout))]);
  },
};
