import { sha256Hex } from '@trustfleet/certificates';
import { createTrustStores, type EntryAccess, type StoreHandle } from '../index.ts';
import type {
  WindowsCertificate,
  WindowsEntry,
  WindowsLocation,
  WindowsStoreName,
  WindowsStorePort,
  WindowsStoreReading,
} from '../ports.ts';
import { realPorts } from './host.ts';

/** Stores in memory, for what Wine has none of: a domain, an account without rights, stores that do not answer. */
export interface WindowsMachine {
  readonly port: WindowsStorePort;
  readonly stores: Map<string, WindowsStoreReading>;
  /** What was written, one line each. */
  readonly written: string[];
  cannotWrite: string | null;
  holds(
    location: WindowsLocation,
    store: WindowsStoreName,
    ...certificates: readonly WindowsCertificate[]
  ): void;
  handle(id: string): Promise<StoreHandle>;
  entries(id: string): Promise<EntryAccess>;
}

export function certificate(der: Uint8Array, more: Partial<WindowsCertificate> = {}): WindowsCertificate {
  return { der, physical: 'registry', friendlyName: null, enhancedKeyUsage: null, properties: {}, ...more };
}

export function makeWindowsMachine(): WindowsMachine {
  const stores = new Map<string, WindowsStoreReading>();
  const written: string[] = [];
  const keyOf = (location: WindowsLocation, store: WindowsStoreName): string => `${location} ${store}`;
  const inStore = (store: WindowsStoreName): readonly WindowsCertificate[] => {
    const reading = stores.get(keyOf('localMachine', store));
    return reading?.state === 'read' ? reading.certificates : [];
  };
  const isOwn =
    (sha256: string) =>
    (one: WindowsCertificate): boolean =>
      one.physical === 'registry' && sha256Hex(one.der) === sha256;
  const write = (store: WindowsStoreName, certificates: readonly WindowsCertificate[]): void => {
    if (machine.cannotWrite !== null) throw new Error(machine.cannotWrite);
    stores.set(keyOf('localMachine', store), { state: 'read', certificates });
  };
  const port: WindowsStorePort = {
    account: 'SYSTEM',
    whyNotWritable: () => Promise.resolve(machine.cannotWrite),
    read: (location, store) =>
      Promise.resolve(stores.get(keyOf(location, store)) ?? { state: 'missing', detail: 'never made' }),
    put(store, entry: WindowsEntry) {
      const sha256 = sha256Hex(entry.der);
      written.push(`put ${store} ${sha256}`);
      write(store, [...inStore(store).filter((one) => !isOwn(sha256)(one)), certificate(entry.der, entry)]);
      return Promise.resolve();
    },
    remove(store, sha256) {
      const there = inStore(store).some(isOwn(sha256));
      written.push(`remove ${store} ${sha256}`);
      write(
        store,
        inStore(store).filter((one) => !isOwn(sha256)(one)),
      );
      return Promise.resolve(there);
    },
  };
  const machine: WindowsMachine = {
    ...{ port, stores, written, cannotWrite: null },
    holds(location, store, ...certificates) {
      stores.set(keyOf(location, store), { state: 'read', certificates });
    },
    async handle(id) {
      const ports = { ...realPorts(), platform: 'windows', windowsStores: port } as const;
      const found = (await createTrustStores(ports, { root: '/nonexistent' }).list()).find(
        (one) => one.id === id,
      );
      if (found === undefined) throw new Error(`no store ${id}`);
      return found;
    },
    async entries(id) {
      const { entries } = await machine.handle(id);
      if (entries === null) throw new Error(`${id} is only read`);
      return entries;
    },
  };
  return machine;
}
