import type { VariableScope } from '@trustfleet/protocol';
import type { UserAccount } from '../ports.ts';
import type { OptionFile } from '../options/option-file.ts';
import { machineOptionFiles, userOptionFiles } from '../options/option-places.ts';
import { below } from '../paths.ts';
import type { Reader, Scan } from '../scan.ts';
import type { ParseAssignments } from './assignments.ts';
import {
  parseEnvironmentD,
  parseEtcEnvironment,
  parsePamEnvironment,
  parseUnit,
} from './parse-environment.ts';
import { parseProfile } from './parse-profile.ts';

/** One file that may set variables. */
export interface VariableSource {
  readonly path: string;
  readonly scope: VariableScope;
  readonly owner: string | null;
  readonly reader: Reader;
  readonly home: string | null;
  readonly parse: ParseAssignments;
}

export interface Sources {
  readonly files: readonly VariableSource[];
  /** Configuration files of clients, found on the way. */
  readonly options: readonly OptionFile[];
  /** Directories in which such a file may appear. */
  readonly directories: readonly string[];
}

const MAX_FILES_IN_DIRECTORY = 200;
/** Files of people whose directory was listed (failures.md §7.5: sources of a session's environment). */
const HOME_FILES: Readonly<Record<string, ParseAssignments>> = {
  '.profile': parseProfile,
  '.bashrc': parseProfile,
  '.bash_profile': parseProfile,
  '.zshenv': parseProfile,
  '.pam_environment': parsePamEnvironment,
};

export async function machineSources(scan: Scan): Promise<Sources> {
  const at = (path: string): string => below(scan.root, path);
  const machine = { scope: 'machine', owner: null, reader: null, home: null } as const;
  const profiles = await filesIn(scan, { directory: at('/etc/profile.d'), ending: '.sh', reader: null });
  const drops = await filesIn(scan, { directory: at('/etc/environment.d'), ending: '.conf', reader: null });
  return {
    files: [
      { ...machine, path: at('/etc/environment'), parse: parseEtcEnvironment },
      { ...machine, path: at('/etc/security/pam_env.conf'), parse: parsePamEnvironment },
      { ...machine, path: at('/etc/profile'), parse: parseProfile },
      ...profiles.map((path) => ({ ...machine, path, parse: parseProfile })),
      ...drops.map((path) => ({ ...machine, path, parse: parseEnvironmentD })),
    ],
    options: machineOptionFiles(scan.root, scan.ports.platform),
    directories: [at('/etc/profile.d'), at('/etc/environment.d')],
  };
}

/** One account's own files, with that account's rights. */
export async function userSources(scan: Scan, account: UserAccount): Promise<Sources> {
  const reader = scan.readerOf(account);
  if (reader === undefined) {
    scan.note(
      account.home,
      `The files of ${account.name} were not read: the agent has only the rights of uid ${scan.ports.uid}`,
    );
    return { files: [], options: [], directories: [] };
  }
  const listing = await scan.list(account.home, reader);
  if (listing.state !== 'listed') {
    if (listing.state !== 'missing') scan.note(account.home, listing.detail);
    return { files: [], options: [], directories: [] };
  }
  const user = { scope: 'user', owner: account.name, reader, home: account.home } as const;
  const present = new Set(listing.entries.map((entry) => entry.name));
  const own = Object.entries(HOME_FILES)
    .filter(([name]) => present.has(name))
    .map(([name, parse]) => ({ ...user, path: `${account.home}/${name}`, parse }));
  const config = `${account.home}/.config`;
  const inConfig = present.has('.config') ? await namesIn(scan, { directory: config, reader }) : [];
  for (const name of inConfig) present.add(`.config/${name}`);
  const directory = `${config}/environment.d`;
  const drops = inConfig.includes('environment.d')
    ? await filesIn(scan, { directory, ending: '.conf', reader })
    : [];
  return {
    files: [...own, ...drops.map((path) => ({ ...user, path, parse: parseEnvironmentD }))],
    options: userOptionFiles(account, { reader, present }),
    directories: [account.home, config, directory],
  };
}

async function namesIn(
  scan: Scan,
  { directory, reader }: { readonly directory: string; readonly reader: Reader },
): Promise<string[]> {
  const listing = await scan.list(directory, reader);
  if (listing.state === 'listed') return listing.entries.map(({ name }) => name);
  if (listing.state !== 'missing') scan.note(directory, listing.detail);
  return [];
}

/** Units that the administrator made or changed; those of packages name no CA file. */
export async function serviceSources(scan: Scan): Promise<Sources> {
  const directory = below(scan.root, '/etc/systemd/system');
  const service = { scope: 'service', reader: null, home: null, parse: parseUnit } as const;
  const listing = await scan.list(directory, null);
  if (listing.state !== 'listed') {
    if (listing.state !== 'missing') scan.note(directory, listing.detail);
    return { files: [], options: [], directories: [directory] };
  }
  const files: VariableSource[] = [];
  const directories = [directory];
  for (const entry of listing.entries.slice(0, 2000)) {
    const path = `${directory}/${entry.name}`;
    if (entry.kind === 'file' && entry.name.endsWith('.service'))
      files.push({ ...service, path, owner: entry.name });
    if (entry.kind !== 'directory' || !entry.name.endsWith('.service.d')) continue;
    directories.push(path);
    const owner = entry.name.slice(0, -'.d'.length);
    for (const drop of await filesIn(scan, { directory: path, ending: '.conf', reader: null }))
      files.push({ ...service, path: drop, owner });
  }
  return { files, options: [], directories };
}

async function filesIn(
  scan: Scan,
  where: { directory: string; ending: string; reader: Reader },
): Promise<string[]> {
  const listing = await scan.list(where.directory, where.reader);
  if (listing.state === 'missing') return [];
  if (listing.state !== 'listed') {
    scan.note(where.directory, listing.detail);
    return [];
  }
  const names = listing.entries
    .filter((entry) => entry.kind !== 'directory' && entry.name.endsWith(where.ending))
    .map((entry) => entry.name);
  if (names.length > MAX_FILES_IN_DIRECTORY)
    scan.note(where.directory, `Only the first ${MAX_FILES_IN_DIRECTORY} files were read`);
  return names.slice(0, MAX_FILES_IN_DIRECTORY).map((name) => `${where.directory}/${name}`);
}
