import type { AnchorOrigin } from '@trustfleet/protocol';
import type { TrustStorePorts } from '../ports.ts';
import type { P11Token } from './judge.ts';
import { NOTHING, type P11Objects, type Placement } from './objects.ts';
import { parseSource } from './parse-source.ts';

/** One of p11-kit's trust paths, in the order of its configuration (`--with-trust-paths`). */
export interface P11Path {
  readonly path: string;
  readonly origin: Extract<AnchorOrigin, 'vendor' | 'local'>;
}

/**
 * In the order in which p11-kit loads them (p11_token_load of trust/token.c): the directory itself, then those below.
 * `blacklist` is what older releases of p11-kit read, and later ones pass over: only the bundle tells which it is (trust-stores.md §6.1).
 */
export const PLACES: readonly { readonly name: string; readonly placement: Placement }[] = [
  { name: '', placement: 'plain' },
  { name: 'anchors', placement: 'anchors' },
  { name: 'blocklist', placement: 'blocklist' },
  { name: 'blacklist', placement: 'blocklist' },
];

const MAX_FILES = 2000;

export interface P11Sources {
  readonly tokens: readonly P11Token[];
  /** Directories, also those that are not there, and files. */
  readonly watch: readonly string[];
  /** One sentence each. */
  readonly problems: readonly string[];
}

interface Found {
  readonly watch: string[];
  readonly problems: string[];
}

/** Every source file, read and parsed. What is missing is no problem: a system has either list of distrust, or none. */
export async function readSources(ports: TrustStorePorts, paths: readonly P11Path[]): Promise<P11Sources> {
  const found: Found = { watch: [], problems: [] };
  const tokens: P11Token[] = [];
  for (const { path, origin } of paths) {
    const files: { path: string; objects: P11Objects }[] = [];
    for (const { name, placement } of PLACES)
      files.push(
        ...(await readPlace(ports, { directory: name === '' ? path : `${path}/${name}`, placement, found })),
      );
    tokens.push({ origin, files });
  }
  return { tokens, ...found };
}

interface Place {
  readonly directory: string;
  readonly placement: Placement;
  readonly found: Found;
}

async function readPlace(
  ports: TrustStorePorts,
  { directory, placement, found }: Place,
): Promise<{ path: string; objects: P11Objects }[]> {
  found.watch.push(directory);
  const listing = await ports.listDirectory(directory, { limit: MAX_FILES });
  if (listing.state !== 'listed') {
    if (listing.state === 'unreadable') found.problems.push(listing.detail);
    return [];
  }
  if (listing.truncated)
    found.problems.push(`${directory} holds more than ${MAX_FILES} files: only those were read`);
  const files: { path: string; objects: P11Objects }[] = [];
  for (const { name, kind } of listing.entries) {
    if (kind === 'directory') continue;
    const path = `${directory}/${name}`;
    const objects = await readSource(ports, { path, placement, found });
    if (objects !== null) files.push({ path, objects });
  }
  return files;
}

async function readSource(
  ports: TrustStorePorts,
  { path, placement, found }: { path: string; placement: Placement; found: Found },
): Promise<P11Objects | null> {
  found.watch.push(path);
  const read = await ports.readFile(path);
  if (read.state !== 'read') {
    // A link to a directory is none of p11-kit's files; one that leads nowhere is said by `localAnchors`.
    if (read.state === 'unreadable' || read.state === 'tooLarge') found.problems.push(read.detail);
    return null;
  }
  const objects = parseSource(read.bytes, placement);
  const problem = objects?.problems[0];
  if (problem !== undefined) found.problems.push(`${path}, line ${problem.line}: ${problem.reason}`);
  return objects ?? NOTHING;
}
