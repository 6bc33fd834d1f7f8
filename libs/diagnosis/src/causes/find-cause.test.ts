import {
  alternativeNames,
  basicConstraints,
  keyUsage,
  makeKey,
  nameConstraints,
} from '@trustfleet/certificates/testing';
import { type TrustStep, VERDICT_CAUSES, type VerdictCause } from '@trustfleet/protocol';
import { describe, expect, it } from 'vitest';
import { createPredictor } from '../predict.ts';
import { bad, consumerOf, pem, python, store } from '../testing/facts.ts';
import {
  authority,
  catalogueOf,
  HOST,
  issuerAt,
  type LabCertificate,
  type Scenario,
  server,
  stage,
} from '../testing/trust-lab.ts';
import { findCause } from './find-cause.ts';
import { type CauseFound, createCertificateReader } from './inquest.ts';

const root = authority('Studio Root');
const issuing = authority('Studio Issuing CA', { issuer: root });
const leaf = server(issuing);
const publicRoot = authority('Public Root 2022');
const publicIssuing = authority('Public Issuing CA', { issuer: publicRoot });
const publicLeaf = server(publicIssuing);
const others = Array.from({ length: 22 }, (_, index) => authority(`Public Root ${String(index)}`));
const unknownRoot = authority('Somebody Root');
const catalogue = catalogueOf([
  [publicRoot, '2022.05.18'],
  ...others.map((one) => [one, '2018.01.18'] as const),
]);

const bundle = (path: string, ...anchors: readonly LabCertificate[]): ReturnType<typeof pem> => ({
  ...pem(path),
  anchors: anchors.map(({ sha256 }) => sha256),
});

function causeOf(scenario: Scenario): CauseFound | null {
  const { resolved, endpoint, facts } = stage(scenario);
  const predictor = createPredictor(facts);
  const prediction = predictor.predict(resolved, endpoint);
  const certificates = createCertificateReader(predictor);
  return findCause({ resolved, endpoint, prediction, facts, predictor, catalogue, certificates });
}

const OLD = {
  version: [1, 0, 2],
  libressl: false,
  partialChain: false,
  strict: false,
  securityLevel: 1,
} as const;
const STRICT = {
  version: [3, 0, 19],
  libressl: false,
  partialChain: true,
  strict: true,
  securityLevel: 2,
} as const;
const variable = (more: Partial<TrustStep>): Partial<TrustStep>[] => [
  { kind: 'variable', name: 'SSL_CERT_FILE', value: '/srv/ca.pem', definedIn: '/etc/environment', ...more },
];
const failing = (reason: string): Scenario => ({
  chain: [leaf, issuing],
  source: { state: 'cannotLoad', error: 'ssl.SSLError' },
  steps: variable({ outcome: 'failed', reason }),
});

/** failures.md §7.3. */
const expiredRoot = authority('Old Root', { valid: [-3000, -10] });
const crossed = authority('New Root', { issuer: expiredRoot, valid: [-2000, 100] });
const newRoot = authority('New Root', { key: crossed.key });
const crossIssuing = authority('Cross CA', { issuer: newRoot });
const crossServer = server(crossIssuing);

const proxyRoot = authority('Zscaler Root CA');
const proxied = server(proxyRoot);
const weak = server(issuing, { key: makeKey(1024) });
const limited = authority('Limited CA', { issuer: root, more: [nameConstraints(['DNS:other.example'], [])] });
const carelessCa = authority('Careless CA', { extensions: [basicConstraints(true, null)] });
const carelessLeaf = server(carelessCa, { extensions: [alternativeNames([`DNS:${HOST}`])] });
const notCa = authority('No CA', {
  issuer: root,
  extensions: [basicConstraints(false, null), keyUsage(0x80)],
});

interface Row {
  readonly cause: VerdictCause;
  readonly of: string;
  readonly scenario: Scenario;
  readonly evidence?: Record<string, unknown>;
}

const TABLE: readonly Row[] = [
  {
    cause: 'anchorMissing',
    of: 'a studio root that the system store has',
    scenario: {
      chain: [leaf, issuing],
      anchors: [others[0]!],
      facts: { stores: [store('debian', bundle('/etc/ssl/certs/ca-certificates.crt', root))] },
    },
    evidence: { code: 20, certificate: root.sha256, knownIn: 'debian' },
  },
  {
    cause: 'anchorMissing',
    of: 'a root that nobody here has',
    scenario: { chain: [leaf, issuing], anchors: [others[0]!] },
    evidence: { code: 20, issuer: 'CN=Studio Root' },
  },
  {
    cause: 'bundleStale',
    of: 'a list from before the root came',
    scenario: {
      chain: [publicLeaf, publicIssuing],
      anchors: others,
      facts: { bundles: [bundle('/new.pem', publicRoot)] },
    },
    evidence: {
      release: '2018.01.18',
      lacksSha: publicRoot.sha256,
      rootCameWith: '2022.05.18',
      path: '/etc/bundle.pem',
    },
  },
  {
    cause: 'bundleStale',
    of: 'the same, where nobody has the root and its name is known',
    scenario: { chain: [publicLeaf, publicIssuing], anchors: others },
    evidence: { lacks: 'CN=Public Root 2022', code: 20 },
  },
  {
    cause: 'interceptionNotTrusted',
    of: 'a proxy that sends its root',
    scenario: {
      chain: [proxied, proxyRoot],
      anchors: others,
      endpoint: { interception: { issuer: 'CN=Zscaler Root CA', certificate: proxyRoot.sha256 } },
    },
    evidence: { code: 19, interceptor: 'CN=Zscaler Root CA', certificate: proxyRoot.sha256 },
  },
  {
    cause: 'variableFileMissing',
    of: 'a loader that raises',
    scenario: failing('fileMissing'),
    evidence: { variable: 'SSL_CERT_FILE', path: '/srv/ca.pem', definedIn: '/etc/environment' },
  },
  { cause: 'variableFileUnreadable', of: 'a loader that raises', scenario: failing('fileUnreadable') },
  { cause: 'variableFileEmpty', of: 'a loader that raises', scenario: failing('fileEmpty') },
  { cause: 'variableFileNotPem', of: 'UTF-16', scenario: failing('fileUtf16') },
  { cause: 'variableFileNotPem', of: 'a cut block', scenario: failing('fileBroken') },
  {
    cause: 'variableFileMissing',
    of: 'SSL_CERT_FILE, which fails without a word',
    scenario: {
      chain: [leaf, issuing],
      anchors: [],
      steps: variable({ outcome: 'failed', reason: 'fileMissing' }),
    },
    evidence: { code: 20, variable: 'SSL_CERT_FILE' },
  },
  {
    cause: 'variableEmpty',
    of: 'an empty variable that sends it elsewhere',
    scenario: {
      chain: [leaf, issuing],
      anchors: [others[0]!],
      steps: [
        {
          kind: 'variable',
          name: 'SHOTGUN_API_CACERTS',
          value: '',
          outcome: 'empty',
          reason: 'emptyFallsToHttplib2',
        },
        { kind: 'bundle', value: '/x/cacerts.txt', outcome: 'used', reason: 'ownBundle' },
      ],
      facts: { bundles: [bundle('/studio.pem', root)] },
    },
    evidence: { variable: 'SHOTGUN_API_CACERTS' },
  },
  {
    cause: 'variableIgnored',
    of: 'a file that would do (3.8.4, uploads)',
    scenario: {
      chain: [leaf, issuing],
      anchors: [others[0]!],
      steps: [
        {
          kind: 'variable',
          name: 'SHOTGUN_API_CACERTS',
          value: '/srv/union.pem',
          outcome: 'ignored',
          reason: 'ignoredByVersion',
        },
        { kind: 'pythonDefault', outcome: 'used' },
      ],
      source: { version: '3.8.4' },
      facts: { bundles: [bundle('/srv/union.pem', root, others[0]!)] },
    },
    evidence: {
      variable: 'SHOTGUN_API_CACERTS',
      path: '/srv/union.pem',
      version: '3.8.4',
      reason: 'ignoredByVersion',
    },
  },
  {
    cause: 'bundleReplaces',
    of: 'a file with the proxy’s root alone before a public server',
    scenario: {
      chain: [publicLeaf, publicIssuing],
      anchors: [proxyRoot],
      steps: variable({ outcome: 'used', reason: 'replacesBundle' }),
      facts: { bundles: [bundle('/certifi.pem', publicRoot)] },
    },
    evidence: { variable: 'SSL_CERT_FILE', anchors: 1, certificate: publicRoot.sha256 },
  },
  {
    cause: 'trustedInCode',
    of: 'ca_certs= without the root',
    scenario: {
      chain: [leaf, issuing],
      anchors: [others[0]!],
      steps: [{ kind: 'argument', name: 'ca_certs', value: '/srv/one.pem', outcome: 'used' }],
    },
    evidence: { path: '/srv/one.pem' },
  },
  {
    cause: 'anchorExpired',
    of: 'a root of the store',
    scenario: { chain: [server(expiredRoot)], anchors: [expiredRoot] },
    evidence: { code: 10, certificate: expiredRoot.sha256 },
  },
  {
    cause: 'crossSignExpired',
    of: 'OpenSSL 1.0.2 with both roots in its list',
    scenario: {
      chain: [crossServer, crossIssuing, crossed],
      anchors: [newRoot, expiredRoot],
      resolved: { openssl: OLD },
    },
    evidence: { expired: expiredRoot.sha256, goodRoot: newRoot.sha256, openssl: 'OpenSSL 1.0.2' },
  },
  {
    cause: 'anchorRejected',
    of: 'a root that the store keeps from servers',
    scenario: {
      chain: [leaf, issuing],
      anchors: [others[0]!],
      resolved: { decidedBy: { kind: 'store', ids: ['nss'], variable: null } },
      facts: {
        stores: [
          store('nss', bundle('/nss', others[0]!), {
            entries: [
              {
                anchor: root.sha256,
                trust: 'otherPurposes',
                origin: 'local',
                name: null,
                location: null,
                purposes: null,
              },
            ],
          }),
        ],
      },
    },
    evidence: { trust: 'otherPurposes' },
  },
  {
    cause: 'leafExpired',
    of: 'a server',
    scenario: { chain: [server(issuing, { valid: [-90, -1] }), issuing], anchors: [root] },
    evidence: { code: 10 },
  },
  {
    cause: 'intermediateExpired',
    of: 'an issuing authority',
    scenario: (() => {
      const old = authority('Old CA', { issuer: root, valid: [-900, -1] });
      return { chain: [server(old), old], anchors: [root] };
    })(),
    evidence: { code: 10, subject: 'CN=Old CA' },
  },
  {
    cause: 'notYetValid',
    of: 'a server',
    scenario: { chain: [server(issuing, { valid: [2, 90] }), issuing], anchors: [root] },
    evidence: { code: 9 },
  },
  {
    cause: 'clockWrong',
    of: 'a machine two years ahead',
    scenario: { chain: [leaf, issuing], anchors: [root], clockOffsetMs: 730 * 86_400_000 },
    evidence: { offsetSeconds: 730 * 86_400 },
  },
  {
    cause: 'clockWrong',
    of: 'a machine two years behind',
    scenario: { chain: [leaf, issuing], anchors: [root], clockOffsetMs: -730 * 86_400_000 },
    evidence: { offsetSeconds: -730 * 86_400 },
  },
  {
    cause: 'hostNameMismatch',
    of: 'another server that verifies',
    scenario: { chain: [server(issuing, {}, ['DNS:portal.example']), issuing], anchors: [root] },
    evidence: { code: undefined, host: HOST },
  },
  {
    cause: 'hostNameMismatch',
    of: 'another server whose root is missing here: no root mends that',
    scenario: {
      chain: [server(issuing, {}, ['DNS:portal.example']), issuing],
      anchors: [others[0]!],
      facts: { bundles: [bundle('/studio.pem', root)] },
    },
  },
  {
    cause: 'serverNameNotSent',
    of: 'an upload that gets the default certificate',
    scenario: {
      chain: [leaf, issuing],
      chainWithoutName: [server(unknownRoot, {}, ['DNS:default.example'])],
      anchors: [root],
      resolved: { sendsName: false, checksName: false },
    },
  },
  {
    cause: 'chainIncomplete',
    of: 'an issuing authority that another store has',
    scenario: { chain: [leaf], anchors: [root], facts: { bundles: [bundle('/windows-ca', issuing, root)] } },
    evidence: { code: 20, certificate: issuing.sha256 },
  },
  {
    cause: 'chainIncomplete',
    of: 'a lonely leaf that says where its issuer is',
    scenario: {
      chain: [server(issuing, { more: [issuerAt('http://ca.example/issuing.crt')] })],
      anchors: [root],
    },
    evidence: { fetchFrom: 'http://ca.example/issuing.crt', issuer: 'CN=Studio Issuing CA' },
  },
  {
    cause: 'leafSelfSigned',
    of: 'an appliance',
    scenario: { chain: [server(null)], anchors: [root] },
    evidence: { code: 18 },
  },
  {
    cause: 'issuerWithoutRoot',
    of: 'a list with the issuing authority alone',
    scenario: { chain: [leaf], anchors: [issuing] },
    evidence: { code: 2 },
  },
  {
    cause: 'strictProfile',
    of: 'Python 3.13 and a careless authority',
    scenario: { chain: [carelessLeaf], anchors: [carelessCa], resolved: { openssl: STRICT } },
    evidence: { code: 85 },
  },
  {
    cause: 'weakKey',
    of: '1024 bit',
    scenario: { chain: [weak, issuing], anchors: [root] },
    evidence: { code: 66 },
  },
  {
    cause: 'nameConstraint',
    of: 'an authority for others',
    scenario: { chain: [server(limited), limited], anchors: [root] },
    evidence: { code: 47 },
  },
  {
    cause: 'chainInvalid',
    of: 'an authority that is none',
    scenario: { chain: [server(notCa), notCa], anchors: [root] },
    evidence: { code: 79 },
  },
  {
    cause: 'verificationOff',
    of: 'PYTHONHTTPSVERIFY=0',
    scenario: {
      chain: [leaf, issuing],
      source: { state: 'verificationOff' },
      steps: [
        { kind: 'variable', name: 'PYTHONHTTPSVERIFY', value: '0', outcome: 'used', reason: 'switchesOff' },
      ],
    },
    evidence: { variable: 'PYTHONHTTPSVERIFY', path: '0' },
  },
  {
    cause: 'pythonWithoutStore',
    of: 'paths of a build farm',
    scenario: { chain: [leaf, issuing], anchors: [] },
    evidence: { code: 20 },
  },
  {
    cause: 'noSslModule',
    of: 'Maya without libssl',
    scenario: { source: { state: 'noSsl', error: 'ImportError: libssl.so.10' } },
    evidence: { error: 'ImportError: libssl.so.10' },
  },
  {
    cause: 'apiNotImportable',
    of: '3.8.4 on 3.13',
    scenario: { source: { state: 'notImportable', error: 'ModuleNotFoundError' } },
  },
  {
    cause: 'variableFileMissing',
    of: 'HTTPLIB2_CA_CERTS, which ends the import',
    scenario: {
      source: { state: 'notImportable', error: 'RuntimeError' },
      steps: [
        {
          kind: 'variable',
          name: 'HTTPLIB2_CA_CERTS',
          value: '/gone',
          outcome: 'failed',
          reason: 'failsImport',
        },
      ],
    },
    evidence: { variable: 'HTTPLIB2_CA_CERTS', path: '/gone' },
  },
  {
    cause: 'shareDoesNotAnswer',
    of: 'a file on a share that was given up',
    scenario: {
      ...failing('fileUnreadable'),
      facts: { bundles: [{ ...bad('/srv/ca.pem', 'unreadable'), detail: '/srv/ca.pem does not answer' }] },
    },
  },
  {
    cause: 'nameNotResolved',
    of: 'DNS',
    scenario: { endpoint: { network: 'dnsFailed' } },
    evidence: { host: HOST, port: 443 },
  },
  { cause: 'unreachable', of: 'refused', scenario: { endpoint: { network: 'refused' } } },
  {
    cause: 'unreachable',
    of: 'timed out',
    scenario: { endpoint: { network: 'timedOut' }, source: { state: 'noSsl' } },
  },
  {
    cause: 'proxyRefused',
    of: 'a proxy',
    scenario: { endpoint: { network: 'proxyRefused', proxy: 'proxy:3128' } },
    evidence: { proxy: 'proxy:3128' },
  },
  { cause: 'connectionCut', of: 'reset', scenario: { endpoint: { network: 'reset' } } },
  { cause: 'notTls', of: 'a plain server', scenario: { endpoint: { network: 'notTls' } } },
  {
    cause: 'unknown',
    of: 'facts that are missing',
    scenario: { source: { state: 'unknown', error: 'not read' } },
    evidence: { error: 'not read' },
  },
];

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
