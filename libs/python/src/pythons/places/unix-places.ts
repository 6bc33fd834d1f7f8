import { below, isInside, withoutSlash } from '../../paths.ts';
import { homeOf, type Reader, type Scan } from '../../scan.ts';
import type { Candidate, Place } from './candidate.ts';
import { condaPlaces } from './conda.ts';
import { directoriesIn } from './directories-in.ts';
import { people } from './people.ts';

/** Directories of interpreters: PATH, /usr, /usr/local, /opt, pyenv, conda, uv. `watched`: where one more may appear. */
export async function unixPlaces(
  scan: Scan,
): Promise<{ readonly places: readonly Place[]; readonly watched: readonly string[] }> {
  const pyenvs = pyenvRoots(scan);
  const uvs = uvRoots(scan);
  const places = [...fixedPlaces(scan, pyenvs), ...(await optPlaces(scan)), ...homePlaces(scan)];
  for (const root of pyenvs)
    places.push(...(await versionPlaces(scan, { root: `${root}/versions`, kind: 'pyenv' })));
  for (const root of uvs) places.push(...(await versionPlaces(scan, { root, kind: 'uv' })));
  places.push(...(await condaPlaces(scan)));
  return { places, watched: [...pyenvs.map((root) => `${root}/versions`), ...uvs] };
}

function fixedPlaces(scan: Scan, pyenvs: readonly string[]): Place[] {
  const path = scan.options.path ?? scan.options.processEnv['PATH'] ?? '';
  const named = path.split(':').filter((directory) => directory.startsWith('/') && !isShims(directory));
  const fixed = ['/usr/bin', '/usr/local/bin'].map((directory) => below(scan.root, directory));
  return [...fixed, ...named].map((written) => {
    const directory = withoutSlash(written);
    return { directory, kind: kindOf(scan, { directory, pyenvs }), reader: homeReader(scan, directory) };
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
    const path = `${opt}/${first}`;
    const reader = await scan.readerFor(path);
    if (first !== 'bin') places.push({ directory: `${path}/bin`, kind: 'opt', reader });
    for (const second of await directoriesIn(scan, { path, reader }))
      if (second !== 'bin')
        places.push({
          directory: `${path}/${second}/bin`,
          kind: 'opt',
          reader: await scan.readerFor(`${path}/${second}`),
        });
  }
  return places;
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

/** Of the service's own environment, and in every home. */
function rootsOf(scan: Scan, where: { readonly variable: string; readonly inHome: string }): string[] {
  const named = scan.options.processEnv[where.variable];
  const homes = people(scan).map(({ account }) => `${account.home}/${where.inHome}`);
  return [...new Set([...(named?.startsWith('/') === true ? [withoutSlash(named)] : []), ...homes])];
}

function pyenvRoots(scan: Scan): string[] {
  return rootsOf(scan, { variable: 'PYENV_ROOT', inHome: '.pyenv' });
}

function uvRoots(scan: Scan): string[] {
  return rootsOf(scan, { variable: 'UV_PYTHON_INSTALL_DIR', inHome: '.local/share/uv/python' });
}

/** `<root>/<version>/bin`. */
async function versionPlaces(
  scan: Scan,
  { root, kind }: { readonly root: string; readonly kind: Candidate['kind'] },
): Promise<Place[]> {
  const reader = homeOf(scan, root) === null ? await scan.readerFor(root) : homeReader(scan, root);
  const versions = await directoriesIn(scan, { path: root, reader });
  return versions.map((version) => ({ directory: `${root}/${version}/bin`, kind, reader }));
}
