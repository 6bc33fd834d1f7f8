import { compare, eyesOf, type Scan } from '../scan.ts';
import type { KnownEnvironment, KnownPythons } from '../types.ts';
import type { Candidate } from './places/candidate.ts';

/** After this an environment is looked at again, whatever did not change. */
const LONGEST_MS = 24 * 3_600_000;
const MAX_MARKS = 400;

/** Ways to tell whether something changed: by content and rights, by being there, by who could have put it there. */
type Way = 'content' | 'presence' | 'chain';
const SIGNS: Readonly<Record<Way, string>> = { content: '.', presence: '?', chain: '^' };

/** Notes every path that a look touches. */
export function recording(scan: Scan): { readonly scan: Scan; readonly touched: ReadonlySet<string> } {
  const touched = new Set<string>();
  return {
    touched,
    scan: {
      ...scan,
      read(path, how) {
        touched.add(path);
        return scan.read(path, how);
      },
      list(path, reader) {
        touched.add(path);
        return scan.list(path, reader);
      },
    },
  };
}

export interface Touched {
  readonly content: Iterable<string>;
  readonly presence: Iterable<string>;
  readonly chain: Iterable<string>;
}

/** Null where it could not be told later that something changed: too fresh, on a share, or too much. */
export async function marksFor(scan: Scan, touched: Touched): Promise<KnownEnvironment['marks'] | null> {
  const keys = (Object.keys(SIGNS) as Way[]).flatMap((way) =>
    [...new Set(touched[way])].map((path) => `${SIGNS[way]}${path}`),
  );
  if (keys.length > MAX_MARKS) return null;
  const { marks, settled } = await marksOfKeys(scan, keys);
  return settled ? keys.map((key, index) => [key, marks[index] ?? ''] as const) : null;
}

async function marksOfKeys(
  scan: Scan,
  keys: readonly string[],
): Promise<{ readonly marks: readonly string[]; readonly settled: boolean }> {
  const chained = keys.filter((key) => key.startsWith(SIGNS.chain));
  const plain = keys.filter((key) => !key.startsWith(SIGNS.chain));
  const found = await scan.marksOf(plain.map((key) => key.slice(1)));
  const byKey = new Map(plain.map((key, index) => [key, found.marks[index] ?? '']));
  for (const key of chained) {
    const { state, realPath, owners, writable, openToAll } = await scan.chain(key.slice(1));
    byKey.set(key, JSON.stringify([state, realPath, owners, writable, openToAll]));
  }
  const marks = keys.map((key) => {
    const mark = byKey.get(key) ?? '';
    return key.startsWith(SIGNS.presence) && mark !== 'missing' ? 'present' : mark;
  });
  return { marks, settled: found.settled };
}

/** What an earlier look left, and what this one leaves. */
export interface Memory {
  /** Null where something changed since, or nothing was left. */
  recall(candidate: Candidate): Promise<KnownEnvironment | null>;
  keep(candidate: Candidate, entry: Omit<KnownEnvironment, 'path' | 'at'>, at?: number): void;
  left(searched: Pick<KnownPythons, 'searchedAt' | 'found'>): KnownPythons;
}

export function createMemory(scan: Scan, now: number): Memory {
  const earlier = new Map(scan.known?.environments.map((entry) => [entry.path, entry]));
  const kept = new Map<string, KnownEnvironment>();
  return {
    async recall(candidate) {
      const entry = earlier.get(keyOf(candidate));
      if (entry === undefined || entry.at > now || now - entry.at > LONGEST_MS) return null;
      const { marks, settled } = await marksOfKeys(
        scan,
        entry.marks.map(([key]) => key),
      );
      return settled && entry.marks.every(([, mark], index) => mark === marks[index]) ? entry : null;
    },
    keep(candidate, entry, at = now) {
      const path = keyOf(candidate);
      kept.set(path, { ...entry, path, at });
    },
    left: ({ searchedAt, found }) => ({
      format: 1,
      of: eyesOf(scan),
      searchedAt,
      found,
      environments: [...kept.values()].toSorted((a, b) => compare(a.path, b.path)),
    }),
  };
}

function keyOf({ path, kind, product, neverRun, readAs }: Candidate): string {
  return JSON.stringify([path, kind, product ?? null, neverRun ?? null, readAs?.uid ?? null]);
}
