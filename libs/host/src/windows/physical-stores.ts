import type {
  WindowsCertificate,
  WindowsEntry,
  WindowsLocation,
  WindowsPhysicalStore,
  WindowsStoreName,
} from '../types.ts';
import { LOCATIONS } from './crypt32.ts';

/** One physical store of a logical one, as the registry's provider opens it. */
export interface PhysicalStore {
  readonly physical: WindowsPhysicalStore;
  readonly location: number;
  readonly store: WindowsStoreName;
}

/**
 * What a logical store is made of ("System Store Locations" of the Windows documentation), all of it in the registry: nothing here asks a
 * directory service, as UserDS would. CurrentUser's logical stores take in the machine's, which have a reading of their own.
 */
export function physicalStores(location: WindowsLocation, store: WindowsStoreName): readonly PhysicalStore[] {
  if (location === 'currentUser')
    return [
      { physical: 'registry', location: LOCATIONS.currentUser, store },
      { physical: 'groupPolicy', location: LOCATIONS.currentUserGroupPolicy, store },
    ];
  return [
    { physical: 'registry', location: LOCATIONS.localMachine, store },
    { physical: 'groupPolicy', location: LOCATIONS.localMachineGroupPolicy, store },
    { physical: 'enterprise', location: LOCATIONS.localMachineEnterprise, store },
    ...(store === 'Root'
      ? [{ physical: 'authRoot', location: LOCATIONS.localMachine, store: 'AuthRoot' } as const]
      : []),
  ];
}

export interface PhysicalReading {
  readonly physical: WindowsPhysicalStore;
  readonly entries: readonly WindowsEntry[];
}

/**
 * Every certificate with where it lies, once for each place. What the logical store has and no place explains (a smart card's, a store
 * that another product registered, a place that could not be opened) is `other`.
 */
export function assemble(
  readings: readonly PhysicalReading[],
  logical: readonly WindowsEntry[],
): readonly WindowsCertificate[] {
  const placed = readings.flatMap(({ physical, entries }) =>
    entries.map((entry): WindowsCertificate => ({ ...entry, physical })),
  );
  const known = new Set(placed.map(({ der }) => Buffer.from(der).toString('latin1')));
  const rest = logical.filter(({ der }) => !known.has(Buffer.from(der).toString('latin1')));
  return [...placed, ...rest.map((entry): WindowsCertificate => ({ ...entry, physical: 'other' }))];
}
