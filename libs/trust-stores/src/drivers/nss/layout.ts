import { join, normalize } from 'node:path';
import { sha256Hex } from '@trustfleet/certificates';
import { below } from '../../paths.ts';
import type { StoreAccount, StoreUser, TrustStorePorts } from '../../ports.ts';
import type { HostDescription } from '../../types.ts';

/** Absolute, as /usr/bin is what packages of every distribution install to. */
export const CERTUTIL = '/usr/bin/certutil';

/** One database of NSS: a folder. */
export interface NssPlace {
  readonly id: string;
  readonly path: string;
  /** `cert9.db` (SQLite) or only the `cert8.db` of NSS before 3.35. */
  readonly kind: 'sql' | 'dbm';
  readonly name: string;
  /** Whose it is; null for the whole machine's. */
  readonly user: StoreUser | null;
  readonly root: string;
}

export interface NssPlaces {
  readonly places: readonly NssPlace[];
  /** Databases that were found and are not among them, because there are too many. */
  readonly left: number;
}

/** Of the 64 stores that the section holds. */
const MAX_DATABASES = 24;
const MAX_PEOPLE = 64;
const MAX_PROFILES = 32;

/** Folders of profiles below a home (trust-stores.md §6.4); the last of Firefox' is where 147 and later keep new ones. */
const PROFILE_FOLDERS: readonly (readonly [string, string])[] = [
  ['.mozilla/firefox', 'Firefox profile'],
  ['snap/firefox/common/.mozilla/firefox', 'Firefox (snap) profile'],
  ['.var/app/org.mozilla.firefox/.mozilla/firefox', 'Firefox (Flatpak) profile'],
  ['.config/mozilla/firefox', 'Firefox profile'],
  ['.thunderbird', 'Thunderbird profile'],
];
const DATABASES: readonly (readonly [string, string])[] = [
  ['.pki/nssdb', 'NSS database (Chrome, Chromium)'],
  ['snap/chromium/current/.pki/nssdb', 'NSS database (Chromium snap)'],
];
const MACHINE_DATABASE = '/etc/pki/nssdb';

/** The rights that a person's files are opened with; root's own agent takes theirs, any other has only its own. */
export function accountOf(ports: TrustStorePorts, user: StoreUser | null): StoreAccount | undefined {
  return user === null || ports.uid !== 0 ? undefined : { uid: user.uid, gid: user.gid };
}

/** Every database of this host: the machine's, then person by person in the order of their names. */
export async function findDatabases(ports: TrustStorePorts, host: HostDescription): Promise<NssPlaces> {
  const candidates: Candidate[] = [
    { path: below(host.root, MACHINE_DATABASE), name: 'NSS database of this machine', user: null },
  ];
  for (const user of await peopleOf(ports, host)) candidates.push(...(await candidatesOf(ports, user)));
  const found: NssPlace[] = [];
  for (const candidate of unique(candidates)) {
    const kind = await kindOf(ports, candidate);
    if (kind === null) continue;
    const id = `nss:${sha256Hex(Buffer.from(candidate.path)).slice(0, 12)}`;
    found.push({ ...candidate, id, kind, root: host.root });
  }
  return { places: found.slice(0, MAX_DATABASES), left: Math.max(0, found.length - MAX_DATABASES) };
}

async function peopleOf(ports: TrustStorePorts, host: HostDescription): Promise<readonly StoreUser[]> {
  const { users } = await ports.users(host.root);
  return users.filter((one) => one.person).slice(0, MAX_PEOPLE);
}

/** A studio's homes may all lie on a file server: that their databases are not in the report has to be said. */
export async function homesOnShares(ports: TrustStorePorts, host: HostDescription): Promise<string[]> {
  const people = await peopleOf(ports, host);
  const types = await Promise.all(people.map(({ home }) => ports.networkMount(home)));
  const names = people.filter((_, index) => types[index] !== null).map(({ name }) => name);
  const [first] = names;
  if (first === undefined) return [];
  const all = names.length === 1 ? first : `${first} (and ${names.length - 1} more)`;
  return [
    `The home of ${all} lies on the network, so databases of Firefox and Chrome in it were not looked for`,
  ];
}

interface Candidate {
  readonly path: string;
  readonly name: string;
  readonly user: StoreUser | null;
}

function unique(candidates: readonly Candidate[]): readonly Candidate[] {
  return [
    ...new Map(candidates.toReversed().map((candidate) => [candidate.path, candidate])).values(),
  ].toReversed();
}

/** One look at the home tells which folders are worth another: as a person, each look is a process of its own. */
async function candidatesOf(ports: TrustStorePorts, user: StoreUser): Promise<Candidate[]> {
  const home = await ports.listDirectory(user.home, { asUser: accountOf(ports, user) });
  if (home.state !== 'listed') return [];
  const names = new Set(home.entries.map(({ name }) => name));
  const mayBeThere = ([folder]: readonly [string, string]): boolean =>
    home.truncated || names.has(folder.split('/')[0] ?? '');
  const found: Candidate[] = DATABASES.filter(mayBeThere).map(([folder, name]) => ({
    path: join(user.home, folder),
    name: `${name} of ${user.name}`,
    user,
  }));
  for (const [folder, name] of PROFILE_FOLDERS.filter(mayBeThere))
    for (const path of await profilesIn(ports, { folder: join(user.home, folder), user }))
      found.push({ path, name: `${name} ${path.slice(path.lastIndexOf('/') + 1)} of ${user.name}`, user });
  return found;
}

/** By profiles.ini and by looking: a profile may lie elsewhere, and one that the file no longer names may still be started. */
async function profilesIn(
  ports: TrustStorePorts,
  { folder, user }: { folder: string; user: StoreUser },
): Promise<readonly string[]> {
  const asUser = accountOf(ports, user);
  const listing = await ports.listDirectory(folder, { asUser });
  if (listing.state !== 'listed') return [];
  const seen = listing.entries.filter((entry) => entry.kind === 'directory' || entry.kind === 'link');
  const ini = listing.entries.some((entry) => entry.name === 'profiles.ini')
    ? await ports.readFile(join(folder, 'profiles.ini'), { asUser, maxBytes: 256 * 1024 })
    : null;
  const named = ini?.state === 'read' ? profilePaths(Buffer.from(ini.bytes).toString('utf8'), folder) : [];
  return [...new Set([...named, ...seen.map((entry) => join(folder, entry.name))])].slice(0, MAX_PROFILES);
}

/** `Path=` of every section, below the folder unless `IsRelative=0`. */
export function profilePaths(ini: string, folder: string): readonly string[] {
  // No pattern here may look at a run of blanks more than once: the file is somebody's own, and a quarter of a MiB of them would take minutes.
  return ini.split(/^[ \t]*\[/m).flatMap((section) => {
    const path = /^Path=(.*)$/m.exec(section)?.[1]?.trimEnd() ?? '';
    if (path === '' || path.includes('\0')) return [];
    const absolute = /^IsRelative=0\s*$/m.test(section);
    if (absolute && !path.startsWith('/')) return [];
    return [normalize(absolute ? path : join(folder, path)).replace(/(?<=.)\/$/, '')];
  });
}

async function kindOf(ports: TrustStorePorts, { path, user }: Candidate): Promise<NssPlace['kind'] | null> {
  const listing = await ports.listDirectory(path, { asUser: accountOf(ports, user) });
  if (listing.state !== 'listed') return null;
  const has = (name: string): boolean => listing.entries.some((entry) => entry.name === name);
  return has('cert9.db') ? 'sql' : has('cert8.db') ? 'dbm' : null;
}
