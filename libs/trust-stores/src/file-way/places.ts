import type { TrustStorePorts } from '../ports.ts';
import type { KeptDirectory } from './layout.ts';

/** A file of a place, or a link that its tool would follow. */
export interface PlaceFile {
  /** Below the place, with `/` between directories. */
  readonly name: string;
  readonly path: string;
  readonly kind: 'file' | 'link' | 'other';
}

export interface PlaceWalk {
  /** Sorted by path. */
  readonly files: readonly PlaceFile[];
  /** Directories that could be read, the place itself first; empty when it is not there. */
  readonly directories: readonly string[];
  /** Links to directories below it: a tool may follow them, we do not. */
  readonly directoryLinks: readonly string[];
  /** What could not be looked at, each with its reason; without these the walk is whole. */
  readonly gaps: readonly string[];
}

interface Walk {
  readonly ports: TrustStorePorts;
  readonly place: KeptDirectory;
  readonly limit: number;
  readonly files: PlaceFile[];
  readonly directories: string[];
  readonly directoryLinks: string[];
  readonly gaps: string[];
}

/** The files that the store's tool reads there, up to `limit`. A place that is missing has none, and no gap. */
export async function walkPlace(
  ports: TrustStorePorts,
  place: KeptDirectory,
  limit: number,
): Promise<PlaceWalk> {
  const walk: Walk = {
    ...{ ports, place, limit, files: [], directories: [] },
    ...{ directoryLinks: [], gaps: [] },
  };
  const pending = [{ below: '', depth: 0 }];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const { below, depth } = next;
    for (const name of await enter(walk, below))
      if (depth < place.depth) pending.push({ below: `${below}${name}/`, depth: depth + 1 });
      else if (place.depth > 0) walk.gaps.push(`${place.path}/${below}${name} lies too deep`);
  }
  if (walk.files.length > limit) walk.gaps.push(`${place.path} holds more than ${limit} files`);
  const files = walk.files.toSorted((a, b) => (a.path < b.path ? -1 : 1)).slice(0, limit);
  return { files, directories: walk.directories, directoryLinks: walk.directoryLinks, gaps: walk.gaps };
}

/** Takes in one directory and gives the names of those below it. */
async function enter(walk: Walk, below: string): Promise<string[]> {
  const { ports, place, limit } = walk;
  const directory = below === '' ? place.path : `${place.path}/${below.slice(0, -1)}`;
  if (walk.files.length > limit || walk.directories.length > limit) return [];
  const listing = await ports.listDirectory(directory, { limit });
  if (listing.state !== 'listed') {
    if (below !== '' || listing.state !== 'missing') walk.gaps.push(listing.detail);
    return [];
  }
  walk.directories.push(directory);
  if (listing.truncated) walk.gaps.push(`${directory} holds more than ${limit} files`);
  for (const { name, kind } of listing.entries)
    if (kind !== 'directory')
      await takeEntry(walk, { name: `${below}${name}`, path: `${directory}/${name}`, kind });
  return listing.entries.filter(({ kind }) => kind === 'directory').map(({ name }) => name);
}

async function takeEntry(walk: Walk, file: PlaceFile): Promise<void> {
  const { name, path, kind } = file;
  if (kind === 'link' && (await leadsToDirectory(walk.ports, path))) {
    // Where the tool enters no directory it follows no link to one either.
    if (walk.place.depth > 0) walk.directoryLinks.push(path);
  } else if (walk.place.reads(name.slice(name.lastIndexOf('/') + 1))) walk.files.push(file);
}

async function leadsToDirectory(ports: TrustStorePorts, path: string): Promise<boolean> {
  const [found] = await ports.identify([path]);
  return found?.kind === 'directory';
}
