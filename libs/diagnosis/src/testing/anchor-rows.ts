import {
  OLD,
  bundle,
  crossIssuing,
  crossServer,
  crossed,
  expiredRoot,
  failing,
  issuing,
  leaf,
  newRoot,
  overdue,
  others,
  proxied,
  proxyRoot,
  publicIssuing,
  publicLeaf,
  publicRoot,
  root,
  variable,
  type CauseRow,
  oldRoot,
} from './cause-pki.ts';
import { CAFILE, store } from './facts.ts';
import { server } from './trust-lab.ts';

/** Anchors that are missing, stale, expired, or loaded from the wrong place. */
export const ANCHOR_ROWS: readonly CauseRow[] = [
  {
    cause: 'anchorMissing',
    of: 'a studio root that the system store has',
    scenario: {
      chain: [leaf, issuing],
      anchors: [oldRoot],
      facts: { stores: [store('debian', bundle('/etc/ssl/certs/ca-certificates.crt', root))] },
    },
    evidence: { code: 20, certificate: root.sha256, knownIn: 'debian' },
  },
  {
    cause: 'anchorMissing',
    of: 'a root that nobody here has',
    scenario: { chain: [leaf, issuing], anchors: [oldRoot] },
    evidence: { code: 20, issuer: 'CN=Studio Root' },
  },
  {
    cause: 'anchorMissing',
    of: 'a default file without it, beside a default directory that is always empty (Red Hat)',
    scenario: {
      chain: [leaf, issuing],
      anchors: [oldRoot],
      steps: [
        { kind: 'pythonDefault', value: '/etc/pki/tls/cert.pem', outcome: 'used', reason: 'compiledIn' },
        {
          kind: 'pythonDefault',
          value: '/etc/pki/tls/certs',
          outcome: 'failed',
          reason: 'fileWithoutCertificates',
        },
      ],
      facts: { bundles: [bundle('/studio.pem', root)] },
    },
    evidence: { code: 20, certificate: root.sha256, path: '/etc/pki/tls/cert.pem' },
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
      anchors: [oldRoot],
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
      anchors: [oldRoot],
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
      facts: { bundles: [bundle('/srv/union.pem', root, oldRoot)] },
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
    cause: 'anchorMissing',
    of: 'an ignored file that has the root and does not load',
    scenario: {
      chain: [leaf, issuing],
      anchors: [oldRoot],
      steps: [
        { kind: 'variable', name: 'SHOTGUN_API_CACERTS', value: '/srv/cut.pem', outcome: 'ignored' },
        { kind: 'pythonDefault', outcome: 'used' },
      ],
      facts: { bundles: [{ ...bundle('/srv/cut.pem', root), opensslAccepts: false }] },
    },
  },
  {
    cause: 'variableIgnored',
    of: 'the bundle of the system itself, which would do (tk-core 0.23.8)',
    scenario: {
      chain: [leaf, issuing],
      anchors: [oldRoot],
      steps: [
        {
          kind: 'variable',
          name: 'SHOTGUN_API_CACERTS',
          value: '/etc/ssl/certs/ca-certificates.crt',
          outcome: 'ignored',
          reason: 'ignoredByCore',
        },
        { kind: 'bundle', value: '/x/cacert.pem', outcome: 'used', reason: 'ownBundle' },
      ],
      facts: { stores: [store('debian', bundle('/etc/ssl/certs/ca-certificates.crt', root))] },
    },
    evidence: { variable: 'SHOTGUN_API_CACERTS', reason: 'ignoredByCore' },
  },
  {
    cause: 'bundleReplaces',
    of: 'SSL_CERT_FILE, where the default directory holds nothing (Red Hat)',
    scenario: {
      chain: [leaf, issuing],
      anchors: [oldRoot],
      steps: [
        ...variable({ outcome: 'used', reason: 'replacesDefaultFile' }),
        {
          kind: 'pythonDefault',
          value: '/etc/pki/tls/certs',
          outcome: 'failed',
          reason: 'fileWithoutCertificates',
        },
      ],
      facts: { bundles: [bundle(CAFILE, root)] },
    },
    evidence: { variable: 'SSL_CERT_FILE', code: 20 },
  },
  {
    cause: 'anchorMissing',
    of: 'SSL_CERT_FILE, where the default file has the root no more than it has',
    scenario: {
      chain: [leaf, issuing],
      anchors: [oldRoot],
      steps: variable({ outcome: 'used', reason: 'replacesDefaultFile' }),
      facts: { bundles: [bundle('/studio.pem', root)] },
    },
    evidence: { variable: 'SSL_CERT_FILE', code: 20, knownIn: '/studio.pem' },
  },
  {
    cause: 'anchorMissing',
    of: 'a cross-sign that has expired, where others have the new root',
    scenario: {
      chain: [crossServer, crossIssuing, overdue],
      anchors: [oldRoot],
      facts: { bundles: [bundle('/studio.pem', newRoot)] },
    },
    evidence: { code: 10, certificate: newRoot.sha256 },
  },
  {
    cause: 'trustedInCode',
    of: 'ca_certs= without the root',
    scenario: {
      chain: [leaf, issuing],
      anchors: [oldRoot],
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
      anchors: [oldRoot],
      resolved: { decidedBy: { kind: 'store', ids: ['nss'], variable: null } },
      facts: {
        stores: [
          store('nss', bundle('/nss', oldRoot), {
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
];
