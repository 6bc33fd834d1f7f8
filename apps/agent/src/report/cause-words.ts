import type { VerdictCause } from '@trustfleet/protocol';

interface CauseWords {
  /** What is wrong, without its end. */
  readonly what: string;
  /** What to do about it. */
  readonly fix: string;
}

const NO_TRUST_MATTER = 'No change of trust helps here.';

/** Every cause of libs/diagnosis in plain words (failures.md §7.1, column "first remedy"; shotgrid.md §1.5). */
export const CAUSE_WORDS: Record<VerdictCause, CauseWords> = {
  anchorMissing: {
    what: 'it does not trust the CA behind this server',
    fix: "Add the server's root CA to the bundle or store that this client really uses; keep the public CAs in it.",
  },
  bundleStale: {
    what: "its CA bundle is older than this server's root CA",
    fix: 'Update the package that brings the bundle, or point its variable at a bundle of today.',
  },
  interceptionNotTrusted: {
    what: 'a TLS-inspecting proxy answers, and its CA is not trusted',
    fix: "Once a person has confirmed whose proxy it is, add its root CA to this client's bundle. Never take the certificate from the wire.",
  },
  variableFileMissing: {
    what: 'a variable names a file that does not exist',
    fix: 'Put the file there, or unset the variable.',
  },
  variableFileUnreadable: {
    what: 'a variable names a file that may not be read',
    fix: 'Let its users read the file and enter the directories above it.',
  },
  variableFileNotPem: {
    what: 'a variable names a file that is no usable PEM',
    fix: 'Write the file anew as PEM in plain text; one block that is cut off spoils all of it.',
  },
  variableFileEmpty: {
    what: 'a variable names an empty file',
    fix: 'Fill it with a complete bundle, or unset the variable.',
  },
  variableEmpty: {
    what: 'a variable is set, but empty, which is not the same as none',
    fix: 'Unset the variable, or give it the path of a bundle.',
  },
  variableIgnored: {
    what: 'the variable is right, and this version does not look at it here',
    fix: 'Upgrade the package (shotgun_api3 to 3.9.0 or newer, tk-core to v0.23.10 or newer); until then set SSL_CERT_FILE too.',
  },
  bundleReplaces: {
    what: 'a file with few CAs takes the place of all public ones',
    fix: "Point the variable at one file that holds the public CAs and the studio's own together.",
  },
  trustedInCode: {
    what: 'code names the CA file itself, which beats every variable',
    fix: 'Take the file out of the code, or put the missing CA into it. `trustfleet-agent lint DIR` finds the line.',
  },
  anchorExpired: {
    what: 'the root CA that is trusted has expired',
    fix: 'Add the root that took its place; where OpenSSL is older than 1.1.0 remove the expired one too.',
  },
  crossSignExpired: {
    what: 'this old OpenSSL follows the chain to a root that has expired',
    fix: 'Remove the expired root from the bundle and see that the new one is in it.',
  },
  anchorRejected: {
    what: 'the CA is there, and the store does not let it vouch for servers',
    fix: 'Whoever put it there has to change its trust; adding it again does not help.',
  },
  leafExpired: {
    what: "the server's certificate has expired",
    fix: `Whoever runs the server has to renew it. ${NO_TRUST_MATTER}`,
  },
  intermediateExpired: {
    what: 'an intermediate certificate that the server sends has expired',
    fix: 'Whoever runs the server has to put the new one there.',
  },
  notYetValid: {
    what: 'a certificate is not valid yet',
    fix: "Compare this machine's clock with another; where it is right, the server's certificate is wrong.",
  },
  clockWrong: { what: "this machine's clock is wrong", fix: 'Put the clock right (NTP), then try again.' },
  hostNameMismatch: {
    what: 'the certificate is for another name',
    fix: `Check DNS, and whether the network shows a sign-in or block page. ${NO_TRUST_MATTER}`,
  },
  serverNameNotSent: {
    what: 'it does not say which server it wants, and is shown the certificate of another',
    fix: 'Upgrade shotgun_api3: uploads of 3.0.36 to 3.8.1 send no server name.',
  },
  chainIncomplete: {
    what: 'the server leaves out an intermediate certificate',
    fix: 'Whoever runs the server has to send the whole chain; until then the intermediate may go into the bundle.',
  },
  leafSelfSigned: {
    what: 'the server signed its own certificate',
    fix: 'Give the server a certificate of a CA.',
  },
  issuerWithoutRoot: {
    what: 'the bundle holds the issuing CA, not its root',
    fix: 'Add the root: Python before 3.13 does not verify without it.',
  },
  strictProfile: {
    what: 'this Python (3.13 and newer) objects to the form of the CA',
    fix: 'Have the CA issued anew as RFC 5280 asks; until then Python 3.12 and older verify it.',
  },
  weakKey: {
    what: 'a key or digest of the chain is too weak for this OpenSSL',
    fix: 'Have the certificate issued anew with a stronger key.',
  },
  nameConstraint: {
    what: 'a CA of the chain may not vouch for this name',
    fix: 'The server needs a certificate of another CA.',
  },
  chainInvalid: {
    what: 'the chain does not hold: a signature, a length or a purpose is wrong',
    fix: 'Whoever issued the certificates has to mend them.',
  },
  verificationOff: {
    what: 'verification is switched off: it takes any certificate',
    fix: 'Take out what switches it off, then mend what it hid.',
  },
  pythonWithoutStore: {
    what: 'this Python has no CAs: the places that are compiled into it are not there',
    fix: 'Set SSL_CERT_FILE to a complete bundle.',
  },
  noSslModule: {
    what: 'this Python has no working ssl module',
    fix: 'Use another Python, or install the OpenSSL that it is built for.',
  },
  apiNotImportable: {
    what: 'this Python cannot import this copy of shotgun_api3',
    fix: 'Use a version that is made for this Python.',
  },
  shareDoesNotAnswer: {
    what: 'what decides lies on a share that does not answer',
    fix: 'Check the share; a local copy of the bundle is faster too.',
  },
  nameNotResolved: { what: 'the name is not resolved', fix: `Check the name and DNS. ${NO_TRUST_MATTER}` },
  unreachable: {
    what: 'the server cannot be reached',
    fix: `Check network, firewall and proxy. ${NO_TRUST_MATTER}`,
  },
  proxyRefused: {
    what: 'the proxy does not let it through',
    fix: `Check the proxy's address, sign-in and rules. ${NO_TRUST_MATTER}`,
  },
  connectionCut: {
    what: 'the connection is cut in the middle of the handshake',
    fix: `A firewall or proxy does that, or there is no TLS version in common. ${NO_TRUST_MATTER}`,
  },
  notTls: { what: 'what answers there does not speak TLS', fix: `Check the port. ${NO_TRUST_MATTER}` },
  unknown: {
    what: 'it fails, and the cause is not known',
    fix: 'Look at what it says, and at the steps of --json.',
  },
};
