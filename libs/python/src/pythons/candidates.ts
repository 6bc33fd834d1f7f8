import type { PythonEnvironment } from '@trustfleet/protocol';
import type { UserAccount } from '../ports.ts';
import { below, isInside } from '../paths.ts';
import { compare, homeOf, type Reader, type Scan } from '../scan.ts';

export interface Candidate {
  readonly path: string;
  readonly kind: PythonEnvironment['kind'];
}

/** `python`, `python3`, `python3.11`, `python3.13t`; not `python3-config` or `pythonw`. */
const INTERPRETER = /^python(\d+(\.\d+)*t?)?$/;
const MAX_DIRECTORIES = 400;
const MAX_CANDIDATES = 1000;
const VENV_SEARCH = { maxDepth: 6, limit: 100, timeoutMs: 5000 } as const;
/** Never hold a venv that someone uses, and are large. */
const PRUNE = [
  'node_modules',
  '.git',
  '.cache',
  '__pycache__',
  'site-packages',
  'dist-packages',
  '.npm',
  '.cargo',
  '.rustup',
  '.local/share/Trash',
  'proc',
];

export interface Candidates {
  readonly candidates: readonly Candidate[];
  /** Directories in which an interpreter may appear. */
  readonly directories: readonly string[];
}

interface Place {
  readonly directory: string;
  readonly kind: Candidate['kind'];
  readonly reader: Reader;
}

/** Interpreters of PATH, /usr, /usr/local, /opt, pyenv and venvs; nothing is opened here but directories. */
export async function findCandidates(scan: Scan): Promise<Candidates> {
  const pyenvs = pyenvRoots(scan);
  const places = [...fixedPlaces(scan, pyenvs), ...(await optPlaces(scan)), ...homePlaces(scan)];
  for (const root of pyenvs) places.push(...(await pyenvPlaces(scan, root)));
  const unique = [
    ...new Map(places.toReversed().map((place) => [place.directory, place])).values(),
  ].toReversed();
  if (unique.length > MAX_DIRECTORIES)
    scan.note(
      '/',
      `Interpreters were looked for in the first ${MAX_DIRECTORIES} of ${unique.length} directories`,
    );
  const candidates: Candidate[] = [];
  const kept = unique.slice(0, MAX_DIRECTORIES);
  for (const place of kept) candidates.push(...(await interpretersIn(scan, place)));
  candidates.push(...(await venvs(scan)));
  if (candidates.length > MAX_CANDIDATES)
    scan.note('/', `Only the first ${MAX_CANDIDATES} interpreters were looked at`);
  return {
    candidates: candidates.slice(0, MAX_CANDIDATES),
    directories: [...kept.map((place) => place.directory), ...pyenvs.map((root) => `${root}/versions`)],
  };
}

function fixedPlaces(scan: Scan, pyenvs: readonly string[]): Place[] {
  const path = scan.options.path ?? scan.options.processEnv['PATH'] ?? '';
  const named = path.split(':').filter((directory) => directory.startsWith('/') && !isShims(directory));
  const fixed = ['/usr/bin', '/usr/local/bin'].map((directory) => below(scan.root, directory));
  return [...fixed, ...named].map((directory) => {
    const kind = kindOf(scan, { directory: directory.replace(/\/+$/, ''), pyenvs });
    return { directory: directory.replace(/(.)\/+$/, '$1'), kind, reader: homeReader(scan, directory) };
  });
}

/** pyenv, asdf and mise put scripts there that only choose an interpreter. */
function isShims(directory: string): boolean {
  return /\/shims\/*$/.test(directory);
}

function kindOf(
  scan: Scan,
  place: { readonly directory: string; readonly pyenvs: readonly string[] },
): Candidate['kind'] {
  const at = (path: string): string => below(scan.root, path);
  if (place.pyenvs.some((root) => isInside(place.directory, root))) return 'pyenv';
  if (isInside(place.directory, at('/usr/local'))) return 'local';
  if ([at('/usr'), at('/bin')].some((system) => isInside(place.directory, system))) return 'system';
  if (isInside(place.directory, at('/opt'))) return 'opt';
  return homeOf(scan, place.directory) === null ? 'local' : 'user';
}

function homeReader(scan: Scan, path: string): Reader {
  const account = homeOf(scan, path);
  return account === null ? null : (scan.readerOf(account) ?? null);
}

async function optPlaces(scan: Scan): Promise<Place[]> {
  const opt = below(scan.root, '/opt');
  const places: Place[] = [];
  for (const first of await directoriesIn(scan, { path: opt, reader: null })) {
    if (first !== 'bin')
      places.push({
        directory: `${opt}/${first}/bin`,
        kind: 'opt',
        reader: await scan.readerFor(`${opt}/${first}`),
      });
    for (const second of await directoriesIn(scan, {
      path: `${opt}/${first}`,
      reader: await scan.readerFor(`${opt}/${first}`),
    }))
      if (second !== 'bin')
        places.push({
          directory: `${opt}/${first}/${second}/bin`,
          kind: 'opt',
          reader: await scan.readerFor(`${opt}/${first}/${second}`),
        });
  }
  return places;
}

async function directoriesIn(scan: Scan, where: { path: string; reader: Reader }): Promise<string[]> {
  const listing = await scan.list(where.path, where.reader);
  if (listing.state === 'missing') return [];
  if (listing.state !== 'listed') {
    scan.note(where.path, listing.detail);
    return [];
  }
  return listing.entries
    .filter((entry) => entry.kind === 'directory' && !entry.name.startsWith('.'))
    .map((entry) => entry.name);
}

function people(scan: Scan): { account: UserAccount; reader: Reader }[] {
  return scan.accounts
    .filter((account) => account.person)
    .slice(0, 100)
    .flatMap((account) => {
      const reader = scan.readerOf(account);
      return reader === undefined ? [] : [{ account, reader }];
    });
}

function homePlaces(scan: Scan): Place[] {
  return people(scan).flatMap(({ account, reader }) =>
    ['bin', '.local/bin'].map((name) => ({
      directory: `${account.home}/${name}`,
      kind: 'user' as const,
      reader,
    })),
  );
}

function pyenvRoots(scan: Scan): string[] {
  const named = scan.options.processEnv['PYENV_ROOT'];
  const homes = people(scan).map(({ account }) => `${account.home}/.pyenv`);
  return [
    ...new Set([...(named?.startsWith('/') === true ? [named.replace(/(.)\/+$/, '$1')] : []), ...homes]),
  ];
}

async function pyenvPlaces(scan: Scan, root: string): Promise<Place[]> {
  const reader = homeOf(scan, root) === null ? await scan.readerFor(root) : homeReader(scan, root);
  const versions = await directoriesIn(scan, { path: `${root}/versions`, reader });
  return versions.map((version) => ({ directory: `${root}/versions/${version}/bin`, kind: 'pyenv', reader }));
}

async function interpretersIn(scan: Scan, place: Place): Promise<Candidate[]> {
  const listing = await scan.list(place.directory, place.reader);
  if (listing.state !== 'listed') {
    if (listing.state === 'unreadable') scan.note(place.directory, listing.detail);
    return [];
  }
  return listing.entries
    .filter((entry) => entry.kind !== 'directory' && INTERPRETER.test(entry.name))
    .map((entry) => ({ path: `${place.directory}/${entry.name}`, kind: place.kind }));
}

/** venvs are told by their pyvenv.cfg (PEP 405), below homes and /opt. */
async function venvs(scan: Scan): Promise<Candidate[]> {
  const roots = [
    { root: below(scan.root, '/opt'), reader: null },
    ...people(scan).map(({ account, reader }) => ({ root: account.home, reader })),
  ];
  const found: string[] = [];
  for (const { root, reader } of roots) {
    if ((await scan.ports.networkMount(root)) !== null) {
      scan.note(root, 'Lies on a network mount: no virtual environments were looked for there');
      continue;
    }
    const result = await scan.ports.findFiles({
      ...VENV_SEARCH,
      root,
      names: ['pyvenv.cfg'],
      prune: PRUNE,
      asUser: reader ?? undefined,
    });
    if (!result.complete)
      scan.note(
        root,
        `Not all virtual environments were found: ${result.detail ?? 'the search ended early'}`,
      );
    found.push(...result.paths);
  }
  return [...new Set(found)]
    .toSorted(compare)
    .map((path) => ({ path: `${path.slice(0, -'/pyvenv.cfg'.length)}/bin/python`, kind: 'venv' as const }));
}
