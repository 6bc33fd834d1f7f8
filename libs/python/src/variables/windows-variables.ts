import { clip, type CaVariable, type CollectorProblem } from '@trustfleet/protocol';
import { NOBODY, type Registry, type RegistryReading } from '../ports.ts';
import type { CollectOptions } from '../types.ts';
import { keptName } from './assignments.ts';
import type { FoundVariable } from './found-variable.ts';
import { keptValue } from './mask.ts';
import { PERSON, profileFolders } from '../windows-people.ts';
import { expandPercent, type Lookup } from './expand.ts';

const MACHINE = 'SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment';
const SERVICES = 'SYSTEM\\CurrentControlSet\\Services';
const MAX_PEOPLE = 100;
const MAX_SERVICES = 2000;

export interface FoundVariables {
  readonly found: readonly FoundVariable[];
  readonly problems: readonly CollectorProblem[];
}

interface Key {
  readonly hive: 'localMachine' | 'users';
  readonly key: string;
}

const shown = ({ hive, key }: Key): string =>
  `${hive === 'users' ? 'HKEY_USERS' : 'HKEY_LOCAL_MACHINE'}\\${key}`;

class Collection implements Registry {
  readonly problems: CollectorProblem[] = [];
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  note(path: string, reason: string): void {
    this.problems.push({ path: clip(path, 4096), reason: clip(reason, 512) });
  }

  /** A key that cannot be read is noted. */
  async read(hive: Key['hive'], key: string): Promise<RegistryReading> {
    const read = await this.#registry.read(hive, key);
    if (read.state === 'unreadable') this.note(shown({ hive, key }), read.detail);
    return read;
  }

  /** Null for a key that is not there, or cannot be read. */
  async find(key: Key): Promise<Extract<RegistryReading, { state: 'read' }> | null> {
    const read = await this.read(key.hive, key.key);
    return read.state === 'read' ? read : null;
  }
}

const lowered = (values: Iterable<readonly [string, string | undefined]>): Map<string, string> =>
  new Map([...values].flatMap(([name, value]) => (value === undefined ? [] : [[name.toLowerCase(), value]])));

interface Owner extends Pick<CaVariable, 'scope' | 'owner'> {
  readonly readAs: FoundVariable['readAs'];
  readonly lookup: Lookup;
}

function variablesIn(
  key: Key,
  read: Extract<RegistryReading, { state: 'read' }>,
  { scope, owner, readAs, lookup }: Owner,
): FoundVariable[] {
  return read.values.flatMap(({ name, text, expands }) => {
    // Names of variables have no case on Windows.
    const known = keptName(name.toUpperCase());
    if (known === null) return [];
    const value = keptValue(known, expands ? expandPercent(text, lookup) : text);
    return [{ variable: { name: known, value, scope, owner, source: shown(key) }, readAs }];
  });
}

async function ofPeople(collection: Collection, base: Lookup): Promise<FoundVariable[]> {
  const loaded = await collection.find({ hive: 'users', key: '' });
  const folders = await profileFolders(collection);
  const present = (loaded?.keys ?? []).filter((name) => PERSON.test(name));
  const away = [...folders.keys()].filter((sid) => !present.includes(sid));
  if (away.length > 0)
    collection.note(
      'HKEY_USERS',
      `The variables of people who are not signed in were not read: Windows loads their registry only then`,
    );
  if (present.length > MAX_PEOPLE)
    collection.note('HKEY_USERS', `Only the first ${MAX_PEOPLE} of ${present.length} people were looked at`);
  const found: FoundVariable[] = [];
  for (const sid of present.slice(0, MAX_PEOPLE)) {
    const key: Key = { hive: 'users', key: `${sid}\\Environment` };
    const read = await collection.find(key);
    if (read === null) continue;
    const folder = expandPercent(folders.get(sid) ?? '', base);
    const own = lowered(folder === '' ? [] : [['USERPROFILE', folder]]);
    const lookup: Lookup = (name) => own.get(name) ?? base(name);
    const owner = clip(folder.slice(folder.lastIndexOf('\\') + 1) || sid, 512);
    found.push(...variablesIn(key, read, { scope: 'user', owner, readAs: NOBODY, lookup }));
  }
  return found;
}

/** What the service control manager adds for one service: texts `NAME=value` of its value `Environment`, expanded by nobody. */
async function ofServices(collection: Collection): Promise<FoundVariable[]> {
  const services = await collection.find({ hive: 'localMachine', key: SERVICES });
  const found: FoundVariable[] = [];
  for (const owner of (services?.keys ?? []).slice(0, MAX_SERVICES)) {
    const key: Key = { hive: 'localMachine', key: `${SERVICES}\\${owner}` };
    const read = await collection.find(key);
    const texts = read?.values.find(({ name }) => name.toLowerCase() === 'environment')?.text ?? '';
    const values = texts.split('\0').flatMap((text) => {
      const equals = text.indexOf('=');
      return equals < 1
        ? []
        : [{ name: text.slice(0, equals), text: text.slice(equals + 1), expands: false }];
    });
    const service: Owner = { scope: 'service', owner, readAs: null, lookup: () => undefined };
    found.push(...variablesIn(key, { state: 'read', values, keys: [] }, service));
  }
  return found;
}

/**
 * CA variables of Windows: the machine's, those of services and those of everybody who is signed in, out of the registry. A file that a person's variable
 * names is not read: nothing is opened with another account's rights here yet, and not with the agent's either (security.md, "a local
 * user").
 */
export async function windowsVariables(
  registry: Registry | null,
  options: CollectOptions,
): Promise<FoundVariables> {
  if (registry === null) {
    const reason = 'The registry could not be reached, so no variable of the machine or of a person is known';
    return { found: [], problems: [{ path: 'HKEY_LOCAL_MACHINE', reason }] };
  }
  const collection = new Collection(registry);
  const key: Key = { hive: 'localMachine', key: MACHINE };
  const machine = await collection.find(key);
  const values = lowered([
    ...Object.entries(options.processEnv),
    ...(machine?.values ?? []).map(({ name, text }) => [name, text] as const),
  ]);
  const base: Lookup = (name) => values.get(name);
  const owner: Owner = { scope: 'machine', owner: null, readAs: null, lookup: base };
  const found = machine === null ? [] : variablesIn(key, machine, owner);
  const services = await ofServices(collection);
  const people = await ofPeople(collection, base);
  return { found: [...found, ...services, ...people], problems: collection.problems };
}
