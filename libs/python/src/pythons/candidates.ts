import { isAbsolutePath, nameOf } from '../paths.ts';
import type { Scan } from '../scan.ts';
import {
  INTERPRETER,
  isPythonName,
  WINDOWS_INTERPRETER,
  type Candidate,
  type Candidates,
  type Place,
} from './places/candidate.ts';
import { macosPlaces, macosStubs } from './places/macos-places.ts';
import { productCandidates } from './places/product-places.ts';
import { searchPythons, type Searched } from './places/search.ts';
import { unixPlaces } from './places/unix-places.ts';
import { windowsCandidates, windowsPlaces } from './places/windows-places.ts';

export type { Candidate } from './places/candidate.ts';

const MAX_DIRECTORIES = 600;
const MAX_CANDIDATES = 1000;

/** Every place of failures.md §7.4 on this platform; nothing is opened here but directories. */
export async function findCandidates(scan: Scan): Promise<Candidates & Searched> {
  const { places, watched, single } = await placesOf(scan);
  const unique = [
    ...new Map(places.toReversed().map((place) => [keyOf(place), place])).values(),
  ].toReversed();
  if (unique.length > MAX_DIRECTORIES)
    scan.note(
      '/',
      `Interpreters were looked for in the first ${MAX_DIRECTORIES} of ${unique.length} directories`,
    );
  const candidates: Candidate[] = [...single, ...namedInterpreters(scan)];
  const kept = unique.slice(0, MAX_DIRECTORIES);
  for (const place of kept) candidates.push(...(await interpretersIn(scan, place)));
  const products = await productCandidates(scan);
  const searched = await searchPythons(scan);
  candidates.push(...products.candidates, ...searched.found);
  if (candidates.length > MAX_CANDIDATES)
    scan.note('/', `Only the first ${MAX_CANDIDATES} interpreters were looked at`);
  return {
    ...searched,
    candidates: candidates.slice(0, MAX_CANDIDATES),
    directories: [...kept.map((place) => place.directory), ...watched, ...products.directories],
  };
}

/** A text names it, so that it is looked at only under a Python's name, and started only where its standard library is beside it. */
function namedInterpreters(scan: Scan): Candidate[] {
  return (scan.options.interpreters ?? [])
    .map((path) => (scan.ports.platform === 'windows' ? path.replaceAll('\\', '/') : path))
    .filter((path) => isAbsolutePath(path) && isPythonName(nameOf(path)))
    .map((path) => ({ path, kind: 'configured', onlyWithLibrary: true }));
}

const keyOf = (place: Place): string => `${place.readAs?.uid ?? ''} ${place.directory}`;

async function placesOf(scan: Scan): Promise<{
  readonly places: readonly Place[];
  readonly watched: readonly string[];
  readonly single: readonly Candidate[];
}> {
  if (scan.ports.platform === 'windows')
    return { places: await windowsPlaces(scan), watched: [], single: await windowsCandidates(scan) };
  const { places, watched } = await unixPlaces(scan);
  if (scan.ports.platform === 'linux') return { places, watched, single: [] };
  return { places: [...(await macosPlaces(scan)), ...places], watched, single: await macosStubs(scan) };
}

async function interpretersIn(scan: Scan, place: Place): Promise<Candidate[]> {
  // Metadata alone; to list as another account takes a child.
  if ((await scan.chain(place.directory)).state === 'missing') return [];
  const listing = await scan.list(place.directory, place.reader);
  if (listing.state !== 'listed') {
    if (listing.state === 'unreadable') scan.note(place.directory, listing.detail);
    return [];
  }
  const pattern = scan.ports.platform === 'windows' ? WINDOWS_INTERPRETER : INTERPRETER;
  return listing.entries
    .filter((entry) => entry.kind !== 'directory' && pattern.test(entry.name))
    .map((entry) => ({
      path: `${place.directory}/${entry.name}`,
      kind: place.kind,
      ...(place.readAs === undefined ? {} : { readAs: place.readAs }),
    }));
}
