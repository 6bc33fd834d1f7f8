import { bundlesSection, trustStoresSection, type BundleProvenance } from '@trustfleet/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anchorStatus, CAUSES, evaluatePolicy, type HostFacts } from '../../index.ts';
import {
  amazon,
  both,
  bundle,
  facts,
  FAULTS,
  other,
  policyOf,
  store,
  studio,
  SYSTEM_BUNDLE,
  variable,
} from './facts.fixture.ts';

const anchors = fc
  .uniqueArray(fc.constantFrom(amazon.sha256, studio.sha256, other), { maxLength: 3 })
  .map((list) => list.sort());
const anyFile = fc.record({
  state: fc.constantFrom(...FAULTS.map(([state]) => state)),
  anchors,
  opensslAccepts: fc.boolean(),
});
const anyProvenance = fc.subarray<BundleProvenance>(
  [
    variable('SSL_CERT_DIR'),
    variable('NODE_EXTRA_CA_CERTS'),
    variable('PIP_CERT', 'bo'),
    { kind: 'certifi', python: '/usr/bin/python3', version: '2024.7.4' },
  ],
  { minLength: 1 },
);
const anyBundle = fc
  .tuple(
    anyFile,
    fc.constantFrom('/a', '/b', SYSTEM_BUNDLE),
    fc.constantFrom('/a', '/real', SYSTEM_BUNDLE, null),
    anyProvenance,
  )
  .map(([known, path, realPath, provenance]) => bundle({ ...known, path, realPath, provenance }));
const anyStore = fc
  .tuple(anyFile, fc.boolean(), fc.constantFrom('debian', 'nss'))
  .map(([known, operatingSystem, id]) => store(known, { operatingSystem, id }));
const anyFacts = fc.record(
  {
    trustStores: fc.record({ stores: fc.uniqueArray(anyStore, { maxLength: 2, selector: ({ id }) => id }) }),
    bundles: fc.record({ bundles: fc.array(anyBundle, { maxLength: 4 }) }),
  },
  { requiredKeys: [] },
);
const anyPolicy = fc
  .subarray([amazon, studio, { sha256: other, name: 'Other' }])
  .map((list) => policyOf(...list));

describe('anchorRequired: any facts', () => {
  it('are facts that the protocol has', () => {
    fc.assert(
      fc.property(anyFacts, ({ trustStores, bundles }) => {
        if (trustStores !== undefined) trustStoresSection.parse(trustStores);
        if (bundles !== undefined) bundlesSection.parse(bundles);
      }),
    );
  });

  it('give sorted, unique keys and known causes, the same at each evaluation and in any order of the facts', () => {
    fc.assert(
      fc.property(anyPolicy, anyFacts, (policy, known) => {
        const found = evaluatePolicy(policy, known);
        const keys = found.map(({ key }) => key);

        expect(keys).toEqual([...new Set(keys)].sort());
        for (const { cause, severity, subject } of found) {
          expect(CAUSES).toContain(cause);
          expect(/^anchorMissingFromStore$|^store/.test(cause)).toBe(subject.kind === 'trustStore');
          if (subject.kind === 'bundle')
            expect([severity, subject.usedBy.length > 0]).toEqual(['warning', true]);
        }
        const reversed = policyOf(...[...policy.parameters.anchors].reverse());
        expect(evaluatePolicy(reversed, known)).toEqual(found);
      }),
      { numRuns: 500 },
    );
  });

  it('the status and the findings of the store never contradict each other', () => {
    fc.assert(
      fc.property(anyPolicy, anyFacts, (policy, known) => {
        const ofStore = evaluatePolicy(policy, known).filter(({ subject }) => subject.kind === 'trustStore');
        const statuses = policy.parameters.anchors.map(({ sha256 }) => anchorStatus(known, sha256));

        expect(statuses.includes('missing')).toBe(ofStore.some(({ severity }) => severity === 'blocker'));
        if (statuses.every((status) => status === 'met')) expect(ofStore).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('a finding keeps its key when its evidence, cause and users change, and shares it with no other', () => {
    const keysOf = (known: HostFacts): string[] =>
      evaluatePolicy(policyOf(studio), known).map(({ key }) => key);
    const before = keysOf(facts([store({ anchors: [] })], [bundle({ anchors: [] })]));
    const after = keysOf(
      facts(
        [store({ anchors: [other], sha256: 'b'.repeat(64) }, { name: 'Renamed' })],
        [bundle({ anchors: [other], provenance: [variable('PIP_CERT')] })],
      ),
    );

    expect(after).toEqual(before);
    expect(before).toHaveLength(2);
    const [missing] = evaluatePolicy(both, facts([store()], [bundle({ state: 'missing' })]));
    const [empty] = evaluatePolicy(both, facts([store()], [bundle({ state: 'empty' })]));
    const [elsewhere] = evaluatePolicy(both, facts([store()], [bundle({ state: 'empty', realPath: '/x' })]));
    expect([missing!.key === empty!.key, empty!.key === elsewhere!.key]).toEqual([true, false]);
  });
});
