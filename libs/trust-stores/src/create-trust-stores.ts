import { alpine } from './drivers/alpine/index.ts';
import { arch } from './drivers/arch/index.ts';
import { debian } from './drivers/debian/index.ts';
import { firefoxPolicy } from './drivers/firefox-policy/index.ts';
import { java } from './drivers/java/index.ts';
import { macos } from './drivers/macos/index.ts';
import { nss } from './drivers/nss/index.ts';
import { pemBundle } from './drivers/pem-bundle/index.ts';
import { rhel } from './drivers/rhel/index.ts';
import { suse } from './drivers/suse/index.ts';
import { unknown } from './drivers/unknown/index.ts';
import { windows } from './drivers/windows/index.ts';
import { describeHost } from './os-release.ts';
import type { TrustStorePorts } from './ports.ts';
import { remembering } from './reading-cache.ts';
import type { StoreDriver, StoreHandle, TrustStoreOptions, TrustStores } from './types.ts';

/** Operating-system drivers, the first that fits wins. A new one is a folder and a line here. */
const OPERATING_SYSTEM_DRIVERS: readonly StoreDriver[] = [
  windows,
  debian,
  rhel,
  suse,
  arch,
  alpine,
  macos,
  unknown,
];

/** Stores of single programs, beside the operating system's: all that are found. */
const PROGRAM_DRIVERS: readonly StoreDriver[] = [nss, firefoxPolicy, java];

/** Finds the drivers that fit this host (os-release, tool and directory present, trust-stores.md §6.1). */
export function createTrustStores(given: TrustStorePorts, options: TrustStoreOptions = {}): TrustStores {
  const ports = remembering(given);
  const list = async (): Promise<readonly StoreHandle[]> => {
    const host = await describeHost(ports, options.root ?? '/');
    const programs = await Promise.all(PROGRAM_DRIVERS.map((driver) => driver.detect(ports, host)));
    for (const driver of OPERATING_SYSTEM_DRIVERS) {
      const handles = await driver.detect(ports, host);
      if (handles.length > 0) return [...handles, ...programs.flat()];
    }
    return programs.flat();
  };
  return {
    list,
    openBundle: (path) => pemBundle(ports, path),
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
