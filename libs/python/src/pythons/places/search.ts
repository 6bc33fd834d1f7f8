import { below, isInside, withoutSlash } from '../../paths.ts';
import type { PythonShare } from '../../ports.ts';
import { compare, homeOf, type Reader, type Scan } from '../../scan.ts';
import type { FoundPlace } from '../../types.ts';
import { INTERPRETER } from './candidate.ts';
import { people } from './people.ts';

const HOMES = { maxDepth: 6, limit: 100, timeoutMs: 5000 } as const;
const CONFIGURED = { maxDepth: 8, limit: 300, timeoutMs: 10_000 } as const;
/** Searches below homes are repeated no sooner: most of a second look's time goes there. */
const SEARCH_AGAIN_MS = 3_600_000;
/** Never hold a Python that someone uses, and are large. */
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
  'Trash',
  'proc',
];

interface Root {
  readonly root: string;
  readonly reader: Reader;
  readonly configured: boolean;
}

export interface Searched {
  readonly found: readonly FoundPlace[];
  readonly searchedAt: number;
}

/** venvs (told by their pyvenv.cfg, PEP 405) below homes and /opt, and any Python below configured roots. */
export async function searchPythons(scan: Scan): Promise<Searched> {
  const known = scan.known;
  const now = Date.now();
  if (known !== null && known.searchedAt !== null && fresh(known.searchedAt, now)) {
    // Whether a share answers is told at every look, not once an hour.
    for (const root of rootsOf(scan)) await answers(scan, root);
    return { found: known.found, searchedAt: known.searchedAt };
  }
  const found = new Map<string, FoundPlace>();
  for (const root of rootsOf(scan))
    for (const place of await searchRoot(scan, root))
      if (!found.has(place.path)) found.set(place.path, place);
  return { found: [...found.values()].toSorted((a, b) => compare(a.path, b.path)), searchedAt: now };
}

/** A clock that was set back does not put the next search off for years. */
function fresh(then: number, now: number): boolean {
  return then <= now && now - then < SEARCH_AGAIN_MS;
}

function rootsOf(scan: Scan): Root[] {
  const configured = (scan.options.search ?? []).map((written) => {
    const root = withoutSlash(written.replaceAll('\\', '/'));
    const account = homeOf(scan, root);
    return { root, reader: account === null ? null : (scan.readerOf(account) ?? null), configured: true };
  });
  if (scan.ports.platform === 'windows') return configured;
  return [
    ...configured,
    { root: below(scan.root, '/opt'), reader: null, configured: false },
    ...people(scan).map(({ account, reader }) => ({ root: account.home, reader, configured: false })),
  ];
}

async function searchRoot(scan: Scan, { root, reader, configured }: Root): Promise<FoundPlace[]> {
  const share = await scan.shareOf(root);
  if (share !== null && !mayRead(scan, root)) {
    scan.note(root, `Lies on a network mount (${share.type}): no Pythons were looked for there`);
    return [];
  }
  if (!(await answers(scan, { root, reader }))) return [];
  const windows = scan.ports.platform === 'windows';
  const programs = windows ? ['python.exe'] : ['python', 'python[23]*', 'mayapy'];
  const result = await scan.ports.findFiles({
    ...(configured ? CONFIGURED : HOMES),
    root,
    names: ['pyvenv.cfg', ...(configured ? programs : [])],
    prune: PRUNE,
    asUser: reader ?? undefined,
  });
  if (!result.complete) noteIncomplete(scan, { root, share, detail: result.detail });
  return result.paths.flatMap((path) => placeOf(windows ? path.replaceAll('\\', '/') : path, windows));
}

/** Asks a share that may be read for one listing, by a child that is given up; true for what lies on this machine. */
async function answers(scan: Scan, { root, reader }: Pick<Root, 'root' | 'reader'>): Promise<boolean> {
  const share = await scan.shareOf(root);
  if (share === null || !mayRead(scan, root)) return true;
  const listing = await scan.list(root, reader);
  return listing.state !== 'unreadable' || !scan.shares.isSilent(share);
}

function mayRead(scan: Scan, root: string): boolean {
  return (scan.options.readNetwork ?? []).some((one) => isInside(root, withoutSlash(one)));
}

function noteIncomplete(
  scan: Scan,
  of: { readonly root: string; readonly share: PythonShare | null; readonly detail: string | null },
): void {
  const detail = of.detail ?? 'the search ended early';
  if (of.share === null || !/no end after/.test(detail)) {
    scan.note(of.root, `Not all Pythons were found: ${detail}`);
    return;
  }
  scan.shares.gaveNoAnswer(of.share);
  const name = of.share.export || of.share.type;
  scan.note(of.root, `The share (${name}) does not answer: it was not searched to its end`);
}

function placeOf(path: string, windows: boolean): FoundPlace[] {
  const slash = path.lastIndexOf('/');
  const [directory, name] = [path.slice(0, slash), path.slice(slash + 1)];
  if (name === 'pyvenv.cfg')
    return [{ path: `${directory}/${windows ? 'Scripts/python.exe' : 'bin/python'}`, kind: 'venv' }];
  const isPython = windows || INTERPRETER.test(name) || name === 'mayapy';
  return isPython ? [{ path, kind: 'configured' }] : [];
}
