import type { Sign } from './types.ts';

/** What libraries make of it, and what is no matter of trust though it looks like one. */
export const CLIENT_SIGNS: readonly Sign[] = [
  {
    id: 'maxAttempts',
    pattern: /Max atte(?:mps|mpts) limit reached/i,
    meaning:
      'An upload of shotgun_api3 (3.6.1 or later) failed three times and hides why: a certificate that does not verify looks like this too. The error itself is only in the debug log.',
    causes: [
      'anchorMissing',
      'interceptionNotTrusted',
      'variableIgnored',
      'variableFileMissing',
      'strictProfile',
      'connectionCut',
    ],
    lookAt: [
      'Whether calls work and only uploads fail: 3.8.2 to 3.8.5 ignore SHOTGUN_API_CACERTS for uploads.',
      'Run `trustfleet-agent doctor` with the media server’s address (S3), not only the site’s.',
    ],
  },
  {
    id: 'tankVendorImport',
    pattern: /cannot import name '?shotgun_api3'? from '?tank_vendor'?/i,
    meaning:
      'This Toolkit core brings no shotgun_api3 for this version of Python (none for 3.8, 3.12 and 3.14).',
    causes: ['apiNotImportable'],
    lookAt: ['The Python that runs Toolkit, and the core’s folders requirements/<version>.'],
  },
  {
    id: 'noSslModule',
    pattern:
      /No module named '?_?ssl'?\b|can't connect to HTTPS URL because the SSL module is not available|DLL load failed while importing _ssl|libssl[\w.]*: cannot open shared object/i,
    meaning:
      'This Python has no ssl module. It is no matter of certificates: it cannot make TLS connections at all.',
    causes: ['noSslModule'],
    lookAt: ['The installation of this Python; on Linux whether its OpenSSL libraries are found.'],
  },
  {
    id: 'notOpenSsl',
    pattern: /NotOpenSSLWarning|urllib3 v2(?:\.0)? only supports OpenSSL 1\.1\.1\+/i,
    meaning:
      'urllib3 2 runs on LibreSSL or an OpenSSL before 1.1.1. With LibreSSL that is a warning; with the old OpenSSL the import fails.',
    causes: ['apiNotImportable'],
    lookAt: ['Which Python it is (macOS’ own has LibreSSL); urllib3 below 2 works there.'],
  },
  {
    id: 'oldPython',
    pattern: /SHOTGUN_ALLOW_OLD_PYTHON|requires Python version|six\.moves/i,
    meaning: 'This version of shotgun_api3 does not run on this Python.',
    causes: ['apiNotImportable'],
    lookAt: [
      'Versions: 3.9.0 needs 3.6 to 3.13, 3.10.0 needs 3.7 and 3.10.3 needs 3.9 or later, versions before 3.9 end with 3.11.',
    ],
  },
  {
    id: 'insecure',
    pattern: /InsecureRequestWarning|Unverified HTTPS request|\(no-validate\)/i,
    meaning: 'Verification is switched off: it connects whoever answers.',
    causes: ['verificationOff'],
    lookAt: ['The code (verify=False, NO_SSL_VALIDATION); `trustfleet-agent lint DIR` finds the line.'],
  },
  {
    id: 'cut',
    pattern:
      /EOF occurred in violation of protocol|SSLEOFError|UNEXPECTED_EOF_WHILE_READING|Connection reset by peer|ConnectionResetError|WinError 10054/i,
    meaning:
      'The connection was cut during the handshake, before any certificate was judged. A firewall, a proxy, or a server that wants TLS 1.2.',
    causes: ['connectionCut', 'proxyRefused'],
    lookAt: [
      'Proxy and firewall rules for this address.',
      'Whether this Python is so old that it knows only TLS 1.0.',
    ],
  },
  {
    id: 'oldTls',
    pattern:
      /UNSUPPORTED_PROTOCOL|TLSV1_ALERT_PROTOCOL_VERSION|tlsv1 alert protocol version|NO_PROTOCOLS_AVAILABLE|HANDSHAKE_FAILURE|handshake failure/i,
    meaning:
      'Client and server have no version or cipher of TLS in common, or the server needs its name (SNI).',
    causes: ['connectionCut', 'serverNameNotSent'],
    lookAt: ['The OpenSSL of this Python: TLS 1.2 needs 1.0.1 or later.'],
  },
  {
    id: 'notTls',
    pattern: /WRONG_VERSION_NUMBER|wrong version number|HTTP_REQUEST|UNKNOWN_PROTOCOL|unknown protocol/i,
    meaning:
      'What answers does not speak TLS: a proxy that is spoken to as if it were the server, or the wrong port.',
    causes: ['notTls', 'proxyRefused'],
    lookAt: ['HTTPS_PROXY (its scheme is usually http://), and the port.'],
  },
  {
    id: 'nameNotResolved',
    pattern:
      /\[Errno (?:-2|-3|-5|8|11001|11002|11004)\]|getaddrinfo failed|Name or service not known|nodename nor servname|Temporary failure in name resolution|ServerNotFoundError|\bENOTFOUND\b/i,
    meaning: 'The server’s name could not be resolved. No certificate was involved.',
    causes: ['nameNotResolved'],
    lookAt: ['The address, DNS, and whether a proxy is needed.'],
  },
  {
    id: 'proxyRefused',
    pattern: /Tunnel connection failed: \d+|ProxyError|407 Proxy Authentication/i,
    meaning: 'The proxy refused to connect. No certificate was involved.',
    causes: ['proxyRefused'],
    lookAt: ['HTTPS_PROXY, http_proxy in shotgun.yml, the proxy’s rules and credentials.'],
  },
  {
    id: 'unreachable',
    pattern:
      /ConnectionRefusedError|Connection refused|timed out|ConnectTimeout|No route to host|Network is unreachable|WinError 1006[01]|ECONNREFUSED|ETIMEDOUT/i,
    meaning: 'The server could not be reached. No certificate was involved.',
    causes: ['unreachable'],
    lookAt: ['The network, the firewall, and whether a proxy is needed.'],
  },
];
