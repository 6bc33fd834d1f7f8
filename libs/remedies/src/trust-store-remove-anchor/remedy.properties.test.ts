import { jobPlan } from '@trustfleet/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIn, REMEDIES } from '../index.ts';
import {
  bundleFile,
  entry,
  ENTRY_DRIVERS,
  FILE_DRIVERS,
  hostWith,
  root,
  second,
  storeOf,
  third,
} from '../testing/facts.ts';

const anchor = root.sha256;

const remedy = REMEDIES['trustStore.removeAnchor'];

describe('trustStore.removeAnchor on any facts', () => {
  const locals = (directory: string) =>
    fc.uniqueArray(
      fc.record({
        path: fc.constantFrom('a.crt', 'b.pem', 'c.crt').map((name) => `${directory}/${name}`),
        anchor: fc.constantFrom(anchor, second.sha256, null),
        problem: fc.constantFrom(null, null, null, 'x'),
      }),
      { maxLength: 3, selector: ({ path }) => path },
    );
  const anyStore = fc.constantFrom(...FILE_DRIVERS, ...ENTRY_DRIVERS).chain((driver) =>
    fc
      .record({
        bundle: fc
          .record({
            anchors: fc.subarray([anchor, second.sha256, third.sha256]),
            state: fc.constantFrom('read' as const, 'read' as const, 'read' as const, 'missing' as const),
          })
          .map(bundleFile),
        localAnchors: locals(storeOf(driver).anchorDirectory ?? '/none'),
        entries: fc.array(
          fc.record({
            trust: fc.constantFrom('servers' as const, 'otherPurposes' as const, 'distrusted' as const),
            origin: fc.constantFrom('local' as const, 'vendor' as const, 'policy' as const),
          }),
          { maxLength: 2 },
        ),
      })
      .map(({ entries, ...change }) => storeOf(driver, { ...change, entries: entries.map(entry) })),
  );

  it('after what the effect foresees nothing is left to do, no other anchor is touched, and nothing given is changed', () => {
    let changes = 0;
    fc.assert(
      fc.property(anyStore, fc.boolean(), (store, listed) => {
        const facts = hostWith(store);
        const copy = structuredClone(facts);
        const effect = remedy.effect(facts, { anchor, store: store.id }, { certificate: root, listed });
        expect(facts).toEqual(copy);
        if (effect.kind !== 'change') return;
        changes += 1;
        expect(jobPlan.parse({ changes: effect.changes })).toEqual({ changes: effect.changes });
        expect(
          remedy.effect(effect.facts, { anchor, store: store.id }, { certificate: root, listed }),
        ).toEqual({ kind: 'none' });
        const [after] = effect.facts.trustStores!.stores;
        expect(isIn(after!, anchor)).toBe(false);
        expect(after!.bundle.anchors).toEqual(store.bundle.anchors.filter((held) => held !== anchor).sort());
        expect(['removeAnchor', 'distrustAnchor']).toContain(effect.changes.at(-1)!.kind);
      }),
      { numRuns: 2000 },
    );
    // A property that nothing reaches proves nothing.
    expect(changes).toBeGreaterThan(200);
  });
});
