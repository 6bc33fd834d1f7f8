import type { webcrypto } from 'node:crypto';
import type * as x509 from '@peculiar/x509';
import type { CertificateProfile, CryptoKey, IssueRequest } from './types.ts';

type X509Library = typeof x509;

/** RFC 5280 §4.1.2.2. */
const MAX_SERIAL_BYTES = 20;

/**
 * Issues a certificate after RFC 5280, so that Python 3.13 accepts it, whose default context is strict (python-tls.md §3: codes 85, 86,
 * 89, 92): critical basicConstraints, keyUsage, subject and authority key identifiers. Keys, serial and dates are the caller's.
 * Answers the DER. Rejects with RangeError for a request that RFC 5280 forbids.
 */
export async function issueCertificate(request: IssueRequest): Promise<Uint8Array> {
  checkRequest(request);
  // Only here, so that an agent, which issues nothing, does not load it; its container needs the polyfill first.
  await import('reflect-metadata');
  const library = await import('@peculiar/x509');
  const issuer =
    request.issuerCertificate === null
      ? null
      : new library.X509Certificate(new Uint8Array(request.issuerCertificate));
  const subject = subjectName(library, request);
  const certificate = await library.X509CertificateGenerator.create({
    serialNumber: request.serialNumber,
    subject,
    issuer: issuer === null ? subject : new library.Name(issuer.subjectName.toArrayBuffer()),
    notBefore: request.notBefore,
    notAfter: request.notAfter,
    publicKey: request.publicKey,
    signingKey: request.signingKey,
    signingAlgorithm: signingAlgorithm(request.signingKey),
    extensions: [...profileExtensions(library, request), ...(await keyIdentifiers(library, request, issuer))],
  });
  return new Uint8Array(certificate.rawData);
}

function checkRequest({ serialNumber, notBefore, notAfter, profile, subject }: IssueRequest): void {
  if (
    !/^(?:[0-9a-f]{2})+$/i.test(serialNumber) ||
    serialNumber.length > MAX_SERIAL_BYTES * 2 ||
    /^0*$/.test(serialNumber)
  ) {
    throw new RangeError('serialNumber: whole bytes in hex, positive, at most 20 bytes (RFC 5280 §4.1.2.2)');
  }
  if (/^[89a-f]/i.test(serialNumber))
    throw new RangeError('serialNumber: its first bit must be 0, else it is negative in DER');
  if (!(notBefore.getTime() <= notAfter.getTime())) throw new RangeError('notAfter lies before notBefore');
  if (subject.commonName.trim() === '') throw new RangeError('subject.commonName is empty');
  if (profile.kind === 'server' && profile.dnsNames.length + profile.ipAddresses.length === 0) {
    throw new RangeError('a server certificate needs a DNS name or an IP address (RFC 6125 §6.4.4)');
  }
}

/** As attributes, never as text to be parsed: a name may hold commas and equals signs. */
function subjectName(library: X509Library, { subject }: IssueRequest): x509.Name {
  const organization =
    subject.organization === undefined ? [] : [{ O: [{ utf8String: subject.organization }] }];
  return new library.Name([...organization, { CN: [{ utf8String: subject.commonName }] }]);
}

function profileExtensions(library: X509Library, { profile, publicKey }: IssueRequest): x509.Extension[] {
  const { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension } = library;
  const keyUsage = (flags: number): x509.Extension =>
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a set of flags; the library's type names single ones
    new KeyUsagesExtension(flags, true);
  if (profile.kind === 'authority') {
    return [
      new BasicConstraintsExtension(true, profile.pathLength, true),
      keyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign),
    ];
  }
  return [
    new BasicConstraintsExtension(false, undefined, true),
    keyUsage(KeyUsageFlags.digitalSignature | (isRsa(publicKey) ? KeyUsageFlags.keyEncipherment : 0)),
    new library.ExtendedKeyUsageExtension([library.ExtendedKeyUsage.serverAuth]),
    alternativeNames(library, profile),
  ];
}

function alternativeNames(
  library: X509Library,
  profile: Extract<CertificateProfile, { kind: 'server' }>,
): x509.Extension {
  return new library.SubjectAlternativeNameExtension([
    ...profile.dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...profile.ipAddresses.map((value) => ({ type: 'ip' as const, value })),
  ]);
}

/** RFC 5280 §4.2.1.1: the authority's identifier is what the issuer's own certificate says, not what could be computed. */
async function keyIdentifiers(
  library: X509Library,
  { publicKey }: IssueRequest,
  issuer: x509.X509Certificate | null,
): Promise<x509.Extension[]> {
  const own = await library.SubjectKeyIdentifierExtension.create(publicKey);
  const issuers = issuer === null ? own : issuer.getExtension(library.SubjectKeyIdentifierExtension);
  if (issuers === null)
    throw new RangeError('the issuing certificate has no subject key identifier (RFC 5280 §4.2.1.2)');
  return [own, new library.AuthorityKeyIdentifierExtension(issuers.keyId)];
}

function isRsa(key: CryptoKey): boolean {
  return key.algorithm.name.startsWith('RSA');
}

/** SHA-256, or SHA-384 for P-384 and SHA-512 for P-521; an RSA key brings its own hash. */
function signingAlgorithm(key: CryptoKey): { name: string; hash?: string } {
  const { name } = key.algorithm;
  if (name === 'ECDSA') return { name, hash: CURVE_HASHES[curveOf(key)] ?? 'SHA-256' };
  if (name === 'Ed25519') return { name };
  if (name === 'RSASSA-PKCS1-v1_5')
    return { name, hash: (key.algorithm as webcrypto.RsaHashedKeyAlgorithm).hash.name };
  throw new RangeError(
    `keys of kind ${name} do not sign certificates here: use ECDSA, RSASSA-PKCS1-v1_5 or Ed25519`,
  );
}

const CURVE_HASHES: Readonly<Record<string, string>> = { 'P-384': 'SHA-384', 'P-521': 'SHA-512' };

function curveOf(key: CryptoKey): string {
  return (key.algorithm as webcrypto.EcKeyAlgorithm).namedCurve;
}
