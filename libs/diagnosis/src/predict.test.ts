import type { NetworkState } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { resolveSource, type ResolvedSource } from './index.ts';
import { createPredictor, predict } from './predict.ts';
import { verifyErrorText } from './prediction/error-text.ts';
import { nameRulesOf } from './prediction/name-rules.ts';
import {
  OLD,
  crossIssuing,
  crossServer,
  crossed,
  expiredRoot,
  issuing,
  leaf,
  newRoot,
  root,
} from './testing/cause-pki.ts';
import { api, consumerOf, factsOf, installed, python } from './testing/facts.ts';
import { type Scenario, server, stage } from './testing/trust-lab.ts';

const outcome = (scenario: Scenario): ReturnType<typeof predict> => {
  const { resolved, endpoint, facts } = stage(scenario);
  return predict(resolved, endpoint, facts);
};
const NETWORK_STATES: readonly NetworkState[] = [
  'dnsFailed',
  'refused',
  'timedOut',
  'reset',
  'unreachable',
  'proxyRefused',
  'notTls',
];
const CHAIN = { chain: [leaf, issuing], anchors: [root] };

describe('predict', () => {
  it('says what verifies, and with which number it fails', () => {
    expect(outcome(CHAIN)).toEqual({ result: 'verifies', code: null, error: null });
    expect(outcome({ ...CHAIN, anchors: [] })).toEqual({
      result: 'fails',
      code: 20,
      error: 'certificate verify failed: unable to get local issuer certificate',
    });
  });

  it('goes by other anchors through a proxy where its client does', () => {
    const { source, anchors, decidedBy } = stage({ chain: [], anchors: [] }).resolved;
    const scenario = { ...CHAIN, resolved: { throughProxy: { source, anchors, decidedBy } } };

    expect(outcome(scenario).result).toBe('verifies');
    expect(outcome({ ...scenario, endpoint: { proxy: 'http://proxy:3128' } })).toMatchObject({ code: 20 });
  });

  it.each(NETWORK_STATES)('whoever is not reached fails without a number: %s', (network) => {
    const found = outcome({ ...CHAIN, endpoint: { network, detail: 'errno' } });

    expect(found).toMatchObject({ result: 'fails', code: null });
    expect(found.error).toMatch(/: errno$/);
  });

  it.each([
    ['verificationOff', null, { result: 'unverified', error: null }],
    ['cannotLoad', 'OSError: no', { result: 'fails', error: 'OSError: no' }],
    ['noSsl', 'ImportError: no', { result: 'fails', error: 'ImportError: no' }],
    ['notImportable', 'ImportError: no', { result: 'fails', error: 'ImportError: no' }],
    ['unknown', 'not read', { result: 'unknown', error: 'not read' }],
  ] as const)('a source that is %s', (...[state, error, expected]) => {
    expect(outcome({ ...CHAIN, source: { state, error } })).toEqual({ code: null, ...expected });
  });

  it('nothing is made up where a certificate is known by its fingerprint alone', () => {
    const unheld = '0'.repeat(64);

    expect(outcome({ anchors: [root], endpoint: { chain: [unheld] } }).result).toBe('unknown');
    const anchors = { resolved: { anchors: [unheld] }, chain: [leaf, issuing] };
    expect(outcome(anchors)).toMatchObject({
      result: 'unknown',
      error: '1 of its anchors are known by their fingerprint alone',
    });
    // What verifies does so with what is held.
    expect(outcome({ ...CHAIN, resolved: { anchors: [root.sha256, unheld] } }).result).toBe('verifies');
  });

  it('a client that names no server is judged by what it is shown', () => {
    const silent = { resolved: { sendsName: false, checksName: false }, anchors: [root] };

    expect(outcome({ ...silent, chain: [server(null)], chainWithoutName: [leaf, issuing] }).result).toBe(
      'verifies',
    );
    expect(outcome({ ...silent, chain: [leaf, issuing], chainWithoutName: [server(null)] }).code).toBe(18);
    expect(outcome({ ...silent, chain: [leaf, issuing], chainWithoutName: [] })).toMatchObject({
      result: 'fails',
      code: null,
    });
  });

  it('the host’s own clock decides, not the time', () => {
    expect(outcome({ ...CHAIN, clockOffsetMs: 400 * 86_400_000 }).code).toBe(10);
    expect(outcome({ ...CHAIN, clockOffsetMs: null }).result).toBe('verifies');
  });

  it.each([
    ['shotgun_api3.s3', '3.6.0', 'certificate verify failed: unable to get local issuer certificate'],
    ['shotgun_api3.s3', '3.6.1', 'shotgun_api3.shotgun.ShotgunError: Max attemps limit reached.'],
    ['shotgun_api3.form', '3.9.0', 'shotgun_api3.shotgun.ShotgunError: Max attemps limit reached.'],
    ['shotgun_api3.form', '3.9.1', 'shotgun_api3.shotgun.ShotgunError: Max attempts limit reached.'],
    ['shotgun_api3.s3', '3.10.3', 'shotgun_api3.shotgun.ShotgunError: Max attempts limit reached.'],
    ['shotgun_api3.crud', '3.10.3', 'certificate verify failed: unable to get local issuer certificate'],
  ] as const)('%s of %s says what its users see', (client, version, error) => {
    const consumer = consumerOf(client, { python: python('3.11.7'), api: api(version) });

    expect(outcome({ ...CHAIN, anchors: [], resolved: { consumer } })).toEqual({
      ...{ result: 'fails', code: 20, error },
    });
  });

  it('of a Python that nobody asked nothing is said where an old OpenSSL and a new one differ', () => {
    const crossed_ = { chain: [crossServer, crossIssuing, crossed], anchors: [newRoot, expiredRoot] };
    const asked = resolveSource(consumerOf('ssl', { python: python('2.7.18') }), factsOf());
    const silent = { openssl: null, ssl: null, verifyPaths: null, facts: 'static' as const };
    const read = resolveSource(consumerOf('ssl', { python: python('2.7.18', silent) }), factsOf());
    const newer = resolveSource(consumerOf('ssl', { python: python('3.10.1', silent) }), factsOf());
    const of = ({ openssl, opensslAtOldest, consumer }: ResolvedSource) =>
      outcome({
        ...crossed_,
        resolved: { openssl, consumer, ...(opensslAtOldest === undefined ? {} : { opensslAtOldest }) },
      });

    expect(of(asked).result).toBe('verifies');
    expect(of(newer).result).toBe('verifies');
    expect(of(read)).toEqual({
      ...{ result: 'unknown', code: null },
      error: expect.stringMatching(/with 1\.0\.2 it fails with code 10, with 3\.0 it verifies/) as string,
    });
    // Where both say the same it is said.
    expect(outcome({ ...crossed_, anchors: [newRoot], resolved: { opensslAtOldest: OLD } }).result).toBe(
      'verifies',
    );
    expect(outcome({ ...CHAIN, anchors: [], resolved: { opensslAtOldest: OLD } }).result).toBe('fails');
  });

  it('one predictor answers as many times as it is asked, the same', () => {
    const { resolved, endpoint, facts } = stage(CHAIN);
    const predictor = createPredictor(facts);

    expect(predictor.predict(resolved, endpoint)).toEqual(predictor.predict(resolved, endpoint));
    expect(predictor.verify(resolved, endpoint)?.path).toHaveLength(3);
  });
});

describe('the server’s name', () => {
  const pythonWith = (version: string, urllib3: string | null = null): ReturnType<typeof python> =>
    python(version, { packages: urllib3 === null ? [] : [installed('urllib3', urllib3)] });

  it.each([
    ['ssl', '3.6.15', null, 'afterwards', 'matchHostname', 'withoutAnyName'],
    ['ssl', '2.7.18', null, 'afterwards', 'matchHostname', 'withoutAnyName'],
    ['ssl', '3.7.16', null, 'openssl', 'wholeLabel', 'withoutDnsName'],
    ['requests', '3.11.7', '1.26.20', 'afterwards', 'matchHostname', 'withoutAnyName'],
    ['requests', '3.11.7', '2.2.3', 'openssl', 'wholeLabel', 'never'],
    ['pip', '3.11.7', '2.2.3', 'afterwards', 'matchHostname', 'withoutAnyName'],
  ] as const)(
    '%s of Python %s with urllib3 %s',
    (...[client, version, urllib3, checked, wildcards, commonName]) => {
      const consumer = consumerOf(client, { python: pythonWith(version, urllib3) });

      expect(nameRulesOf(consumer)).toEqual({ checked, wildcards, commonName });
    },
  );

  it('as real clients do it (tools/truth): addresses on Python 2, botocore, truststore in pip and under requests', () => {
    const rules = (
      client: Parameters<typeof consumerOf>[0],
      version: string,
      ...reasons: readonly string[]
    ): unknown =>
      nameRulesOf(
        consumerOf(client, {
          python: python(version, {
            packages: [installed('urllib3', '2.2.3'), installed('requests', '2.32.3')],
          }),
        }),
        reasons.map((reason) => ({ reason })),
      );

    for (const client of ['requests', 'httplib2', 'shotgun_api3.crud'] as const)
      expect(rules(client, '2.7.18')).toMatchObject({ addresses: false });
    expect(rules('boto3', '3.11.7')).toMatchObject({ checked: 'afterwards', commonName: 'withoutAnyName' });
    for (const client of ['pip', 'requests'] as const)
      expect(rules(client, '3.11.7', 'pipSystemCerts')).toMatchObject({
        checked: 'openssl',
        commonName: 'withoutDnsName',
      });
    expect(rules('pip', '3.13.0', 'pipTruststore')).toMatchObject({
      checked: 'openssl',
      wildcards: 'wholeLabel',
    });
    expect(rules('requests', '3.12.1', 'ignoredByHook', 'truststore')).toMatchObject({
      commonName: 'withoutDnsName',
    });
    expect(rules('requests', '3.12.1', 'truststore')).toMatchObject({ commonName: 'never' });
    expect(rules('boto3', '3.11.7')).toMatchObject({ commonNameOfAddress: false });
    expect(rules('requests', '3.12.1')).toMatchObject({ commonName: 'never' });
  });

  it('a mismatch that Python finds itself has no number', () => {
    const consumer = consumerOf('ssl', { python: python('3.6.15') });
    const chain = [server(issuing, {}, ['DNS:other.example']), issuing];

    expect(outcome({ chain, anchors: [root], resolved: { consumer } })).toEqual({
      result: 'fails',
      code: null,
      error: 'the host name does not match the certificate',
    });
  });
});

describe('error texts', () => {
  it('have no hyphen before OpenSSL 3 (failures.md §7.1)', () => {
    const openssl = { libressl: false, partialChain: false, strict: false, securityLevel: 1 };

    expect(verifyErrorText(18, { ...openssl, version: [1, 1, 1] })).toMatch(/self signed certificate$/);
    expect(verifyErrorText(18, { ...openssl, version: [3, 0, 0] })).toMatch(/self-signed certificate$/);
    expect(verifyErrorText(999, { ...openssl, version: [3, 0, 0] })).toMatch(/error number 999$/);
  });
});
