import type { AnchorTrust } from '@trustfleet/protocol';
import type { StoreRow } from './store-rows.ts';

/** What is compared: a store, a file, a hashed directory or the public list. */
export interface DiffSide {
  /** As a person calls it. */
  readonly label: string;
  readonly rows: readonly DiffRow[];
  /** What is wrong with it, one sentence each. */
  readonly problems: readonly string[];
}

/** An anchor of one side. */
export interface DiffRow extends StoreRow {
  /** SHA-256 of its SubjectPublicKeyInfo; null where its bytes are not there. */
  readonly spkiSha256: string | null;
}

export interface StoreDiff {
  readonly onlyInA: readonly DiffRow[];
  readonly onlyInB: readonly DiffRow[];
  /** Both sides have the key, in different certificates. */
  readonly sameKey: readonly {
    readonly spkiSha256: string;
    readonly inA: readonly DiffRow[];
    readonly inB: readonly DiffRow[];
  }[];
  readonly trustDiffers: readonly { readonly inA: DiffRow; readonly inB: DiffRow }[];
}

/** What counts where a store has an anchor in several places: a rejection first, then trust for servers. */
const STRONGEST: readonly AnchorTrust[] = ['distrusted', 'servers', 'otherPurposes', 'deselected'];

/** By SHA-256 of DER, then by key; never by name or serial (trust-stores.md §10). Pure. */
export function diffStores(a: DiffSide, b: DiffSide): StoreDiff {
  const [inA, inB] = [byDigest(a.rows), byDigest(b.rows)];
  const onlyInA = [...inA.values()].filter(({ sha256 }) => !inB.has(sha256));
  const onlyInB = [...inB.values()].filter(({ sha256 }) => !inA.has(sha256));
  const [keysOfA, keysOfB] = [byKey([...inA.values()]), byKey([...inB.values()])];
  const shared = (row: DiffRow): boolean =>
    row.spkiSha256 !== null && keysOfA.has(row.spkiSha256) && keysOfB.has(row.spkiSha256);
  const keys = new Set([...onlyInA, ...onlyInB].filter(shared).flatMap(({ spkiSha256 }) => spkiSha256 ?? []));
  return {
    onlyInA: onlyInA.filter((row) => !shared(row)),
    onlyInB: onlyInB.filter((row) => !shared(row)),
    sameKey: [...keys].map((spkiSha256) => ({
      spkiSha256,
      inA: keysOfA.get(spkiSha256) ?? [],
      inB: keysOfB.get(spkiSha256) ?? [],
    })),
    trustDiffers: [...inA.values()].flatMap((row) => {
      const other = inB.get(row.sha256);
      return other === undefined || other.trust === row.trust ? [] : [{ inA: row, inB: other }];
    }),
  };
}

/** True where both sides trust the same anchors for the same. */
export const isSame = (diff: StoreDiff): boolean =>
  [diff.onlyInA, diff.onlyInB, diff.sameKey, diff.trustDiffers].every((part) => part.length === 0);

function byDigest(rows: readonly DiffRow[]): Map<string, DiffRow> {
  const found = new Map<string, DiffRow>();
  for (const row of rows) {
    const known = found.get(row.sha256);
    if (known === undefined || rank(row) < rank(known)) found.set(row.sha256, row);
  }
  return new Map([...found].toSorted(([x], [y]) => (x < y ? -1 : 1)));
}

const rank = ({ trust }: DiffRow): number => STRONGEST.indexOf(trust);

function byKey(rows: readonly DiffRow[]): Map<string, DiffRow[]> {
  const found = new Map<string, DiffRow[]>();
  for (const row of rows)
    if (row.spkiSha256 !== null) found.set(row.spkiSha256, [...(found.get(row.spkiSha256) ?? []), row]);
  return found;
}
