import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { PropertyListError } from './property-list.ts';
import { parseTrustSettings, purposesOf, verdictOf, type TrustRule } from './trust-settings.ts';

const GOOD = `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict><key>trustList</key><dict><key>${'AB'.repeat(20)}</key><dict><key>trustSettings</key><array><dict><key>kSecTrustSettingsPolicy</key><data>KoZIhvdjZAED</data><key>kSecTrustSettingsResult</key><integer>3</integer></dict></array></dict></dict></dict></plist>`;

const rule = fc.record<TrustRule>({
  policy: fc.constantFrom(null, '1.2.840.113635.100.1.3', '1.2.840.113635.100.1.8'),
  policyName: fc.constantFrom(null, 'sslServer', 'SMIME'),
  result: fc.integer({ min: 0, max: 5 }),
  limited: fc.boolean(),
});

describe('trust settings', () => {
  beforeEach(() => {
    // The XML parser behind plist tells the console of every damage that it finds.
    for (const level of ['warn', 'error'] as const)
      vi.spyOn(console, level).mockImplementation(() => undefined);
  });

  it('read what the tool writes', () => {
    expect([...parseTrustSettings(Buffer.from(GOOD))]).toEqual([
      ['AB'.repeat(20), [{ policy: '1.2.840.113635.100.1.3', policyName: null, result: 3, limited: false }]],
    ]);
  });

  it('fail with our own error alone, whatever the bytes are', () => {
    const damaged = fc
      .tuple(fc.nat(GOOD.length), fc.string({ maxLength: 20 }), fc.nat(30))
      .map(([at, put, cut]) => GOOD.slice(0, at) + put + GOOD.slice(at + cut));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          damaged,
          damaged.map((text) => `${text}</plist>`),
        ),
        (text) => {
          try {
            parseTrustSettings(Buffer.from(text));
          } catch (error) {
            expect(error).toBeInstanceOf(PropertyListError);
          }
        },
      ),
    );
    const deep = `<plist>${'<array>'.repeat(50_000)}${'</array>'.repeat(50_000)}</plist>`;
    expect(() => parseTrustSettings(Buffer.from(deep))).toThrow(PropertyListError);
  });

  it('never trust what one applicable rule denies, and name a purpose for whatever they trust', () => {
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1, maxLength: 4 }), fc.boolean(), (rules, selfSigned) => {
        const verdict = verdictOf(rules, selfSigned);
        const denies = rules.some(
          (one) => one.result === 3 && !one.limited && one.policy === null && one.policyName === null,
        );
        if (denies) expect(verdict).toBe('deny');
        if (verdict === 'trust') expect(purposesOf(rules) ?? ['all']).not.toEqual([]);
        expect(
          verdictOf([{ policy: null, policyName: null, result: 3, limited: false }, ...rules], selfSigned),
        ).toBe('deny');
      }),
    );
  });
});
