import type { Account, Host } from '@trustfleet/host';
import { profileFolders } from '@trustfleet/python';
import type { Subject } from '@trustfleet/remedies';

/** The account or unit that a variable is for, on this host. */
export interface OwnerLook {
  /** Why there is none that a variable could be given; null when there is one. */
  readonly problem: string | null;
  readonly home: string | null;
  readonly sid: string | null;
  readonly account: Account | null;
}

const NOBODY_ELSE: OwnerLook = { problem: null, home: null, sid: null, account: null };
const without = (problem: string): OwnerLook => ({ ...NOBODY_ELSE, problem });

/** systemd.unit(5), "unit search path", for the system's own manager. */
const UNIT_PATHS = ['etc', 'run', 'usr/local/lib', 'usr/lib', 'lib'].map((at) => `/${at}/systemd/system`);

export interface OwnerParts {
  readonly host: Pick<Host, 'identify' | 'platform' | 'registry' | 'users'>;
  readonly root: string;
}

async function accountOn({ host, root }: OwnerParts, owner: string): Promise<OwnerLook> {
  const { detail, users } = await host.users(root);
  const account = users.find(({ name }) => name === owner);
  if (account === undefined)
    return without(`There is no account ${owner} on this host${detail === null ? '' : ` (${detail})`}.`);
  if (!account.person) return without(`${owner} is no account of a person who signs in.`);
  const { gid, home, uid } = account;
  return { ...NOBODY_ELSE, home, account: { uid, gid } };
}

async function unitOn({ host, root }: OwnerParts, unit: string): Promise<OwnerLook> {
  if (unit.includes('/')) return NOBODY_ELSE;
  const names = [unit, unit.replace(/@[^@]*\.service$/, '@.service')];
  const base = root.replace(/\/+$/, '');
  const paths = UNIT_PATHS.flatMap((directory) => names.map((name) => `${base}${directory}/${name}`));
  const found = (await host.identify(paths)).some((one) => one !== null && one.kind !== 'directory');
  return found ? NOBODY_ELSE : without(`There is no unit ${unit} on this host.`);
}

/** As the inventory names people: by the last name of their profile's folder. */
async function personOf({ host }: OwnerParts, owner: string): Promise<OwnerLook> {
  const { registry } = host;
  if (registry === null) return without('The registry cannot be reached.');
  const folders = await profileFolders(registry);
  const named = [...folders].filter(
    ([, folder]) => folder.slice(folder.lastIndexOf('\\') + 1).toLowerCase() === owner.toLowerCase(),
  );
  const [first, ...more] = named;
  if (first === undefined) return without(`No account of this host has the profile folder ${owner}.`);
  if (more.length > 0)
    return without(`Several accounts of this host have a profile folder ${owner}: none is chosen.`);
  const [sid] = first;
  const loaded = await registry.read('users', `${sid}\\Environment`);
  if (loaded.state !== 'read')
    return without(
      `${owner} is not signed in: Windows loads that account's registry only then. Try again when it is.`,
    );
  return { ...NOBODY_ELSE, sid };
}

async function serviceOf({ host }: OwnerParts, owner: string): Promise<OwnerLook> {
  const read = await host.registry?.read('localMachine', `SYSTEM\\CurrentControlSet\\Services\\${owner}`);
  return read?.state === 'read' ? NOBODY_ELSE : without(`There is no service ${owner} on this host.`);
}

export function subjectOnHost(parts: OwnerParts, { owner = '', scope }: Subject): Promise<OwnerLook> {
  if (scope === 'machine') return Promise.resolve(NOBODY_ELSE);
  const windows = parts.host.platform === 'windows';
  if (scope === 'user') return windows ? personOf(parts, owner) : accountOn(parts, owner);
  if (windows) return serviceOf(parts, owner);
  return parts.host.platform === 'linux' ? unitOn(parts, owner) : Promise.resolve(NOBODY_ELSE);
}
