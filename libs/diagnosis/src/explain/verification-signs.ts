import type { Sign } from './types.ts';

const DOCTOR = 'Run `trustfleet-agent doctor HOST` as the artist: it names the one cause.';

/** CERTIFICATE_VERIFY_FAILED in the wordings of every OpenSSL (failures.md §7.1). The specific before the bare. */
export const VERIFICATION_SIGNS: readonly Sign[] = [
  {
    id: 'issuerNotFoundLocally',
    pattern: /unable to get local issuer certificate|UNABLE_TO_GET_ISSUER_CERT_LOCALLY/i,
    meaning:
      'The program has no root for the chain that the server sends (code 20). Either its list lacks the root, or the server leaves out its issuing authority.',
    causes: [
      'anchorMissing',
      'bundleStale',
      'interceptionNotTrusted',
      'bundleReplaces',
      'variableFileMissing',
      'pythonWithoutStore',
      'chainIncomplete',
    ],
    lookAt: ['Which list of roots this client really uses, and whether a variable names it.', DOCTOR],
  },
  {
    id: 'selfSignedInChain',
    pattern: /self[- ]signed certificate in certificate chain|SELF_SIGNED_CERT_IN_CHAIN/i,
    meaning: 'The server or a proxy sends its own root, and the program does not trust it (code 19).',
    causes: ['interceptionNotTrusted', 'anchorMissing', 'bundleStale'],
    lookAt: [
      'Who issued the certificate: a TLS-inspecting proxy signs unrelated servers with one authority.',
      'Whether that root is in the operating system’s store, which shotgun_api3 and requests do not read.',
      DOCTOR,
    ],
  },
  {
    id: 'selfSignedLeaf',
    pattern: /verify failed: self[- ]signed certificate|DEPTH_ZERO_SELF_SIGNED_CERT/i,
    meaning:
      'The server’s certificate is signed by itself (code 18): an appliance, a captive portal, or the wrong machine.',
    causes: ['leafSelfSigned', 'serverNameNotSent', 'hostNameMismatch'],
    lookAt: ['Whether the address is right and the right machine answers.', DOCTOR],
  },
  {
    id: 'expired',
    pattern: /certificate has expired|CERT_HAS_EXPIRED/i,
    meaning: 'A certificate of the chain has expired (code 10), or this machine’s clock is ahead.',
    causes: ['leafExpired', 'intermediateExpired', 'anchorExpired', 'crossSignExpired', 'clockWrong'],
    lookAt: [
      'The clock of this machine.',
      'Whether browsers still work: then it is an old OpenSSL with an expired root in its list.',
      DOCTOR,
    ],
  },
  {
    id: 'notYetValid',
    pattern: /certificate is not yet valid|CERT_NOT_YET_VALID/i,
    meaning: 'A certificate is not valid yet (code 9). Nearly always this machine’s clock is behind.',
    causes: ['clockWrong', 'notYetValid'],
    lookAt: ['The clock of this machine (battery, restored virtual machine, time service).'],
  },
  {
    id: 'hostNameMismatch',
    pattern:
      /(?:hostname|IP address) mismatch(?:, certificate is not valid for ['"](?<other>[\w.:-]{1,253})['"])?|hostname ['"]?(?<subject>[\w.:-]{1,253})['"]? doesn't match|ERR_TLS_CERT_ALTNAME_INVALID|CertificateHostnameMismatch|no appropriate (?:commonName or )?subjectAltName/i,
    meaning:
      'The certificate is for another name: another machine answers. This is no matter of roots, and adding one would be wrong.',
    causes: ['hostNameMismatch', 'serverNameNotSent'],
    lookAt: ['The address, DNS, and whether a captive portal or block page answers.', DOCTOR],
  },
  {
    id: 'issuerWithoutRoot',
    pattern: /unable to get issuer certificate|UNABLE_TO_GET_ISSUER_CERT\b/i,
    meaning: 'The list of roots has the issuing authority, and not the root above it (code 2).',
    causes: ['issuerWithoutRoot'],
    lookAt: ['The file that was made for the variable: the root itself has to be in it.'],
  },
  {
    id: 'leafAlone',
    pattern: /unable to verify the first certificate|UNABLE_TO_VERIFY_LEAF_SIGNATURE/i,
    meaning: 'The server sends its certificate alone, without its issuing authority (code 21).',
    causes: ['chainIncomplete', 'anchorMissing'],
    lookAt: [
      'The server’s configuration: it has to send the whole chain. Browsers fetch what is left out, Python does not.',
    ],
  },
  {
    id: 'strictProfile',
    pattern:
      /Missing (?:Authority|Subject) Key Identifier|Basic Constraints of CA cert not marked critical|CA cert does not include key usage|keyCertSign|Key Identifier marked critical|requires at least X509v3/i,
    meaning:
      'The authority’s certificate does not follow RFC 5280, which Python 3.13 and later enforce (codes 80 to 94).',
    causes: ['strictProfile'],
    lookAt: [
      'Who issued the certificate: usually a TLS-inspecting proxy, whose authority has to be issued again.',
    ],
  },
  {
    id: 'weakKey',
    pattern: /key too (?:weak|small)|digest algorithm too weak|md too weak|dh key too small/i,
    meaning: 'A key or signature is weaker than this program allows (codes 66 to 68).',
    causes: ['weakKey'],
    lookAt: ['The certificate’s key size and signature: 2048 bit and SHA-256 at least.'],
  },
  {
    id: 'sha2',
    pattern: /unknown message digest algorithm|incompatible with certificates signed with SHA-2/i,
    meaning:
      'This OpenSSL is too old for signatures with SHA-2. shotgun_api3 3.0.25 to 3.8.5 then goes on without verifying anything, unless SHOTGUN_FORCE_CERTIFICATE_VALIDATION is set.',
    causes: ['verificationOff'],
    lookAt: ['The OpenSSL of this Python: move to a newer Python.', 'SHOTGUN_FORCE_CERTIFICATE_VALIDATION.'],
  },
  {
    id: 'invalidCa',
    pattern:
      /invalid CA certificate|unsuitable certificate purpose|path length constraint exceeded|unhandled critical extension|certificate signature failure|subtree violation/i,
    meaning: 'The chain itself is broken or not meant for this: no list of roots makes it verify.',
    causes: ['chainInvalid', 'nameConstraint'],
    lookAt: ['The certificates that the server or the proxy sends.', DOCTOR],
  },
  {
    id: 'verifyFailed',
    pattern:
      /CERTIFICATE_VERIFY_FAILED|certificate verify failed|SSLCertVerificationError|SSLHandshakeError/i,
    meaning: 'The server’s certificate did not verify. This version of Python does not say why.',
    causes: [
      'anchorMissing',
      'bundleStale',
      'interceptionNotTrusted',
      'crossSignExpired',
      'hostNameMismatch',
    ],
    lookAt: [DOCTOR],
  },
];
