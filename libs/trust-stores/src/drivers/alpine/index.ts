import { fileWayHandle } from '../../file-way/handle.ts';
import type { StoreDriver } from '../../types.ts';
import { alpineLayout } from './layout.ts';
import { readStore } from './read.ts';

/** Alpine and what is made of it: `/usr/local/share/ca-certificates` and its own `update-ca-certificates`. */
export const alpine: StoreDriver = {
  name: 'alpine',
  detect(ports, host) {
    // Gentoo and others have the same tool and directory, and Debian's program behind them: only os-release tells.
    if (host.platform !== 'linux' || !host.families.includes('alpine')) return Promise.resolve([]);
    const layout = alpineLayout(host.root);
    return Promise.resolve([fileWayHandle(ports, layout, () => readStore(ports, host, layout))]);
  },
};
