import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DiffRow, diffStores, isSame } from './store-diff.ts';

const TRUSTS = ['servers', 'otherPurposes', 'distrusted', 'deselected'] as const;

function row(sha256: string, spkiSha256: string | null, trust: DiffRow['trust'] = 'servers'): DiffRow {
  const bare = {
    facts: null,
    notAfter: null,
    origin: 'unknown',
    name: null,
    location: null,
    purposes: null,
    class: null,
  } as const;
  return { ...bare, sha256, spkiSha256, trust };
}
const side = (rows: readonly DiffRow[]) => ({ label: '', rows, problems: [] });
const digests = (rows: readonly DiffRow[]): string[] => rows.map(({ sha256 }) => sha256);

describe('diffStores', () => {
  it('counts a rejection before trust where a store has an anchor twice', () => {
    const twice = side([row('a', 'k', 'servers'), row('a', 'k', 'distrusted')]);

    expect(diffStores(twice, side([row('a', 'k', 'servers')])).trustDiffers).toHaveLength(1);
    expect(isSame(diffStores(twice, side([row('a', 'k', 'distrusted')])))).toBe(true);
  });

  it('tells an older certificate beside the newer one that both have', () => {
    const { sameKey, onlyInA } = diffStores(
      side([row('old', 'k'), row('new', 'k')]),
      side([row('new', 'k')]),
    );

    expect(onlyInA).toEqual([]);
    expect(sameKey.map(({ inA, inB }) => [digests(inA), digests(inB)])).toEqual([[['new', 'old'], ['new']]]);
  });

  it('does not take two anchors without a readable key for one', () => {
    const { sameKey, onlyInA, onlyInB } = diffStores(side([row('a', null)]), side([row('b', null)]));

    expect([sameKey, digests(onlyInA), digests(onlyInB)]).toEqual([[], ['a'], ['b']]);
  });

  it('finds each difference once, the same from both sides, and none of a store with itself', () => {
    // A certificate has one key.
    const anchors = fc
      .array(fc.tuple(fc.constantFrom('a1', 'a2', 'b1', 'c1', 'd'), fc.constantFrom(...TRUSTS)), {
        maxLength: 8,
      })
      .map((picked) =>
        picked.map(([sha256, trust]) => row(sha256, sha256 === 'd' ? null : (sha256[0] ?? ''), trust)),
      );

    fc.assert(
      fc.property(anchors, anchors, (a, b) => {
        const [there, back] = [diffStores(side(a), side(b)), diffStores(side(b), side(a))];
        const [inA, inB] = [new Set(digests(a)), new Set(digests(b))];
        const told = [
          ...there.onlyInA,
          ...there.onlyInB,
          ...there.sameKey.flatMap((same) => [...same.inA, ...same.inB]),
        ];

        expect(isSame(diffStores(side(a), side(a)))).toBe(true);
        expect(digests(there.onlyInA)).toEqual(digests(back.onlyInB));
        expect(there.sameKey.map(({ spkiSha256 }) => spkiSha256).sort()).toEqual(
          back.sameKey.map(({ spkiSha256 }) => spkiSha256).sort(),
        );
        for (const sha256 of [...inA, ...inB].filter((one) => !inA.has(one) || !inB.has(one)))
          expect(digests(told)).toContain(sha256);
        for (const { inA: one } of there.trustDiffers)
          expect(inA.has(one.sha256) && inB.has(one.sha256)).toBe(true);
      }),
    );
  });
});
