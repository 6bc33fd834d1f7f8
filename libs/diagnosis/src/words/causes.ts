import type { Verdict, VerdictCause } from '@trustfleet/protocol';
import type { Suggestion } from '../remedies/suggestion.ts';

/** What a person is told of one cause. Plain English; values in `evidence` are what the host said: hostile text. */
export interface CauseWords {
  /** What is wrong, without its end: it follows a name and a colon. */
  readonly what: string;
  /** `label: value`, one a line. */
  readonly evidence: readonly string[];
  /** What still works, or what to bear in mind. */
  readonly works: string;
  /** What to do about it. */
  readonly fix: string;
}

export interface Sentences {
  readonly what: string;
  readonly works: string;
  readonly fix: string;
}

const NO_TRUST_MATTER = 'No change of trust helps here.';
const OTHERS_WORK = 'Programs that have this root go on working; browsers usually do.';
const NOT_TRUST = 'Nothing that verifies is affected; adding a root would not help and would be wrong.';

/** Every cause in plain words (failures.md §7.1, column "first remedy"; shotgrid.md §1.5). */
export const CAUSE_WORDS: Readonly<Record<VerdictCause, Sentences>> = {
  anchorMissing: {
    what: 'it does not trust the CA behind this server',
    fix: "Add the server's root CA to the bundle or store that this client really uses; keep the public CAs in it.",
    works: OTHERS_WORK,
  },
  bundleStale: {
    what: "its CA bundle is older than this server's root CA",
    fix: 'Update the package that brings the bundle, or point its variable at a bundle of today.',
    works: 'Servers whose roots are older than the list still verify.',
  },
  interceptionNotTrusted: {
    what: 'a TLS-inspecting proxy answers, and its CA is not trusted',
    fix: "Once a person has confirmed whose proxy it is, add its root CA to this client's bundle. Never take the certificate from the wire.",
    works:
      'Servers that the proxy lets through untouched still verify, and so do programs that use the operating system’s store.',
  },
  variableFileMissing: {
    what: 'a variable names a file that does not exist',
    fix: 'Put the file there, or unset the variable.',
    works: 'Programs that do not look at this variable are not affected.',
  },
  variableFileUnreadable: {
    what: 'a variable names a file that may not be read',
    fix: 'Let its users read the file and enter the directories above it.',
    works: 'Accounts that may read it are not affected.',
  },
  variableFileNotPem: {
    what: 'a variable names a file that is no usable PEM',
    fix: 'Write the file anew as PEM in plain text; one block that is cut off spoils all of it.',
    works: 'Nothing that uses this file; one broken block makes all of it unusable.',
  },
  variableFileEmpty: {
    what: 'a variable names an empty file',
    fix: 'Fill it with a complete bundle, or unset the variable.',
    works: 'Programs that do not look at this variable are not affected.',
  },
  variableEmpty: {
    what: 'a variable is set, but empty, which is not the same as none',
    fix: 'Unset the variable, or give it the path of a bundle.',
    works: 'Programs that do not look at this variable are not affected.',
  },
  variableIgnored: {
    what: 'the variable is right, and this program does not look at it here',
    fix: 'Upgrade shotgun_api3 to 3.9.0 or newer; until then set SSL_CERT_FILE too.',
    works: 'Programs and versions that do look at the variable verify.',
  },
  bundleReplaces: {
    what: 'a file with few CAs takes the place of all public ones',
    fix: "Point the variable at one file that holds the public CAs and the studio's own together.",
    works: 'Servers whose roots are in that file verify.',
  },
  trustedInCode: {
    what: 'code names the CA file itself, which beats every variable',
    fix: 'Take the file out of the code, or put the missing CA into it. `trustfleet-agent lint DIR` finds the line.',
    works: 'Programs without that line verify as their settings say.',
  },
  anchorExpired: {
    what: 'the root CA that is trusted has expired',
    fix: 'Add the root that took its place; where OpenSSL is older than 1.1.0 remove the expired one too.',
    works: 'Programs with a newer list of roots may find another path.',
  },
  crossSignExpired: {
    what: 'this old OpenSSL follows the chain to a root that has expired',
    fix: 'Remove the expired root from the bundle and see that the new one is in it.',
    works: 'Programs with OpenSSL 1.1.0 or later verify with the very same list.',
  },
  anchorRejected: {
    what: 'the CA is there, and the store does not let it vouch for servers',
    fix: 'Whoever put it there has to change its trust; adding it again does not help.',
    works: 'Programs with another store are not affected.',
  },
  leafExpired: {
    what: "the server's certificate has expired",
    fix: `Whoever runs the server has to renew it. ${NO_TRUST_MATTER}`,
    works: NOT_TRUST,
  },
  intermediateExpired: {
    what: 'an intermediate certificate that the server sends has expired',
    fix: 'Whoever runs the server has to put the new one there.',
    works: NOT_TRUST,
  },
  notYetValid: {
    what: 'a certificate is not valid yet',
    fix: "Compare this machine's clock with another; where it is right, the server's certificate is wrong.",
    works: NOT_TRUST,
  },
  clockWrong: {
    what: "this machine's clock is wrong",
    fix: 'Put the clock right (NTP), then try again.',
    works: 'Every other machine is not affected.',
  },
  hostNameMismatch: {
    what: 'the certificate is for another name',
    fix: `Check DNS, and whether the network shows a sign-in or block page. ${NO_TRUST_MATTER}`,
    works: NOT_TRUST,
  },
  serverNameNotSent: {
    what: 'it does not say which server it wants, and is shown the certificate of another',
    fix: 'Upgrade shotgun_api3: uploads of 3.0.36 to 3.8.1 send no server name.',
    works: 'Programs that send the name (SNI) verify.',
  },
  chainIncomplete: {
    what: 'the server leaves out an intermediate certificate',
    fix: 'Whoever runs the server has to send the whole chain; until then the intermediate may go into the bundle.',
    works: 'Browsers, and programs that have the issuing authority in their store.',
  },
  leafSelfSigned: {
    what: 'the server signed its own certificate',
    fix: 'Give the server a certificate of a CA.',
    works: 'Only programs that trust that very certificate.',
  },
  issuerWithoutRoot: {
    what: 'the bundle holds the issuing CA, not its root',
    fix: 'Add the root: Python before 3.13 does not verify without it.',
    works: 'Python 3.13 and later are content with the issuing authority.',
  },
  strictProfile: {
    what: 'this Python (3.13 and newer) objects to the form of the CA',
    fix: 'Have the CA issued anew as RFC 5280 asks; until then Python 3.12 and older verify it.',
    works: 'Python 3.12 and older, and calls of shotgun_api3 on any.',
  },
  weakKey: {
    what: 'a key or digest of the chain is too weak for this OpenSSL',
    fix: 'Have the certificate issued anew with a stronger key.',
    works: 'Older programs with a lower security level.',
  },
  nameConstraint: {
    what: 'a CA of the chain may not vouch for this name',
    fix: 'The server needs a certificate of another CA.',
    works: 'Names that the authority may vouch for.',
  },
  chainInvalid: {
    what: 'the chain does not hold: a signature, a length or a purpose is wrong',
    fix: 'Whoever issued the certificates has to mend them.',
    works: NOT_TRUST,
  },
  verificationOff: {
    what: 'verification is switched off: it takes any certificate',
    fix: 'Take out what switches it off, then mend what it hid.',
    works: 'Everything connects, whoever answers.',
  },
  pythonWithoutStore: {
    what: 'this Python has no CAs: the places that are compiled into it are not there',
    fix: 'Set SSL_CERT_FILE to a complete bundle.',
    works: 'Clients that bring their own list of roots (requests, shotgun_api3) are not affected.',
  },
  noSslModule: {
    what: 'this Python has no working ssl module',
    fix: 'Use another Python, or install the OpenSSL that it is built for.',
    works: 'Other Pythons of this machine.',
  },
  apiNotImportable: {
    what: 'this Python cannot import this copy of shotgun_api3',
    fix: 'Use a version that is made for this Python.',
    works: 'Pythons of a version that the library supports.',
  },
  shareDoesNotAnswer: {
    what: 'what decides lies on a share that does not answer',
    fix: 'Check the share; a local copy of the bundle is faster too.',
    works: 'Programs whose files lie on this machine.',
  },
  nameNotResolved: {
    what: 'the name is not resolved',
    fix: `Check the name and DNS. ${NO_TRUST_MATTER}`,
    works: NOT_TRUST,
  },
  unreachable: {
    what: 'the server cannot be reached',
    fix: `Check network, firewall and proxy. ${NO_TRUST_MATTER}`,
    works: NOT_TRUST,
  },
  proxyRefused: {
    what: 'the proxy does not let it through',
    fix: `Check the proxy's address, sign-in and rules. ${NO_TRUST_MATTER}`,
    works: NOT_TRUST,
  },
  connectionCut: {
    what: 'the connection is cut in the middle of the handshake',
    fix: `A firewall or proxy does that, or there is no TLS version in common. ${NO_TRUST_MATTER}`,
    works: NOT_TRUST,
  },
  notTls: {
    what: 'what answers there does not speak TLS',
    fix: `Check the port. ${NO_TRUST_MATTER}`,
    works: NOT_TRUST,
  },
  unknown: {
    what: 'it fails, and the cause is not known',
    fix: 'Look at what it says, and at the steps of --json.',
    works: 'Not known.',
  },
};

/** Of a variable that is not looked at, by whose doing that is (shotgrid.md §1.4, §1.5, §2.5): an upgrade does not always help. */
const FIXES_OF_IGNORED: Readonly<Record<string, string>> = {
  ignoredByClient:
    'No version of it looks at this variable: set SSL_CERT_FILE to the same bundle, or add the root to the store that it does use.',
  ignoredByCore:
    'Upgrade tk-core to v0.23.10 or newer: v0.23.7 to v0.23.9 ignore every setting, so nothing else helps.',
  ignoredByPlatform: "It asks the operating system: add the root to the system's store.",
  ignoredByBuild: 'This build looks at no variable: add the root to the file that is compiled into it.',
  ignoredByHook: 'A start-up hook puts another store in its place: add the root there, or take out the hook.',
};

/** Sentences for one verdict: what the cause says, made exact by its evidence. */
export function wordsOf({
  cause,
  evidence,
}: {
  cause: VerdictCause;
  evidence: Verdict['evidence'];
}): Sentences {
  const reason = evidence['reason'];
  const words = CAUSE_WORDS[cause];
  if (cause !== 'variableIgnored' || typeof reason !== 'string') return words;
  const fixes = new Map(Object.entries(FIXES_OF_IGNORED));
  return { ...words, fix: fixes.get(reason) ?? words.fix };
}

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
  return { ...wordsOf({ cause, evidence }), evidence: lines };
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
