import type { Verdict, VerdictCause } from '@trustfleet/protocol';
import type { Suggestion } from '../remedies/suggestion.ts';

/** What a person is told of one cause. Plain English; values in `evidence` are what the host said: hostile text. */
export interface CauseWords {
  /** One sentence: what is wrong. */
  readonly what: string;
  /** `label: value`, one a line. */
  readonly evidence: readonly string[];
  /** What still works, or what to bear in mind. */
  readonly works: string;
  /** What mends it: one sentence. */
  readonly fix: string;
}

interface Sentences {
  readonly what: string;
  readonly works: string;
  readonly fix: string;
}

const OTHERS_WORK = 'Programs that have this root go on working; browsers usually do.';
const NOT_TRUST = 'Nothing that verifies is affected; adding a root would not help and would be wrong.';
const ASK_SERVER = 'Ask whoever runs the server to renew it.';
const SET_RIGHT = 'Point the variable at the union bundle, or remove it.';

const SENTENCES: Readonly<Record<VerdictCause, Sentences>> = {
  anchorMissing: {
    what: 'The root that this server’s certificate leads to is not among those that this program trusts.',
    works: OTHERS_WORK,
    fix: 'Give the program a bundle that has the root.',
  },
  bundleStale: {
    what: 'The program’s list of roots is older than the root that this server’s certificate leads to.',
    works: 'Servers whose roots are older than the list still verify.',
    fix: 'Upgrade the package that brings the list, or point the program at the union bundle.',
  },
  interceptionNotTrusted: {
    what: 'A TLS-inspecting proxy answers in the server’s place, and this program does not trust the proxy’s root.',
    works:
      'Servers that the proxy lets through untouched still verify, and so do programs that use the operating system’s store.',
    fix: 'After an administrator confirmed that root, add it to the union bundle or to the store that this program uses.',
  },
  variableFileMissing: {
    what: 'A variable names a file that does not exist.',
    works: 'Programs that do not look at this variable are not affected.',
    fix: SET_RIGHT,
  },
  variableFileUnreadable: {
    what: 'A variable names a file that this account may not read, or that OpenSSL cannot open.',
    works: 'Accounts that may read it are not affected.',
    fix: 'Make the file readable for everybody, or point the variable at the union bundle.',
  },
  variableFileNotPem: {
    what: 'A variable names a file from which OpenSSL can load nothing: it is no PEM text, or a block in it is broken.',
    works: 'Nothing that uses this file; one broken block makes all of it unusable.',
    fix: 'Replace the file by PEM text (not DER, not UTF-16), or point the variable at the union bundle.',
  },
  variableFileEmpty: {
    what: 'A variable names an empty file.',
    works: 'Programs that do not look at this variable are not affected.',
    fix: SET_RIGHT,
  },
  variableEmpty: {
    what: 'A variable is set and empty, which this version takes for something else than not set.',
    works: 'Programs that do not look at this variable are not affected.',
    fix: 'Remove the variable, or point it at the union bundle.',
  },
  variableIgnored: {
    what: 'A variable names a file that would do, and this version does not look at it.',
    works: 'Programs and versions that do look at the variable verify.',
    fix: 'Upgrade to a version that honours the variable, or use what this version does look at.',
  },
  bundleReplaces: {
    what: 'A variable’s file stands in the place of the program’s own list instead of adding to it, and lacks the root.',
    works: 'Servers whose roots are in that file verify.',
    fix: 'Point the variable at the union bundle, which has the public roots and the studio’s.',
  },
  trustedInCode: {
    what: 'The code itself names a file of roots, which beats every variable and lacks the root.',
    works: 'Programs without that line verify as their settings say.',
    fix: 'Change the line: leave the choice to the settings, or name the union bundle.',
  },
  anchorExpired: {
    what: 'The root that this program finds for the server has expired.',
    works: 'Programs with a newer list of roots may find another path.',
    fix: 'Give the program a current bundle.',
  },
  crossSignExpired: {
    what: 'This old OpenSSL follows the server’s chain to an expired root, although the list holds a good one.',
    works: 'Programs with OpenSSL 1.1.0 or later verify with the very same list.',
    fix: 'Remove the expired root from the list, not only add the new one; or move to a Python with a newer OpenSSL.',
  },
  anchorRejected: {
    what: 'The root is in the store, and the store does not let it vouch for servers.',
    works: 'Programs with another store are not affected.',
    fix: 'Find out who distrusts it and why before it is trusted again.',
  },
  leafExpired: {
    what: 'The server’s certificate has expired.',
    works: NOT_TRUST,
    fix: ASK_SERVER,
  },
  intermediateExpired: {
    what: 'A certificate between the server’s and the root has expired.',
    works: NOT_TRUST,
    fix: 'Ask whoever runs the server to send the current chain.',
  },
  notYetValid: {
    what: 'A certificate is not valid yet.',
    works: NOT_TRUST,
    fix: 'Compare this machine’s clock with the time; if it is right, wait or ask whoever issued it.',
  },
  clockWrong: {
    what: 'This machine’s clock is wrong: at the right time the certificate is valid.',
    works: 'Every other machine is not affected.',
    fix: 'Set the clock and find out why it is off (time service, battery, restored machine).',
  },
  hostNameMismatch: {
    what: 'The certificate is for another name: another machine answers (a captive portal, a block page, wrong DNS).',
    works: NOT_TRUST,
    fix: 'Find out who answers. Never mend this by adding roots or switching verification off.',
  },
  serverNameNotSent: {
    what: 'This version does not tell the server its name, and gets another server’s certificate.',
    works: 'Programs that send the name (SNI) verify.',
    fix: 'Upgrade shotgun_api3.',
  },
  chainIncomplete: {
    what: 'The server leaves out the certificate of its issuing authority. Browsers fetch it; Python never does.',
    works: 'Browsers, and programs that have the issuing authority in their store.',
    fix: 'Ask whoever runs the server to send the whole chain; until then the issuing authority may go into the union bundle.',
  },
  leafSelfSigned: {
    what: 'The server’s certificate is signed by itself.',
    works: 'Only programs that trust that very certificate.',
    fix: 'Check that the right server answers, and have it get a certificate of an authority.',
  },
  issuerWithoutRoot: {
    what: 'The list has the issuing authority and not the root above it.',
    works: 'Python 3.13 and later are content with the issuing authority.',
    fix: 'Add the root.',
  },
  strictProfile: {
    what: 'Python 3.13 and later enforce RFC 5280, which this chain’s certificates do not follow.',
    works: 'Python 3.12 and older, and calls of shotgun_api3 on any.',
    fix: 'Have the authority issued again with the extensions that RFC 5280 asks for.',
  },
  weakKey: {
    what: 'A key or a signature of the chain is weaker than this program allows.',
    works: 'Older programs with a lower security level.',
    fix: 'Have the certificate issued again with a 2048 bit key, or an elliptic curve, and SHA-256.',
  },
  nameConstraint: {
    what: 'The authority may not vouch for this name.',
    works: 'Names that the authority may vouch for.',
    fix: 'Use a certificate of an authority that may vouch for this name.',
  },
  chainInvalid: {
    what: 'The chain itself is broken: no program can verify it.',
    works: NOT_TRUST,
    fix: 'Ask whoever runs the server or the proxy; error and certificate are below.',
  },
  verificationOff: {
    what: 'The program does not verify the server at all: anybody may answer in its place.',
    works: 'Everything connects, whoever answers.',
    fix: 'Take out what switches verification off, and give the program the root that it lacks.',
  },
  pythonWithoutStore: {
    what: 'This Python trusts nothing: the place where it looks for roots is not on this machine.',
    works: 'Clients that bring their own list of roots (requests, shotgun_api3) are not affected.',
    fix: 'Set SSL_CERT_FILE to the union bundle.',
  },
  noSslModule: {
    what: 'This Python cannot import ssl: it cannot make a TLS connection at all.',
    works: 'Other Pythons of this machine.',
    fix: 'Repair or reinstall this Python; on Linux its OpenSSL libraries may be missing.',
  },
  apiNotImportable: {
    what: 'The library cannot be imported by this Python, so that nothing is verified.',
    works: 'Pythons of a version that the library supports.',
    fix: 'Use a version of the library that supports this Python.',
  },
  shareDoesNotAnswer: {
    what: 'The network share that holds the file does not answer.',
    works: 'Programs whose files lie on this machine.',
    fix: 'Bring the share back, or keep the bundle on this machine.',
  },
  nameNotResolved: {
    what: 'The server’s name could not be resolved.',
    works: NOT_TRUST,
    fix: 'Check DNS and the address.',
  },
  unreachable: {
    what: 'The server could not be reached.',
    works: NOT_TRUST,
    fix: 'Check the network, the firewall and whether a proxy is needed.',
  },
  proxyRefused: {
    what: 'The proxy refused the connection.',
    works: NOT_TRUST,
    fix: 'Check the proxy’s address, its rules and its credentials.',
  },
  connectionCut: {
    what: 'The connection was cut before a certificate was shown.',
    works: NOT_TRUST,
    fix: 'Look for a firewall or proxy that cuts TLS, and for a client that knows only TLS 1.0 or 1.1.',
  },
  notTls: {
    what: 'What answers at this address does not speak TLS.',
    works: NOT_TRUST,
    fix: 'Check the port and whether a proxy answers in the server’s place.',
  },
  unknown: {
    what: 'Nothing certain can be said.',
    works: 'Not known.',
    fix: 'Look at the error below.',
  },
};

const LABELS: Readonly<Record<string, string>> = {
  path: 'file',
  definedIn: 'set in',
  lacks: 'lacks',
  lacksSha: 'its fingerprint (SHA-256)',
  release: 'list as of certifi',
  releaseDate: 'released',
  rootCameWith: 'the root came with certifi',
  leftWith: 'the root left with certifi',
  certificate: 'certificate (SHA-256)',
  notBefore: 'valid from',
  notAfter: 'valid to',
  knownIn: 'this machine has it in',
  fetchFrom: 'the issuer’s certificate is at',
  offsetSeconds: 'clock is off by (seconds)',
  code: 'OpenSSL’s error number',
  interceptor: 'proxy’s issuer',
  goodRoot: 'good root (SHA-256)',
  stillWorks: 'verifies with',
};

/** What is wrong, what speaks for it, what still works, what mends it. */
export function causeWords({
  cause,
  evidence,
}: {
  cause: VerdictCause;
  evidence: Verdict['evidence'];
}): CauseWords {
  const lines = Object.entries(evidence).flatMap(([key, value]) =>
    value === null || value === '' ? [] : [`${LABELS[key] ?? key}: ${String(value)}`],
  );
  return { ...SENTENCES[cause], evidence: lines };
}

/** One line for a suggestion: `variable.set SHOTGUN_API_CACERTS to the union bundle`. */
export function suggestionWords({ remedy, variable, package: name }: Suggestion): string {
  if (remedy === 'variable.set') return `Set ${variable ?? 'the variable'} to the union bundle`;
  if (remedy === 'variable.unset') return `Remove ${variable ?? 'the variable'}`;
  if (remedy === 'python.upgradePackage') return `Upgrade ${name ?? 'the package'} in this Python`;
  return SUGGESTIONS[remedy];
}

const SUGGESTIONS: Readonly<Record<Suggestion['remedy'], string>> = {
  'trustStore.addAnchor': 'Add the root to the operating system’s trust store',
  'trustStore.removeAnchor': 'Remove the expired root',
  'bundle.deploy': 'Put the union bundle on this machine',
  'variable.set': 'Set the variable to the union bundle',
  'variable.unset': 'Remove the variable',
  'python.upgradePackage': 'Upgrade the package in this Python',
  'shotgunApi.replace': 'Replace this copy of shotgun_api3 by a current one',
  'toolkit.upgradeCore': 'Upgrade the Toolkit core',
  'code.report': 'Change the line of code that decides',
};
