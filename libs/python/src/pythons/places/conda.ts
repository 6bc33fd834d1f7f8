import { below, isInside, withoutSlash } from '../../paths.ts';
import type { Account } from '../../ports.ts';
import type { Reader, Scan } from '../../scan.ts';
import type { Place } from './candidate.ts';
import { directoriesIn } from './directories-in.ts';
import { people } from './people.ts';

/** Directories that the installers of conda, mamba and micromamba suggest. */
const BASES = ['miniconda3', 'anaconda3', 'miniforge3', 'mambaforge', 'micromamba', 'conda'];
/** conda's and micromamba's directories of environments without a base (docs.conda.io, `envs_dirs`). */
const ENVIRONMENTS = ['.conda/envs', '.local/share/mamba/envs', '.mamba/envs'];
const MAX_NAMED = 100;

/** Bases and their environments, and what `~/.conda/environments.txt` names. */
export async function condaPlaces(scan: Scan): Promise<Place[]> {
  const places: Place[] = [];
  for (const root of ['/opt', '/usr/local'].map((path) => below(scan.root, path)))
    for (const base of BASES)
      places.push(
        ...(await basePlaces(scan, { base: `${root}/${base}`, reader: await scan.readerFor(root) })),
      );
  for (const { account, reader } of people(scan)) {
    for (const base of BASES)
      places.push(...(await basePlaces(scan, { base: `${account.home}/${base}`, reader })));
    for (const at of ENVIRONMENTS)
      places.push(...(await environmentPlaces(scan, { directory: `${account.home}/${at}`, reader })));
    places.push(...(await namedPlaces(scan, { account, reader })));
  }
  return places;
}

async function basePlaces(
  scan: Scan,
  { base, reader }: { readonly base: string; readonly reader: Reader },
): Promise<Place[]> {
  if ((await scan.chain(base)).state !== 'resolved') return [];
  return [
    { directory: `${base}/bin`, kind: 'conda', reader },
    ...(await environmentPlaces(scan, { directory: `${base}/envs`, reader })),
  ];
}

async function environmentPlaces(
  scan: Scan,
  { directory, reader }: { readonly directory: string; readonly reader: Reader },
): Promise<Place[]> {
  if ((await scan.chain(directory)).state !== 'resolved') return [];
  const names = await directoriesIn(scan, { path: directory, reader });
  return names.map((name) => ({ directory: `${directory}/${name}/bin`, kind: 'conda', reader }));
}

/** One prefix a line. A person wrote it, so what it names outside the home is looked at with that person's rights alone. */
async function namedPlaces(
  scan: Scan,
  { account, reader }: { readonly account: Account & { readonly home: string }; readonly reader: Reader },
): Promise<Place[]> {
  const file = `${account.home}/.conda/environments.txt`;
  if ((await scan.chain(file)).state !== 'resolved') return [];
  const read = await scan.read(file, { reader, maxBytes: 256 * 1024 });
  if (read.state !== 'read') {
    if (read.state !== 'missing') scan.note(file, read.detail);
    return [];
  }
  const named = Buffer.from(read.bytes)
    .toString('utf8')
    .split(/\r?\n/)
    .map((line) => withoutSlash(line.trim()))
    .filter((line) => line.startsWith('/') && line.length < 4000 && !line.includes('\0'));
  if (named.length > MAX_NAMED)
    scan.note(file, `Only the first ${MAX_NAMED} of its ${named.length} environments were looked at`);
  return named.slice(0, MAX_NAMED).map((prefix) => ({
    directory: `${prefix}/bin`,
    kind: 'conda',
    reader,
    ...(reader === null || isInside(prefix, account.home) ? {} : { readAs: reader }),
  }));
}
