import { VERDICT_CAUSES } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { createPredictor } from '../predict.ts';
import { ANCHOR_ROWS } from '../testing/anchor-rows.ts';
import {
  OLD,
  STRICT,
  catalogue,
  crossIssuing,
  crossServer,
  crossed,
  expiredRoot,
  issuing,
  leaf,
  newRoot,
  proxied,
  proxyRoot,
  root,
} from '../testing/cause-pki.ts';
import { consumerOf, python } from '../testing/facts.ts';
import { OTHER_ROWS } from '../testing/other-rows.ts';
import { server, stage, type Scenario } from '../testing/trust-lab.ts';
import { findCause } from './find-cause.ts';
import { type CauseFound, createCertificateReader } from './inquest.ts';

const TABLE = [...ANCHOR_ROWS, ...OTHER_ROWS];

function causeOf(scenario: Scenario): CauseFound | null {
  const { resolved, endpoint, facts } = stage(scenario);
  const predictor = createPredictor(facts);
  const prediction = predictor.predict(resolved, endpoint);
  const certificates = createCertificateReader(predictor);
  return findCause({ resolved, endpoint, prediction, facts, predictor, catalogue, certificates });
}

describe('the one cause', () => {
  it.each(TABLE)('$cause: $of', ({ cause, scenario, evidence = {} }) => {
    const found = causeOf(scenario);

    expect(found?.cause).toBe(cause);
    expect(found?.evidence).toMatchObject(
      Object.fromEntries(Object.entries(evidence).filter(([, value]) => value !== undefined)),
    );
  });

  it('is known for every name that the contract has', () => {
    expect(new Set(TABLE.map(({ cause }) => cause))).toEqual(new Set(VERDICT_CAUSES));
  });

  it.each<[string, Scenario]>([
    ['the studio’s root is there', { chain: [leaf, issuing], anchors: [root] }],
    [
      '3.13 and the issuing authority alone',
      { chain: [leaf], anchors: [issuing], resolved: { openssl: { ...STRICT, strict: false } } },
    ],
    [
      'OpenSSL 3 and both roots of a cross-sign',
      { chain: [crossServer, crossIssuing, crossed], anchors: [newRoot, expiredRoot] },
    ],
    [
      'OpenSSL 1.0.2 without the expired root',
      { chain: [crossServer, crossIssuing, crossed], anchors: [newRoot], resolved: { openssl: OLD } },
    ],
    [
      'an interception that is trusted',
      {
        chain: [proxied],
        anchors: [proxyRoot],
        endpoint: { interception: { issuer: 'CN=Zscaler Root CA', certificate: null } },
      },
    ],
    [
      'a client that looks at no name',
      {
        chain: [server(issuing, {}, ['DNS:other.example']), issuing],
        anchors: [root],
        resolved: { checksName: false },
      },
    ],
  ])('is none where %s', (_what, scenario) => {
    expect(causeOf(scenario)).toBeNull();
  });

  it('of a chain that nobody holds is not made up', () => {
    const found = causeOf({ anchors: [root], endpoint: { chain: ['0'.repeat(64)] } });

    expect(found).toMatchObject({ cause: 'unknown' });
  });

  it('Python 2.7 checks names itself: another wildcard, no number', () => {
    const { resolved, endpoint, facts } = stage({
      chain: [server(issuing, {}, ['DNS:s*.studio.example']), issuing],
      anchors: [root],
      resolved: { consumer: consumerOf('ssl', { python: python('2.7.18') }), openssl: OLD },
    });

    expect(createPredictor(facts).predict(resolved, endpoint).outcome.result).toBe('verifies');
  });
});
