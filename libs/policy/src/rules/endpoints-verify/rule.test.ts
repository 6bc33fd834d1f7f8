import {
  VERDICT_CAUSES,
  verdictsSection,
  type ConfiguredEndpoint,
  type TrustSource,
  type Verdict,
  type VerdictCause,
  type VerdictOutcome,
} from '@trustfleet/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSES, evaluatePolicy, factsRead, type HostFacts, type Policy } from '../../index.ts';
import { MAX_FINDINGS } from '../most-findings.ts';
import { SEVERITIES } from './severities.ts';

const policy: Policy = { id: 'p', name: 'P', rule: 'endpointsVerify', parameters: {} };

const site: ConfiguredEndpoint = {
  id: '01936f00-0000-7000-8000-000000000001',
  name: 'Site',
  host: 'studio.shotgrid.autodesk.com',
  port: 443,
  clients: [],
};
const source = (id: string, change: Partial<TrustSource> = {}): TrustSource => ({
  id,
  python: '/usr/bin/python3',
  client: 'requests',
  install: null,
  version: null,
  accounts: [],
  steps: [],
  state: 'anchors',
  error: null,
  anchors: 140,
  digest: null,
  ...change,
});
const A = source('a'.repeat(16));
const outcome = (result: VerdictOutcome['result'], change: Partial<VerdictOutcome> = {}) => ({
  ...{ result, code: null, error: null },
  ...change,
});
const verdict = (change: Partial<Verdict> = {}): Verdict => ({
  source: A.id,
  endpoint: site.id,
  predicted: outcome('verifies'),
  probed: null,
  notProbed: 'not run',
  cause: null,
  evidence: {},
  ...change,
});
const facts = (verdicts: Verdict[], change: Partial<HostFacts> = {}): HostFacts => ({
  verdicts: { sources: [A], verdicts },
  configuredEndpoints: [site],
  ...change,
});
const causes = (verdicts: Verdict[]) => evaluatePolicy(policy, facts(verdicts)).map(({ cause }) => cause);

const failing = verdict({
  predicted: outcome('fails', { code: 20, error: 'unable to get local issuer certificate' }),
  cause: 'anchorMissing',
  evidence: { anchor: 'f'.repeat(64), anchors: 140 },
});

describe('endpointsVerify', () => {
  it('says what fails, whose, why and how it is known', () => {
    const rich = source(A.id, { install: '/opt/api', version: '3.8.4', accounts: ['ben', 'anna', 'ben'] });

    expect(
      evaluatePolicy(policy, facts([failing], { verdicts: { sources: [rich], verdicts: [failing] } })),
    ).toEqual([
      {
        key: expect.stringMatching(/^endpointsVerify:[0-9a-f]{64}$/) as string,
        rule: 'endpointsVerify',
        cause: 'anchorMissing',
        severity: 'blocker',
        subject: {
          kind: 'client',
          python: '/usr/bin/python3',
          client: 'requests',
          endpoint: { id: site.id, name: 'Site', host: site.host, port: 443 },
          accounts: ['anna', 'ben'],
        },
        anchor: null,
        evidence: {
          anchor: 'f'.repeat(64),
          anchors: 140,
          by: 'prediction',
          code: 20,
          error: 'unable to get local issuer certificate',
          install: '/opt/api',
          version: '3.8.4',
        },
      },
    ]);
    expect(factsRead([policy])).toEqual(['verdicts', 'configuredEndpoints']);
  });

  it.each<[string, Partial<Verdict>, string[]]>([
    ['verifies', {}, []],
    ['fails without a cause', { predicted: outcome('fails') }, ['unknown']],
    ['is not verified at all', { predicted: outcome('unverified') }, ['verificationOff']],
    ['nothing is known', { predicted: outcome('unknown'), cause: 'unknown' }, []],
    ['nothing is known, and no cause', { predicted: outcome('unknown') }, []],
    ['it is known why nothing is', { predicted: outcome('unknown'), cause: 'unreachable' }, ['unreachable']],
    [
      'the probe wins over a good prediction',
      { probed: outcome('fails', { code: 20 }), cause: 'interceptionNotTrusted' },
      ['interceptionNotTrusted', 'predictionDiffers'],
    ],
    [
      'the probe wins over a bad prediction',
      { predicted: outcome('fails', { code: 20 }), probed: outcome('verifies'), cause: 'anchorMissing' },
      ['predictionDiffers'],
    ],
    [
      'a probe that could say nothing does not',
      { predicted: outcome('fails'), probed: outcome('unknown'), cause: 'bundleStale' },
      ['bundleStale'],
    ],
    [
      'both fail with other numbers',
      {
        predicted: outcome('fails', { code: 20 }),
        probed: outcome('fails', { code: 10 }),
        cause: 'leafExpired',
      },
      ['leafExpired', 'predictionDiffers'],
    ],
    [
      'both fail, and one has no number',
      { predicted: outcome('fails', { code: 20 }), probed: outcome('fails'), cause: 'anchorMissing' },
      ['anchorMissing'],
    ],
  ])('%s', (_name, change, expected) => {
    expect(causes([verdict(change)]).sort()).toEqual(expected.sort());
  });

  it.each<[string, HostFacts]>([
    ['no section', { configuredEndpoints: [site] }],
    ['nobody said what is configured', { verdicts: { sources: [A], verdicts: [failing] } }],
    ['the endpoint is configured no more', facts([failing], { configuredEndpoints: [] })],
    [
      'another client has to reach it',
      facts([failing], { configuredEndpoints: [{ ...site, clients: ['pip'] }] }),
    ],
    ['the source is not named', facts([{ ...failing, source: 'b'.repeat(16) }])],
  ])('finds nothing: %s', (_name, given) => {
    expect(evaluatePolicy(policy, given)).toEqual([]);
  });

  it('finds what a client among those that must reach it fails', () => {
    const named: ConfiguredEndpoint[] = [{ ...site, clients: ['pip', 'requests'] }];

    expect(evaluatePolicy(policy, facts([failing], { configuredEndpoints: named }))).toHaveLength(1);
  });

  it.each(VERDICT_CAUSES)('%s has a severity and is a cause of this library', (cause) => {
    expect(SEVERITIES[cause]).toMatch(/^(blocker|warning)$/);
    expect(CAUSES).toContain(cause);
    expect(causes([{ ...failing, cause }])).toEqual([cause]);
  });

  it('keeps the key of a failure whose cause, evidence or endpoint name changed', () => {
    const keyOf = (given: HostFacts) => evaluatePolicy(policy, given).map(({ key }) => key);
    const first = keyOf(facts([failing]));

    expect(keyOf(facts([{ ...failing, cause: 'bundleStale', evidence: { release: '2021' } }]))).toEqual(
      first,
    );
    expect(keyOf(facts([failing], { configuredEndpoints: [{ ...site, name: 'Other' }] }))).toEqual(first);
    expect(keyOf(facts([failing], { configuredEndpoints: [site, { ...site, id: A.id }] }))).toEqual(first);
  });

  it('bounds what a host can say: findings, their facts, their texts, their accounts', () => {
    const sources = Array.from({ length: 2000 }, (_, n) =>
      source(n.toString(16).padStart(16, '0'), { accounts: Array.from({ length: 200 }, (_, a) => `u${a}`) }),
    );
    const evidence = Object.fromEntries(
      Array.from({ length: 500 }, (_, n) => [
        `k${'a'.repeat(n % 20)}${String.fromCharCode(65 + (n % 26))}`,
        'x'.repeat(4096),
      ]),
    );
    const hostile = sources.map(({ id }, n) =>
      verdict({
        ...{ source: id, predicted: outcome('fails'), evidence },
        cause: n % 2 === 0 ? 'unreachable' : 'anchorMissing',
      }),
    );
    const section = verdictsSection.parse({ sources, verdicts: hostile });
    const found = evaluatePolicy(policy, facts([], { verdicts: section }));
    const [more] = found.filter(({ cause }) => cause === 'moreFindings');

    expect(found).toHaveLength(MAX_FINDINGS);
    expect(more).toMatchObject({
      severity: 'blocker',
      subject: { kind: 'clients', more: 1801 },
      evidence: { anchorMissing: 801, unreachable: 1000 },
    });
    // The worst are the ones that are shown.
    expect(found.filter(({ severity }) => severity === 'blocker')).toHaveLength(MAX_FINDINGS);
    for (const { subject, evidence: said } of found) {
      if (subject.kind === 'client') expect(subject.accounts).toHaveLength(20);
      expect(Object.keys(said).length).toBeLessThan(40);
      for (const value of Object.values(said)) expect(String(value).length).toBeLessThanOrEqual(512);
    }
    expect(evaluatePolicy(policy, facts([], { verdicts: section }))).toEqual(found);
  });

  it('for any verdicts: unique keys, never too many, only causes that have words, and no order matters', () => {
    const anyOutcome = fc.constantFrom<VerdictOutcome>(
      outcome('verifies'),
      outcome('fails', { code: 20 }),
      outcome('fails', { code: 10 }),
      outcome('unverified'),
      outcome('unknown'),
    );
    const anyVerdict = fc.record({
      n: fc.nat(300),
      predicted: anyOutcome,
      probed: fc.option(anyOutcome),
      cause: fc.option(fc.constantFrom<VerdictCause>(...VERDICT_CAUSES)),
    });
    fc.assert(
      fc.property(fc.uniqueArray(anyVerdict, { selector: ({ n }) => n, maxLength: 300 }), (drawn) => {
        const sources = drawn.map(({ n }) => source(n.toString(16).padStart(16, '0')));
        const verdicts = drawn.map(({ n, ...rest }) =>
          verdict({ ...rest, source: n.toString(16).padStart(16, '0') }),
        );
        const found = evaluatePolicy(policy, facts([], { verdicts: { sources, verdicts } }));
        const back = { sources: [...sources].reverse(), verdicts: [...verdicts].reverse() };

        expect(found.length).toBeLessThanOrEqual(MAX_FINDINGS);
        expect(new Set(found.map(({ key }) => key)).size).toBe(found.length);
        for (const { cause } of found) expect(CAUSES).toContain(cause);
        expect(evaluatePolicy(policy, facts([], { verdicts: back }))).toEqual(found);
      }),
      { numRuns: 50 },
    );
  });
});
