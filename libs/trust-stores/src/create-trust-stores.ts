import { alpine } from './drivers/alpine/index.ts';
import { arch } from './drivers/arch/index.ts';
import { mapAtOnce } from './at-once.ts';
import { boundedCertificates } from './bounded-certificates.ts';
import { boundedStores } from './bounded-stores.ts';
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
import { leavingSharesAlone } from './local-ports.ts';
import { describeHost } from './os-release.ts';
import type { TrustStorePorts } from './ports.ts';
import { remembering } from './reading-cache.ts';
import { messageOf } from './store-change.ts';
import type {
  HostDescription,
  StoreDriver,
  StoreHandle,
  StoreReading,
  TrustStoreOptions,
  TrustStores,
} from './types.ts';

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

/** Each has its file in memory while it is read, and people choose how large these are. */
const READ_AT_ONCE = 4;

/** What the id of a store begins with that is named by its file. */
const BUNDLE = 'bundle:';

/** Finds the drivers that fit this host (os-release, tool and directory present, trust-stores.md §6.1). */
export function createTrustStores(given: TrustStorePorts, options: TrustStoreOptions = {}): TrustStores {
  const ports = remembering(given);
  const careful = leavingSharesAlone(ports);
  const describe = (): Promise<HostDescription> => describeHost(ports, options.root ?? '/');
  const list = async (): Promise<readonly StoreHandle[]> => {
    const host = await describe();
    const programs = await Promise.all(PROGRAM_DRIVERS.map((driver) => driver.detect(careful, host)));
    return [...(await systemStores(ports, host)), ...programs.flat()];
  };
  const openBundle = (path: string): StoreHandle => pemBundle(careful, path);
  return {
    list,
    openBundle,
    async open(id) {
      if (id?.startsWith(BUNDLE) === true) return openBundle(id.slice(BUNDLE.length));
      const host = await describe();
      const program = PROGRAM_DRIVERS.find(({ name }) => id === name || id?.startsWith(`${name}:`) === true);
      if (program !== undefined)
        return (await program.detect(careful, host)).find((handle) => handle.id === id) ?? null;
      const found = await systemStores(ports, host);
      return found.find((handle) => id === undefined || handle.id === id) ?? null;
    },
    async collect() {
      const host = await describe();
      const programs = await Promise.all(
        PROGRAM_DRIVERS.map((driver) => readSafely(driver, { ports: careful, host })),
      );
      const system = await readAll(await systemStores(ports, host));
      const readings = [...system, ...programs.flatMap((program) => program.readings)];
      const { stores, problems } = boundedStores(readings.map((reading) => reading.store));
      const bounded = boundedCertificates(readings, new Set(stores.map(({ id }) => id)));
      return {
        stores,
        problems: [...programs.flatMap((program) => program.problems), ...problems, ...bounded.problems],
        certificates: bounded.certificates,
        watch: [...new Set(readings.flatMap((reading) => reading.watch))].toSorted(),
      };
    },
  };
}

const readAll = (handles: readonly StoreHandle[]): Promise<StoreReading[]> =>
  mapAtOnce(handles, READ_AT_ONCE, (handle) => handle.read());

/**
 * Drivers put failures into their readings; what one throws all the same is a defect of ours. It is told, and must not take the operating
 * system's own store along: without that one nothing of the host can be judged.
 */
async function readSafely(
  driver: StoreDriver,
  { ports, host }: { readonly ports: TrustStorePorts; readonly host: HostDescription },
): Promise<{ readonly readings: readonly StoreReading[]; readonly problems: readonly string[] }> {
  try {
    const readings = await readAll(await driver.detect(ports, host));
    return { readings, problems: (await driver.gaps?.(ports, host)) ?? [] };
  } catch (error) {
    return {
      readings: [],
      problems: [`The trust stores of the kind ${driver.name} could not be read: ${messageOf(error)}`],
    };
  }
}

async function systemStores(ports: TrustStorePorts, host: HostDescription): Promise<readonly StoreHandle[]> {
  for (const driver of OPERATING_SYSTEM_DRIVERS) {
    const handles = await driver.detect(ports, host);
    if (handles.length > 0) return handles;
  }
  return [];
}
