import { ANCHOR_CLASSES, type AnchorClass } from '@trustfleet/certificates';
import { describe, expect, it } from 'vitest';
import { BY_CONCERN, classWords } from './anchor-class.ts';

const known = (anchor: Partial<AnchorClass>): AnchorClass => ({
  ...{ kind: 'unknown', evidence: 'none', name: null, saysItIs: null },
  ...{ entered: null, left: null, note: null },
  ...anchor,
});

describe('classWords', () => {
  it.each<[Partial<AnchorClass>, string]>([
    [{}, 'unknown'],
    [{ saysItIs: 'Zscaler', kind: 'interception' }, 'says it is Zscaler, which opens TLS'],
    [{ saysItIs: 'Zscaler', kind: 'approved' }, 'approved, says it is Zscaler'],
    [{ kind: 'knownBad', name: 'Superfish (Lenovo, 2014)' }, 'KNOWN BAD: Superfish (Lenovo, 2014)'],
    [{ kind: 'knownBenign', name: 'ShotGrid Desktop' }, 'known, harmless: ShotGrid Desktop'],
    [{ kind: 'publicCurrent', evidence: 'fingerprint' }, 'public, current'],
    [{ kind: 'publicCurrent', evidence: 'key' }, 'public, current: another certificate of the same key'],
    [
      { kind: 'publicRemoved', left: { version: '2026.04.22', date: '2026-04-22' } },
      'left the public list on 2026-04-22 (certifi 2026.04.22)',
    ],
    [{ kind: 'operatingSystemVendor' }, 'from the maker of the system'],
  ])('%j', (anchor, words) => {
    expect(classWords(known(anchor))).toBe(words);
  });

  it('of a certificate whose bytes are not there', () => {
    expect(classWords(null)).toBe('cannot be read');
  });

  it('knows every class, each in its place', () => {
    expect([...BY_CONCERN].sort()).toEqual([...ANCHOR_CLASSES].sort());
  });
});
