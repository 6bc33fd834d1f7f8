import { describe, expect, it } from 'vitest';
import { createFactsCache, describeCertificate, pemToDer, sha256Hex, WELL_KNOWN_ROOTS } from './index.ts';

const roots = WELL_KNOWN_ROOTS.map(({ sha256, pem }) => ({ sha256, der: pemToDer(pem) }));

describe('the cache of facts', () => {
  it('says what describeCertificate says, and does the work once', () => {
    const cache = createFactsCache();
    for (const { sha256, der } of roots) {
      const facts = cache.factsOf(sha256, der);

      expect({ ...facts }).toEqual({ ...describeCertificate(der) });
      expect(cache.factsOf(sha256, new Uint8Array(der))).toBe(facts);
    }
  });

  it('remembers of what is no certificate that it is none', () => {
    const junk = Uint8Array.of(0x30, 0x00);
    const cache = createFactsCache();

    expect([cache.factsOf(sha256Hex(junk), junk), cache.factsOf(sha256Hex(junk), junk)]).toEqual([
      null,
      null,
    ]);
  });

  it('keeps no more than it may: the first to come is the first to go', () => {
    const cache = createFactsCache(2);
    const [first, ...rest] = roots.map(({ sha256, der }) => cache.factsOf(sha256, der));

    expect(cache.factsOf(roots[4]!.sha256, roots[4]!.der)).toBe(rest[3]);
    expect(cache.factsOf(roots[0]!.sha256, roots[0]!.der)).not.toBe(first);
  });
});
