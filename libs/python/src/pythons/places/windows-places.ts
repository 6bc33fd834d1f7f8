import { below } from '../../paths.ts';
import { NOBODY } from '../../ports.ts';
import type { Scan } from '../../scan.ts';
import { expandPercent } from '../../variables/expand.ts';
import { PERSON, profileFolders } from '../../windows-people.ts';
import type { Candidate, Place } from './candidate.ts';
import { directoriesIn } from './directories-in.ts';

const PYTHON_KEYS = ['SOFTWARE\\Python', 'SOFTWARE\\WOW6432Node\\Python'];
const MAX_TAGS = 200;
/** Read by the launchers alone (PEP 514: "reserved"). */
const NO_COMPANY = 'PyLauncher';
const STUB = 'it is a stub of the Microsoft Store, which opens a window';
const NO_RIGHTS = 'on Windows nothing of a person is opened yet: what is shown is what the registry says';

/** What is registered (PEP 514; the launchers list the same), stubs of the Store, and 3ds Max, which only the registry finds. */
export async function windowsCandidates(scan: Scan): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const key of PYTHON_KEYS) candidates.push(...(await registered(scan, { hive: 'localMachine', key })));
  candidates.push(...(await maxCandidates(scan)), ...(await ofPeople(scan)));
  return candidates;
}

interface Key {
  readonly hive: 'localMachine' | 'users';
  readonly key: string;
}

async function readKey(
  scan: Scan,
  { hive, key }: Key,
): Promise<{ readonly values: ReadonlyMap<string, string>; readonly keys: readonly string[] } | null> {
  const read = await scan.ports.registry?.read(hive, key);
  if (read?.state === 'unreadable')
    scan.note(`${hive === 'users' ? 'HKEY_USERS' : 'HKEY_LOCAL_MACHINE'}\\${key}`, read.detail);
  if (read?.state !== 'read') return null;
  return {
    values: new Map(read.values.map(({ name, text }) => [name.toLowerCase(), text])),
    keys: read.keys,
  };
}

/** `Software\Python\<company>\<tag>\InstallPath`. */
async function registered(scan: Scan, at: Key): Promise<Candidate[]> {
  const found: Candidate[] = [];
  const companies = (await readKey(scan, at))?.keys ?? [];
  for (const company of companies.filter((name) => name !== NO_COMPANY)) {
    const tags = (await readKey(scan, { ...at, key: `${at.key}\\${company}` }))?.keys ?? [];
    for (const tag of tags.slice(0, MAX_TAGS))
      found.push(...(await registeredTag(scan, at, `${company}\\${tag}`)));
  }
  return found;
}

async function registeredTag(scan: Scan, at: Key, tag: string): Promise<Candidate[]> {
  const key = `${at.key}\\${tag}`;
  const install = (await readKey(scan, { ...at, key: `${key}\\InstallPath` }))?.values;
  const directory = install?.get('');
  const executable = install?.get('executablepath') ?? `${directory ?? ''}\\python.exe`;
  if (!/^[a-z]:[\\/]/i.test(executable)) return [];
  const about = (await readKey(scan, { ...at, key }))?.values ?? new Map<string, string>();
  return [
    {
      path: pathOf(scan, executable),
      stated: { version: statedVersion(about) },
      ...rightsOf(at, isStub(executable)),
    },
  ];
}

function rightsOf(at: Key, stub: boolean): Pick<Candidate, 'kind' | 'neverRun' | 'readAs'> {
  const own = at.hive === 'users';
  const neverRun = stub ? STUB : own ? NO_RIGHTS : null;
  return {
    kind: stub ? 'store' : 'windowsRegistry',
    ...(neverRun === null ? {} : { neverRun }),
    ...(own ? { readAs: NOBODY } : {}),
  };
}

/** `Version` is the whole one, `SysVersion` its line (PEP 514). */
function statedVersion(values: ReadonlyMap<string, string>): string | null {
  const texts = ['version', 'sysversion'].map((name) => values.get(name) ?? '');
  return texts.find((text) => /^\d+\.\d+/.test(text))?.slice(0, 60) ?? null;
}

function pathOf(scan: Scan, written: string): string {
  return below(scan.root, written.replaceAll('\\', '/').replace(/([^:])\/{2,}/g, '$1/'));
}

function isStub(path: string): boolean {
  return /[\\/]WindowsApps[\\/]/i.test(path);
}

/** Of people who are signed in: Windows loads their registry only then. */
async function ofPeople(scan: Scan): Promise<Candidate[]> {
  const { registry } = scan.ports;
  if (registry === null) return [];
  const loaded = (await readKey(scan, { hive: 'users', key: '' }))?.keys ?? [];
  const found: Candidate[] = [];
  for (const sid of loaded.filter((name) => PERSON.test(name)).slice(0, 100))
    found.push(...(await registered(scan, { hive: 'users', key: `${sid}\\Software\\Python` })));
  const drive = (name: string): string | undefined => {
    const known = Object.entries(scan.options.processEnv).find(([key]) => key.toLowerCase() === name);
    return known?.[1];
  };
  for (const folder of (await profileFolders(registry)).values())
    found.push(...(await stubsOf(scan, expandPercent(folder, drive))));
  return found;
}

/** Names alone: nothing there is opened, and a stub is never started. */
async function stubsOf(scan: Scan, folder: string): Promise<Candidate[]> {
  if (!/^[a-z]:[\\/]/i.test(folder)) return [];
  const directory = `${pathOf(scan, folder)}/AppData/Local/Microsoft/WindowsApps`;
  const listing = await scan.list(directory, null);
  if (listing.state !== 'listed') return [];
  return listing.entries
    .filter(({ name }) => /^python(\d+(\.\d+)*)?\.exe$/i.test(name))
    .map(({ name }) => ({
      path: `${directory}/${name}`,
      kind: 'store',
      neverRun: STUB,
      readAs: NOBODY,
      stated: { version: null },
    }));
}

/** 3ds Max is found by the registry (failures.md §7.4). */
async function maxCandidates(scan: Scan): Promise<Candidate[]> {
  const key = 'SOFTWARE\\Autodesk\\3dsMax';
  const found: Candidate[] = [];
  for (const version of ((await readKey(scan, { hive: 'localMachine', key }))?.keys ?? []).slice(0, 50)) {
    const about = await readKey(scan, { hive: 'localMachine', key: `${key}\\${version}` });
    const directory = about?.values.get('installdir');
    if (directory === undefined || !/^[a-z]:[\\/]/i.test(directory)) continue;
    const name = about?.values.get('productname') ?? `3ds Max ${version}`;
    for (const at of ['Python/python.exe', '3dsmaxpy.exe'])
      found.push({ path: pathOf(scan, `${directory}/${at}`), kind: 'dcc', product: name.slice(0, 200) });
  }
  return found;
}

/** Directories of interpreters: PATH, and where installers put them for everybody. */
export async function windowsPlaces(scan: Scan): Promise<Place[]> {
  const path = scan.options.path ?? variable(scan, 'path');
  const named = path
    .split(';')
    .map((one) => one.trim().replace(/^"|"$/g, ''))
    .filter((one) => /^[a-z]:[\\/]/i.test(one) && !isStub(`${one}\\`))
    .map((one) => pathOf(scan, one).replace(/\/+$/, ''));
  const places: Place[] = named.map((directory) => ({ directory, kind: 'local', reader: null }));
  const put = async (root: string, pattern: RegExp, kind: Place['kind']): Promise<void> => {
    const at = below(scan.root, root);
    if ((await scan.chain(at)).state !== 'resolved') return;
    for (const name of await directoriesIn(scan, { path: at, reader: null }))
      if (pattern.test(name)) places.push({ directory: `${at}/${name}`, kind, reader: null });
  };
  await put('C:/', /^python\d*/i, 'local');
  for (const root of ['C:/Program Files', 'C:/Program Files (x86)'])
    await put(root, /^python[ -]?\d/i, 'local');
  for (const base of ['miniconda3', 'anaconda3', 'miniforge3', 'mambaforge']) {
    await put('C:/ProgramData', new RegExp(`^${base}$`, 'i'), 'conda');
    await put(`C:/ProgramData/${base}/envs`, /./, 'conda');
  }
  return places;
}

function variable(scan: Scan, name: string): string {
  const known = Object.entries(scan.options.processEnv).find(([key]) => key.toLowerCase() === name);
  return known?.[1] ?? '';
}
