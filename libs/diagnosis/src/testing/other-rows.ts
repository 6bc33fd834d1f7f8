import {
  STRICT,
  bundle,
  carelessCa,
  carelessLeaf,
  failing,
  issuing,
  leaf,
  limited,
  notCa,
  root,
  unknownRoot,
  weak,
  type CauseRow,
  oldRoot,
} from './cause-pki.ts';
import { bad } from './facts.ts';
import { authority, HOST, issuerAt, server } from './trust-lab.ts';

/** Dates, names, chains, and what happens before any certificate is looked at. */
export const OTHER_ROWS: readonly CauseRow[] = [
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
      anchors: [oldRoot],
      facts: { bundles: [bundle('/studio.pem', root)] },
    },
  },
  {
    cause: 'hostNameMismatch',
    of: 'another server whose root nobody here has',
    scenario: { chain: [server(unknownRoot, {}, ['DNS:portal.example'])], anchors: [root] },
    evidence: { host: HOST },
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
    of: 'an issuing authority that another store has, at which a path of 3.13 would end',
    scenario: {
      chain: [leaf],
      anchors: [root],
      resolved: { openssl: { ...STRICT, strict: false } },
      facts: { bundles: [bundle('/windows-ca', issuing)] },
    },
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
    scenario: {
      chain: [leaf, issuing],
      anchors: [],
      steps: [
        { kind: 'pythonDefault', value: '/home/build/cert.pem', outcome: 'failed', reason: 'fileMissing' },
        { kind: 'pythonDefault', value: '/home/build/certs', outcome: 'failed', reason: 'fileMissing' },
      ],
    },
    evidence: { code: 20, path: '/home/build/cert.pem' },
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
