import { createHash } from 'node:crypto';
import { errorText } from '../errors.ts';
import type {
  WindowsCertificate,
  WindowsEntry,
  WindowsLocation,
  WindowsStoreName,
  WindowsStoreReading,
  WindowsStores,
} from '../types.ts';
import { LOCATIONS, type Crypt32, type OpenRequest, type OpenStore } from './crypt32.ts';
import { meansMissing } from './error-words.ts';
import { assemble, physicalStores, type PhysicalReading, type PhysicalStore } from './physical-stores.ts';
import { parseSerializedStore, serializeEntry, SerializedFormatError } from './serialized-store.ts';
import { SystemCallError } from './system-call-error.ts';

const LOCATION_NAMES = { localMachine: 'LocalMachine', currentUser: 'CurrentUser' } as const;
const PHYSICAL_NAMES = {
  registry: '.Default',
  groupPolicy: '.GroupPolicy',
  enterprise: '.Enterprise',
  authRoot: '.AuthRoot',
  other: '',
} as const;

export interface WindowsStoreParts {
  /** Loaded at the first use; a rejection is the reading's detail. */
  readonly crypt32: () => Promise<Crypt32>;
  readonly account: string;
}

/** System stores through crypt32. Changes go to the machine's registry store: CurrentUser\Root would open a dialog that nobody answers. */
export function createWindowsStores({ crypt32, account }: WindowsStoreParts): WindowsStores {
  return {
    account,
    read: (location, store) => read(crypt32, { location, store }),
    async put(store, entry) {
      await inStore(crypt32, changing(store, 'change'), (open) => open.add(serializeEntry(entry)));
    },
    async remove(store, sha256) {
      // Windows names it by its SHA-1, we by its SHA-256: its DER tells one from the other.
      const bytes = await inStoreOr(crypt32, changing(store, 'probe'), (open) => open.save());
      const entry =
        bytes === null ? undefined : parseSerializedStore(bytes).find((one) => sha256Of(one) === sha256);
      if (entry === undefined) return false;
      const sha1 = createHash('sha1').update(entry.der).digest();
      return await inStore(crypt32, changing(store, 'probe'), (open) =>
        open.remove(sha1, (der) => sha256Of({ der }) === sha256),
      );
    },
    async whyNotWritable(store) {
      try {
        await inStoreOr(crypt32, changing(store, 'probe'), () => Promise.resolve());
        return null;
      } catch (error) {
        return errorText(error);
      }
    },
  };
}

interface StoreAddress {
  readonly location: WindowsLocation;
  readonly store: WindowsStoreName;
}

function changing(store: WindowsStoreName, mode: 'probe' | 'change'): OpenRequest {
  const what = `LocalMachine\\${store}\\.Default`;
  return { what, provider: 'registry', location: LOCATIONS.localMachine, store, mode };
}

async function read(
  crypt32: WindowsStoreParts['crypt32'],
  address: StoreAddress,
): Promise<WindowsStoreReading> {
  try {
    const found = await readAll(crypt32, address);
    if (found !== null) return { state: 'read', certificates: found };
    const name = `${LOCATION_NAMES[address.location]}\\${address.store}`;
    return { state: 'missing', detail: `There is no ${name} in the registry: nothing was ever put there` };
  } catch (error) {
    if (!(error instanceof SystemCallError || error instanceof SerializedFormatError)) throw error;
    return { state: 'unreadable', detail: error.message };
  }
}

/** Null where none of its places exists. */
async function readAll(
  crypt32: WindowsStoreParts['crypt32'],
  { location, store }: StoreAddress,
): Promise<readonly WindowsCertificate[] | null> {
  const readings: PhysicalReading[] = [];
  const name = `${LOCATION_NAMES[location]}\\${store}`;
  for (const place of physicalStores(location, store)) {
    const entries = await readPlace(crypt32, { place, name });
    if (entries !== null) readings.push({ physical: place.physical, entries });
  }
  const logical = location === 'localMachine' ? await readStore(crypt32, logicalStore(name, store)) : null;
  return readings.length === 0 && logical === null ? null : assemble(readings, logical ?? []);
}

function logicalStore(what: string, store: WindowsStoreName): OpenRequest {
  return { what, provider: 'system', location: LOCATIONS.localMachine, store, mode: 'read' };
}

/**
 * A place of the domain's that refuses to open (Wine has no enterprise stores) is not the end: the logical store still has what lies
 * there. One that does not answer is, and so is the machine's own.
 */
async function readPlace(
  crypt32: WindowsStoreParts['crypt32'],
  { place, name }: { readonly place: PhysicalStore; readonly name: string },
): Promise<readonly WindowsEntry[] | null> {
  const { physical, location, store } = place;
  const what = `${name}\\${PHYSICAL_NAMES[physical]}`;
  try {
    return await readStore(crypt32, { what, provider: 'registry', location, store, mode: 'read' });
  } catch (error) {
    const refused = error instanceof SystemCallError && error.code !== null;
    if (refused && physical !== 'registry' && location !== LOCATIONS.currentUserGroupPolicy) return null;
    throw error;
  }
}

async function readStore(
  crypt32: WindowsStoreParts['crypt32'],
  request: OpenRequest,
): Promise<readonly WindowsEntry[] | null> {
  const bytes = await inStoreOr(crypt32, request, (open) => open.save());
  return bytes === null ? null : parseSerializedStore(bytes);
}

/** Null where there is no such store. */
async function inStoreOr<T>(
  crypt32: WindowsStoreParts['crypt32'],
  request: OpenRequest,
  work: (open: OpenStore) => Promise<T>,
): Promise<T | null> {
  try {
    return await inStore(crypt32, request, work);
  } catch (error) {
    if (error instanceof SystemCallError && meansMissing(error.code)) return null;
    throw error;
  }
}

/** The store is closed whatever happens: only then does the registry have what was put. */
async function inStore<T>(
  crypt32: WindowsStoreParts['crypt32'],
  request: OpenRequest,
  work: (open: OpenStore) => Promise<T>,
): Promise<T> {
  const library = await crypt32();
  const open = await library.open(request);
  let result: T;
  try {
    result = await work(open);
  } catch (error) {
    await open.close().catch(() => undefined); // the first failure is the one to tell
    throw error;
  }
  await open.close();
  return result;
}

function sha256Of({ der }: { readonly der: Uint8Array }): string {
  return createHash('sha256').update(der).digest('hex');
}
