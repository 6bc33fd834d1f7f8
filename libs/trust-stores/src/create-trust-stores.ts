import { debian } from './drivers/debian/index.ts';
import { unknown } from './drivers/unknown/index.ts';
import { describeHost } from './os-release.ts';
import type { TrustStorePorts } from './ports.ts';
import type { StoreDriver, StoreHandle, TrustStoreOptions, TrustStores } from './types.ts';

/** Operating-system drivers, the first that fits wins. A new one is a folder and a line here. */
const OPERATING_SYSTEM_DRIVERS: readonly StoreDriver[] = [debian, unknown];

/** Finds the drivers that fit this host (os-release, tool and directory present, trust-stores.md §6.1). */
export function createTrustStores(ports: TrustStorePorts, options: TrustStoreOptions = {}): TrustStores {
  const list = async (): Promise<readonly StoreHandle[]> => {
    const host = await describeHost(ports, options.root ?? '/');
    for (const driver of OPERATING_SYSTEM_DRIVERS) {
      const handle = await driver.detect(ports, host);
      if (handle !== null) return [handle];
    }
    return [];
  };
  return {
    list,
    async collect() {
      const readings = await Promise.all((await list()).map((handle) => handle.read()));
      return {
        stores: readings.map((reading) => reading.store).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        certificates: new Map(readings.flatMap((reading) => [...reading.certificates])),
        watch: [...new Set(readings.flatMap((reading) => reading.watch))].toSorted(),
      };
    },
  };
}
