import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explain, SIGNS } from './explain.ts';

const VERIFY = 'ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed:';

describe('explain', () => {
  it.each([
    [
      'Max attemps limit reached.',
      'shotgun_api3.shotgun.ShotgunError: Max attemps limit reached.',
      'maxAttempts',
      null,
    ],
    ['its later spelling', 'ShotgunError: Max attempts limit reached.', 'maxAttempts', null],
    [
      'requests’ path',
      'OSError: Could not find a suitable TLS CA certificate bundle, invalid path: /srv/ca/studio.pem',
      'requestsInvalidPath',
      '/srv/ca/studio.pem',
    ],
    [
      'httplib2 at import',
      'RuntimeError: Environment variable HTTPLIB2_CA_CERTS not a valid file',
      'httplib2Variable',
      null,
    ],
    [
      'code 20',
      `${VERIFY} unable to get local issuer certificate (_ssl.c:1006)`,
      'issuerNotFoundLocally',
      null,
    ],
    [
      'code 19 of OpenSSL 1.1.1',
      `${VERIFY} self signed certificate in certificate chain (_ssl.c:1129)`,
      'selfSignedInChain',
      null,
    ],
    [
      'code 19 of OpenSSL 3',
      `${VERIFY} self-signed certificate in certificate chain (_ssl.c:1000)`,
      'selfSignedInChain',
      null,
    ],
    ['code 18 of OpenSSL 1.1.1', `${VERIFY} self signed certificate (_ssl.c:1129)`, 'selfSignedLeaf', null],
    ['code 18 of OpenSSL 3', `${VERIFY} self-signed certificate (_ssl.c:1000)`, 'selfSignedLeaf', null],
    ['code 10', `${VERIFY} certificate has expired (_ssl.c:997)`, 'expired', null],
    ['code 9', `${VERIFY} certificate is not yet valid (_ssl.c:997)`, 'notYetValid', null],
    ['code 2', `${VERIFY} unable to get issuer certificate (_ssl.c:997)`, 'issuerWithoutRoot', null],
    ['code 85', `${VERIFY} Missing Authority Key Identifier (_ssl.c:1020)`, 'strictProfile', null],
    [
      'code 89',
      `${VERIFY} Basic Constraints of CA cert not marked critical (_ssl.c:1020)`,
      'strictProfile',
      null,
    ],
    [
      'code 92',
      `${VERIFY} CA cert does not include key usage extension (_ssl.c:1020)`,
      'strictProfile',
      null,
    ],
    ['code 66', `${VERIFY} EE certificate key too weak (_ssl.c:1000)`, 'weakKey', null],
    [
      'SHA-2 on an old OpenSSL',
      'ssl.SSLError: [Errno 1] _ssl.c:480: error:0D0C50A1:asn1 encoding routines:ASN1_item_verify: unknown message digest algorithm',
      'sha2',
      null,
    ],
    [
      'what shotgun_api3 makes of it',
      'SSL Error: this Python installation is incompatible with certificates signed with SHA-2. Disabling certificate validation.',
      'sha2',
      null,
    ],
    ['code 79', `${VERIFY} invalid CA certificate (_ssl.c:1000)`, 'invalidCa', null],
    [
      'code 62',
      `${VERIFY} Hostname mismatch, certificate is not valid for 'site.studio.example'. (_ssl.c:1000)`,
      'hostNameMismatch',
      'site.studio.example',
    ],
    [
      'Python 3.6’s own check',
      "ssl.CertificateError: hostname 'site.studio.example' doesn't match 'other.example'",
      'hostNameMismatch',
      'site.studio.example',
    ],
    [
      'Python 2.7',
      'ssl.SSLError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:727)',
      'verifyFailed',
      null,
    ],
    ['Node', 'code: UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'leafAlone', null],
    [
      'an empty file',
      'ssl.SSLError: [X509: NO_CERTIFICATE_OR_CRL_FOUND] no certificate or crl found (_ssl.c:4166)',
      'noCertificateFound',
      null,
    ],
    ['a cut file', 'ssl.SSLError: [X509] PEM lib (_ssl.c:4149)', 'brokenPem', null],
    [
      'a directory',
      "IsADirectoryError: [Errno 21] Is a directory: '/etc/ssl/certs'",
      'directoryAsFile',
      '/etc/ssl/certs',
    ],
    [
      'Errno 2',
      "FileNotFoundError: [Errno 2] No such file or directory: '/srv/ca.pem'",
      'fileMissing',
      '/srv/ca.pem',
    ],
    [
      'Errno 2 without a path',
      'urllib.error.URLError: <urlopen error [Errno 2] No such file or directory>',
      'fileMissing',
      null,
    ],
    [
      'Errno 13',
      "PermissionError: [Errno 13] Permission denied: '/root/ca.pem'",
      'permissionDenied',
      '/root/ca.pem',
    ],
    ['EOF', 'ssl.SSLEOFError: EOF occurred in violation of protocol (_ssl.c:1129)', 'cut', null],
    [
      'EOF of OpenSSL 3',
      '[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol',
      'cut',
      null,
    ],
    [
      'urllib3 2',
      "NotOpenSSLWarning: urllib3 v2 only supports OpenSSL 1.1.1+, currently the 'ssl' module is compiled with 'LibreSSL 2.8.3'.",
      'notOpenSsl',
      null,
    ],
    ['no _ssl', "ModuleNotFoundError: No module named '_ssl'", 'noSslModule', null],
    ['no _ssl of Python 2', 'ImportError: No module named _ssl', 'noSslModule', null],
    [
      'pip without ssl',
      "Can't connect to HTTPS URL because the SSL module is not available.",
      'noSslModule',
      null,
    ],
    [
      'a core without that Python',
      "ImportError: cannot import name 'shotgun_api3' from 'tank_vendor' (/x/__init__.py)",
      'tankVendorImport',
      null,
    ],
    [
      'verification off',
      'InsecureRequestWarning: Unverified HTTPS request is being made to host',
      'insecure',
      null,
    ],
    [
      'a plain proxy',
      'ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1129)',
      'notTls',
      null,
    ],
    ['DNS', 'socket.gaierror: [Errno -2] Name or service not known', 'nameNotResolved', null],
    ['a proxy’s no', 'OSError: Tunnel connection failed: 403 Forbidden', 'proxyRefused', null],
    ['refused', 'ConnectionRefusedError: [Errno 111] Connection refused', 'unreachable', null],
    ['an old server', 'ssl.SSLError: [SSL: UNSUPPORTED_PROTOCOL] unsupported protocol', 'oldTls', null],
  ])('%s', (...[, line, id, subject]) => {
    const [found, ...others] = explain(
      `Traceback (most recent call last):\n  File "x.py", line 3, in <module>\n${line}\n`,
    );

    expect(others).toEqual([]);
    expect(found).toMatchObject({ id, line: 3, text: line, subject });
    expect(found?.meaning).not.toBe('');
    expect(found?.lookAt.length).toBeGreaterThan(0);
  });

  it('says the reason before what a library makes of it, and each once, where it stands last', () => {
    const text = [
      'DEBUG Attempting upload 1',
      `DEBUG ${VERIFY} unable to get local issuer certificate`,
      `DEBUG ${VERIFY} unable to get local issuer certificate`,
      'shotgun_api3.ShotgunError: Max attempts limit reached.',
    ].join('\r\n');

    expect(explain(text).map(({ id, line }) => ({ id, line }))).toEqual([
      { id: 'issuerNotFoundLocally', line: 3 },
      { id: 'maxAttempts', line: 4 },
    ]);
  });

  it('finds nothing in what tells nothing', () => {
    expect(explain('')).toEqual([]);
    expect(explain("AttributeError: 'NoneType' object has no attribute 'ssl'")).toEqual([]);
  });

  it('shows pasted text without what steers a terminal', () => {
    const [found] = explain('\u001b[2JOSError: invalid path CERTIFICATE_VERIFY_FAILED \u202eabc');

    expect(found?.text).toBe('\ufffd[2JOSError: invalid path CERTIFICATE_VERIFY_FAILED \ufffdabc');
  });

  it('answers for any text, soon', () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.constantFrom(VERIFY, '[Errno 2]', 'PermissionError', "'", 'urlopen error', 'OSError '),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        for (const { id, line } of explain(pieces.join(''))) {
          expect(SIGNS.map((sign) => sign.id)).toContain(id);
          expect(line).toBeGreaterThan(0);
        }
      }),
    );
    expect(explain('OSError [Errno 2] '.repeat(100_000))).toHaveLength(1);
  });

  it('each sign has a name of its own', () => {
    expect(new Set(SIGNS.map(({ id }) => id)).size).toBe(SIGNS.length);
  });
});
