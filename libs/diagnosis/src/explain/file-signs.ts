import type { Sign } from './types.ts';

/** Files of roots that do not load (python-tls.md §3, shotgrid.md §1.4). */
export const FILE_SIGNS: readonly Sign[] = [
  {
    id: 'requestsInvalidPath',
    pattern: /Could not find a suitable TLS CA certificate bundle, invalid path: ?(?<subject>.{0,400})/i,
    meaning:
      'requests was told of a file of roots that does not exist. REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names it, or the code does, or certifi’s own file is gone.',
    causes: ['variableFileMissing', 'trustedInCode', 'shareDoesNotAnswer'],
    lookAt: [
      'REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE of this account; they beat Session.verify.',
      'Whether the path lies on a share that is not mounted, or inside a zip.',
    ],
  },
  {
    id: 'httplib2Variable',
    pattern: /HTTPLIB2_CA_CERTS not a valid file/i,
    meaning:
      'HTTPLIB2_CA_CERTS names no file, or is empty. shotgun_api3 from 3.0.38 on then cannot even be imported, although it may never use that file.',
    causes: ['variableFileMissing', 'variableEmpty'],
    lookAt: ['HTTPLIB2_CA_CERTS of this account: correct it or remove it.'],
  },
  {
    id: 'noCertificateFound',
    pattern: /NO_CERTIFICATE_OR_CRL_FOUND|no certificate or crl found/i,
    meaning:
      'The file of roots is there and holds no PEM certificate: it is empty, DER, or UTF-16 (PowerShell’s Out-File).',
    causes: ['variableFileEmpty', 'variableFileNotPem', 'trustedInCode'],
    lookAt: ['The file that SHOTGUN_API_CACERTS, SSL_CERT_FILE or REQUESTS_CA_BUNDLE names.'],
  },
  {
    id: 'brokenPem',
    pattern: /\[X509(?:: [A-Z_]+)?\] PEM lib|PEM_read_bio|bad base64 decode|nested asn1 error/i,
    meaning:
      'One certificate in the file of roots (or in the Windows store, up to Python 3.12) is damaged or cut off, which makes all of it unusable.',
    causes: ['variableFileNotPem', 'trustedInCode'],
    lookAt: [
      'The end of the file: a copy that was cut off is the usual reason.',
      'On Windows the certificates of the machine’s Root and CA stores.',
    ],
  },
  {
    id: 'directoryAsFile',
    pattern: /\[Errno 21\] Is a directory(?:: ['"](?<subject>[^'"]{1,400})['"])?/i,
    meaning: 'A directory stands where a file of roots is expected.',
    causes: ['variableFileNotPem'],
    lookAt: ['The variable that names it: SSL_CERT_DIR and SSL_CERT_FILE may be mixed up.'],
  },
  {
    id: 'permissionDenied',
    pattern:
      /(?:PermissionError|IOError|OSError).*\[(?:Errno 13|WinError 32|WinError 5)\].*?(?:['"](?<subject>[^'"]{1,400})['"])?$/i,
    meaning:
      'A file may not be read by this account, or another program holds it (python-certifi-win32 with pip on Windows).',
    causes: ['variableFileUnreadable'],
    lookAt: [
      'Owner and permissions of the file of roots.',
      'Whether python-certifi-win32 is installed: uninstall it.',
    ],
  },
  {
    id: 'fileMissing',
    pattern:
      /(?:FileNotFoundError|IOError|OSError|URLError|urlopen error).*\[Errno 2\].*?(?:['"](?<subject>[^'"]{1,400})['"])?$/i,
    meaning:
      'A file does not exist. In calls of shotgun_api3 and in ssl it is usually the file of roots, whose path the message does not tell.',
    causes: ['variableFileMissing', 'trustedInCode', 'shareDoesNotAnswer'],
    lookAt: ['SHOTGUN_API_CACERTS and SSL_CERT_FILE of this account, and whether the share is mounted.'],
  },
];
