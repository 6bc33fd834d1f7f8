import type { WindowsLocation, WindowsPhysicalStore, WindowsStoreName } from '../../ports.ts';

/** One system store as a store of its own. */
export interface WindowsPlace {
  readonly id: string;
  readonly location: WindowsLocation;
  readonly store: WindowsStoreName;
  /** `LocalMachine\Root`, as Windows' own tools name it. */
  readonly path: string;
  readonly name: string;
  /** The one that Windows' own programs, and all that ask Windows, go by. */
  readonly operatingSystem: boolean;
  /** Why the agent never changes it; null where it may. */
  readonly onlyRead: string | null;
}

const LOCATION_NAMES = { localMachine: 'LocalMachine', currentUser: 'CurrentUser' } as const;
const ID_NAMES: Readonly<Record<WindowsStoreName, string>> = {
  Root: 'root',
  CA: 'ca',
  Disallowed: 'disallowed',
  AuthRoot: 'authRoot',
  TrustedPeople: 'trustedPeople',
};
const PHYSICAL_NAMES: Readonly<Record<WindowsPhysicalStore, string>> = {
  registry: '\\.Default',
  groupPolicy: '\\.GroupPolicy',
  enterprise: '\\.Enterprise',
  authRoot: '\\.AuthRoot',
  other: '',
};

const USERS_OWN =
  'The agent changes no store of an account: Windows would ask in a dialog that nobody answers. Put it into the LocalMachine store of the same name';
const MICROSOFTS_OWN =
  'It holds the roots of the Microsoft root program, which Windows updates by itself: put what is to be rejected into LocalMachine\\Disallowed';
const PEERS =
  'It holds single certificates of people and servers, no authorities, and the agent only lists them: change it with certlm.msc';

function place(
  location: WindowsLocation,
  store: WindowsStoreName,
  onlyRead: string | null = null,
): WindowsPlace {
  const path = `${LOCATION_NAMES[location]}\\${store}`;
  return {
    id: `windows.${location}.${ID_NAMES[store]}`,
    location,
    store,
    path,
    name: `Windows ${path}`,
    operatingSystem: location === 'localMachine' && store === 'Root',
    onlyRead,
  };
}

/** Only these are opened: as SYSTEM some others do not answer for half an hour (trust-stores.md §6.6). */
export const PLACES: readonly WindowsPlace[] = [
  place('localMachine', 'Root'),
  place('localMachine', 'CA'),
  place('localMachine', 'Disallowed'),
  place('localMachine', 'AuthRoot', MICROSOFTS_OWN),
  place('localMachine', 'TrustedPeople', PEERS),
  place('currentUser', 'Root', USERS_OWN),
  place('currentUser', 'CA', USERS_OWN),
  place('currentUser', 'Disallowed', USERS_OWN),
];

/** `LocalMachine\Root\.GroupPolicy` */
export function locationOf({ path }: WindowsPlace, physical: WindowsPhysicalStore): string {
  return `${path}${PHYSICAL_NAMES[physical]}`;
}
