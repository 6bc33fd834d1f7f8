import { auditEntryView } from '@trustfleet/api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryHash, GENESIS, type AuditEntry } from './chain.ts';
import { chainOf } from './chain.fixture.ts';
import { checkLink, verifyChain } from './verify.ts';

const COUNT = 12;
const CHAIN = chainOf(COUNT);
const headOf = (entries: readonly AuditEntry[]) => {
  const last = entries.at(-1);
  return last === undefined ? GENESIS : { seq: last.seq, hash: last.hash };
};

/** The same chain with one character of one text somewhere changed. */
const altered = fc
  .tuple(fc.nat(COUNT - 1), fc.nat(), fc.nat())
  .map(([index, where, by]) => {
    const text = JSON.stringify(CHAIN[index]);
    const at = where % text.length;
    const code = 32 + ((text.charCodeAt(at) - 32 + 1 + (by % 94)) % 95);
    const changed = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
    return { index, changed };
  })
  .map(({ index, changed }) => {
    try {
      return { index, entry: JSON.parse(changed) as unknown };
    } catch {
      return null;
    }
  })
  .filter((change) => change !== null);

describe('a chain', () => {
  it('is whole from its beginning, from any saved place, and empty', () => {
    expect(verifyChain(CHAIN)).toEqual({ ok: true, head: headOf(CHAIN) });
    expect(verifyChain([])).toEqual({ ok: true, head: GENESIS });
    for (let cut = 1; cut <= COUNT; cut += 1)
      expect(verifyChain(CHAIN.slice(cut), { from: headOf(CHAIN.slice(0, cut)) })).toMatchObject({
        ok: true,
      });
  });

  it('shows one changed character anywhere, at its entry or the next', () => {
    fc.assert(
      fc.property(altered, ({ index, entry }) => {
        // Another way to write the same value is no change; what has no longer the shape of an entry is found by its reader.
        const read = auditEntryView.safeParse(entry);
        if (!read.success || JSON.stringify(read.data) === JSON.stringify(CHAIN[index])) return;

        expect(verifyChain(CHAIN.with(index, read.data))).toMatchObject({ ok: false, seq: index + 1 });
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['the first', 0],
    ['one in the middle', 5],
  ])('shows that %s was taken out', (_name, index) => {
    expect(verifyChain(CHAIN.toSpliced(index, 1))).toMatchObject({ ok: false, seq: index + 1 });
  });

  it('shows two that changed places, one that came twice and one put in', () => {
    const [a, b] = [CHAIN[3], CHAIN[4]];
    if (a === undefined || b === undefined) throw new Error('too short');
    expect(verifyChain(CHAIN.with(3, b).with(4, a))).toMatchObject({ ok: false, seq: 4 });
    expect(verifyChain(CHAIN.toSpliced(4, 0, a))).toMatchObject({ ok: false, seq: 5 });
    const forged = { ...a, seq: 5, previous: a.hash };
    expect(verifyChain(CHAIN.toSpliced(4, 0, { ...forged, hash: entryHash(forged) }))).toMatchObject({
      ok: false,
      seq: 6,
    });
  });

  it('shows, against a saved head alone, that its end was taken off or written anew', () => {
    const through = headOf(CHAIN);
    const short = CHAIN.slice(0, -1);
    const anew = [...short, ...chainOf(1, headOf(short))];

    expect(verifyChain(short)).toMatchObject({ ok: true });
    expect(verifyChain(short, { through })).toMatchObject({ ok: false, seq: COUNT });
    expect(verifyChain([], { through })).toMatchObject({ ok: false, seq: 1 });
    expect(verifyChain(anew)).toMatchObject({ ok: true });
    expect(verifyChain(anew, { through })).toMatchObject({ ok: false, seq: COUNT });
    expect(verifyChain(CHAIN, { through: headOf(CHAIN.slice(0, 4)) })).toMatchObject({ ok: true });
    expect(verifyChain(CHAIN, { through: { seq: 0, hash: 'f'.repeat(64) } })).toMatchObject({ ok: false });
  });

  it('is checked one entry after the other as a whole', () => {
    let last = GENESIS;
    for (const entry of CHAIN) {
      const step = checkLink(last, entry);
      if (!step.ok) throw new Error(step.reason);
      last = step.head;
    }
    expect(last).toEqual(headOf(CHAIN));
  });
});
