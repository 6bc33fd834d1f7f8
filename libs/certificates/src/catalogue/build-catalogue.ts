import type { CatalogueRoot, ReleaseMark, RootCatalogue } from './root-catalogue.ts';

/** As roots.json has it; tools/root-catalogue makes it. */
export interface CatalogueData {
  readonly source: string;
  /** `[version, day]`, oldest first. */
  readonly releases: readonly (readonly string[])[];
  readonly roots: readonly {
    readonly sha256: string;
    readonly sha1: string;
    readonly spki: string;
    readonly subject: string;
    readonly notAfter: string;
    /** `[index of the first release with it, index of the first without it or null]`, in order. */
    readonly in: readonly (readonly (number | null)[])[];
  }[];
}

type Span = readonly [from: number, until: number];

interface PlacedRoot {
  readonly root: CatalogueRoot;
  readonly spans: readonly Span[];
}

/** The catalogue over its data. Throws RangeError where the data do not hold together: they are ours, and a test reads them. */
export function buildCatalogue(data: CatalogueData): RootCatalogue {
  const releases = data.releases.map(([version = '', date = '']): ReleaseMark => ({ version, date }));
  const oldest = releases[0];
  const newest = releases.at(-1);
  if (oldest === undefined || newest === undefined) throw new RangeError('The catalogue has no release.');
  const placed = data.roots.map((row) => placeRoot(row, releases));
  const roots = placed.map(({ root }) => root);
  const bySha256 = new Map(roots.map((root) => [root.sha256, root]));
  const bySpki = indexByKey(placed);
  const numbers = new Map(releases.map(({ version }, index) => [plainVersion(version), index]));
  return {
    oldest,
    newest,
    releases,
    roots,
    bySha256: (sha256) => bySha256.get(sha256) ?? null,
    bySpki: (spkiSha256) => bySpki.get(spkiSha256)?.root ?? null,
    rootsOf(version) {
      const index = numbers.get(plainVersion(version));
      const release = index === undefined ? undefined : releases[index];
      if (index === undefined || release === undefined) return null;
      return { release, roots: placed.filter((one) => wasIn(one, index)).map(({ root }) => root) };
    },
  };
}

/** `2024.07.04` and `2024.7.4` name the same release (PEP 440). */
const plainVersion = (version: string): string => version.trim().replaceAll(/(^|\.)0+(?=\d)/g, '$1');

const wasIn = ({ spans }: PlacedRoot, index: number): boolean =>
  spans.some(([from, until]) => from <= index && index < until);

function placeRoot(row: CatalogueData['roots'][number], releases: readonly ReleaseMark[]): PlacedRoot {
  const spans = row.in.map(([from, until]): Span => [from ?? 0, until ?? releases.length]);
  const entered = releases[spans[0]?.[0] ?? -1];
  if (entered === undefined) throw new RangeError(`The catalogue does not say when ${row.sha256} came.`);
  const left = releases[lastRelease(spans)] ?? null;
  const { sha256, sha1, spki: spkiSha256, subject, notAfter } = row;
  return { root: { sha256, sha1, spkiSha256, subject, notAfter, entered, left }, spans };
}

/** Index of the release from which on it is missing; beyond the last one while it is in. */
const lastRelease = (spans: readonly Span[]): number => spans.at(-1)?.[1] ?? 0;

function indexByKey(placed: readonly PlacedRoot[]): Map<string, PlacedRoot> {
  const byKey = new Map<string, PlacedRoot>();
  for (const one of placed) {
    const known = byKey.get(one.root.spkiSha256);
    if (known === undefined || lastRelease(known.spans) < lastRelease(one.spans))
      byKey.set(one.root.spkiSha256, one);
  }
  return byKey;
}
