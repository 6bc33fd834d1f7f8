import { below, isAbsolutePath, isInside } from '../../paths.ts';
import type { Scan } from '../../scan.ts';
import type { ProductPlace } from '../../types.ts';
import { isProductProgram, isPythonName, type Candidate, type Candidates } from './candidate.ts';
import { people, readerAt } from './people.ts';
import { PRODUCTS, type KnownProduct } from './products.ts';

const MAX_LISTED = 400;
const MAX_FOUND = 200;

/** Pythons inside other products: the built-in table and what was configured. */
export async function productCandidates(scan: Scan): Promise<Candidates> {
  const configured = (scan.options.products ?? []).map((place: ProductPlace) => ({
    ...place,
    kind: 'dcc' as const,
    configured: true,
  }));
  const known = PRODUCTS[scan.ports.platform].map((place) => ({ ...place, configured: false }));
  const search: Search = { scan, listed: new Map(), directories: new Set() };
  const candidates: Candidate[] = [];
  for (const place of [...known, ...configured])
    for (const pattern of place.patterns)
      for (const start of startsOf(scan, pattern))
        candidates.push(...(await matching(search, { ...start, place })));
  if (candidates.length > MAX_FOUND)
    scan.note('/', `Only the first ${MAX_FOUND} Pythons of products were looked at`);
  return { candidates: candidates.slice(0, MAX_FOUND), directories: [...search.directories] };
}

interface Search {
  readonly scan: Scan;
  /** Names below a directory; one listing serves all patterns. */
  readonly listed: Map<string, Promise<readonly string[]>>;
  readonly directories: Set<string>;
}

interface Wanted {
  /** Absolute, without a wildcard. */
  readonly base: string;
  readonly parts: readonly string[];
  readonly place: KnownProduct & { readonly configured: boolean };
}

/** `~/x` once for each person; a pattern of another platform is none here. */
function startsOf(
  scan: Scan,
  pattern: string,
): { readonly base: string; readonly parts: readonly string[] }[] {
  const written = pattern.replaceAll('\\', '/');
  if (written.startsWith('~/')) {
    const parts = written.slice(2).split('/');
    return people(scan).map(({ account }) => ({ base: account.home, parts }));
  }
  const windows = scan.ports.platform === 'windows';
  if (!isAbsolutePath(written) || windows === written.startsWith('/')) return [];
  const [drive = '', ...parts] = written.split('/');
  return [{ base: windows ? below(scan.root, drive) : scan.root, parts }];
}

interface Match {
  readonly path: string;
  /** What the first wildcard stands for. */
  readonly version: string | null;
}

async function matching(search: Search, wanted: Wanted): Promise<Candidate[]> {
  const { scan } = search;
  let found: readonly Match[] = [{ path: wanted.base === '/' ? '' : wanted.base, version: null }];
  for (const part of wanted.parts) {
    const next = await Promise.all(found.map((match) => oneFurther(search, { match, part })));
    found = next.flat().slice(0, MAX_FOUND);
  }
  const candidates: Candidate[] = [];
  for (const { path, version } of found)
    if (isOffered(path, wanted) && (await scan.chain(path)).state === 'resolved')
      candidates.push(candidateOf(scan, { path, version, place: wanted.place }));
  return candidates;
}

async function oneFurther(
  search: Search,
  { match, part }: { readonly match: Match; readonly part: string },
): Promise<Match[]> {
  const { path, version } = match;
  const expression = wildcard(part);
  if (expression === null) return [{ path: `${path}/${part}`, version }];
  const names = await namesIn(search, path === '' ? '/' : path);
  return names.flatMap((name) => {
    const fits = expression.exec(name);
    return fits === null ? [] : [{ path: `${path}/${name}`, version: version ?? fits[1] ?? null }];
  });
}

/** `python*` also matches `python3-config`; a configured pattern may name a program of a name of its own. */
function isOffered(path: string, { place, parts }: Wanted): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (isPythonName(name)) return true;
  return place.configured && (isProductProgram(name) || !(parts.at(-1) ?? '').includes('*'));
}

function candidateOf(
  scan: Scan,
  { path, version, place }: { path: string; version: string | null; place: Wanted['place'] },
): Candidate {
  const number = version?.replace(/^[\s_-]+|[\s_-]+$/g, '') ?? '';
  const product = /\d/.test(number) ? `${place.product} ${number}` : place.product;
  const account = people(scan).find(({ account: { home } }) => isInside(path, home));
  const own = account?.reader ?? null;
  return { path, kind: place.kind, product, ...(own === null ? {} : { readAs: own }) };
}

/** Null where there is no wildcard. The first `*` is a group. */
export function wildcard(part: string): RegExp | null {
  if (!/[*[]/.test(part)) return null;
  const source = part.replace(/\*|\[0-9\]|[\\^$.|?+()[\]{}]/g, (found) =>
    found === '*' ? '(.*)' : found === '[0-9]' ? '[0-9]' : `\\${found}`,
  );
  return new RegExp(
    `^${/\[0-9\]\(\.\*\)/.test(source) ? source.replace('[0-9](.*)', '([0-9].*)') : source}$`,
    'i',
  );
}

function namesIn(search: Search, directory: string): Promise<readonly string[]> {
  const known = search.listed.get(directory);
  if (known !== undefined) return known;
  if (search.listed.size >= MAX_LISTED) return Promise.resolve([]);
  const { scan } = search;
  const names = scan.chain(directory).then(async ({ state }) => {
    if (state !== 'resolved') return [];
    const reader = await readerAt(scan, directory);
    const listing = await scan.list(directory, reader);
    if (listing.state === 'unreadable') scan.note(directory, listing.detail);
    if (listing.state === 'listed') search.directories.add(directory);
    return listing.state === 'listed' ? listing.entries.map(({ name }) => name) : [];
  });
  search.listed.set(directory, names);
  return names;
}
