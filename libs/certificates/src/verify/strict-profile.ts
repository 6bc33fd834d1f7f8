import { children, readElement } from '../x509/der.ts';
import { readCertificateFields } from '../x509/certificate-fields.ts';
import type { Place } from './check-extensions.ts';
import { X509_ERRORS } from './codes.ts';
import { EXTENSION_IDS } from './extensions.ts';
import { KEY_USAGE } from './issued-by.ts';
import type { PathContext } from './path.ts';
import { type PathCertificate, sameElement } from './path-certificate.ts';

const EC = '1.2.840.10045.2.1';
const SEQUENCE = 0x30;
const VERSION_3 = 2;

/** X509_V_FLAG_X509_STRICT, and what 3.0 asks for in any case. In OpenSSL's order. */
export function* strictObjections(context: PathContext, place: Place): Generator<number> {
  const { openssl, rules } = context;
  const { certificate, count } = place;
  if (rules.explicitCurves !== 'allowed' && count > 1) yield* curveObjections(context, certificate);
  if (!openssl.strict) return;
  const { basicConstraints } = certificate.extensions;
  const lengthOfNone = basicConstraints?.authority === false && basicConstraints.pathLength !== null;
  if (!rules.strictList) {
    if (rules.checksAnchors && lengthOfNone) yield X509_ERRORS.invalidExtension;
    return;
  }
  if (count === 1) return;
  yield* usageObjections(certificate);
  yield* nameObjections(certificate);
  yield* identifierObjections(place);
}

function* curveObjections({ openssl, rules }: PathContext, certificate: PathCertificate): Generator<number> {
  if (rules.explicitCurves === 'strict' && !openssl.strict) return;
  if (certificate.key === null) yield X509_ERRORS.unspecified;
  else if (certificate.keyAlgorithm === EC && hasExplicitCurve(certificate)) yield X509_ERRORS.explicitCurve;
}

/** The parameters of an EC key are a curve's name, or the curve itself (RFC 3279 §2.3.5). */
function hasExplicitCurve({ der }: PathCertificate): boolean {
  const [algorithm] = children(readElement(readCertificateFields(der).publicKeyInfo, 0));
  return algorithm !== undefined && children(algorithm)[1]?.tag === SEQUENCE;
}

function* usageObjections({ extensions }: PathCertificate): Generator<number> {
  const { basicConstraints, keyUsage, critical } = extensions;
  const signs = ((keyUsage ?? 0) & KEY_USAGE.certSign) !== 0;
  const authority = basicConstraints?.authority === true;
  if (basicConstraints !== null && basicConstraints.pathLength !== null) {
    if (!authority) yield X509_ERRORS.pathLengthOfNoAuthority;
    if (!signs) yield X509_ERRORS.pathLengthWithoutCertSign;
  }
  if (authority && !critical.has(EXTENSION_IDS.basicConstraints))
    yield X509_ERRORS.basicConstraintsNotCritical;
  if (authority && keyUsage === null) yield X509_ERRORS.keyUsageMissing;
  if (!authority && signs) yield X509_ERRORS.certSignOfNoAuthority;
}

function* nameObjections(certificate: PathCertificate): Generator<number> {
  const { issuer, subject, extensions } = certificate;
  const { alternativeNames, critical, keyUsage } = extensions;
  if (issuer.entries.length === 0) yield X509_ERRORS.issuerEmpty;
  if (subject.entries.length === 0) {
    const signsLists = ((keyUsage ?? 0) & KEY_USAGE.crlSign) !== 0;
    if (extensions.basicConstraints?.authority === true || signsLists || alternativeNames === null)
      yield X509_ERRORS.subjectEmpty;
    if (alternativeNames !== null && !critical.has(EXTENSION_IDS.alternativeNames))
      yield X509_ERRORS.alternativeNameNotCritical;
  }
  if (alternativeNames?.length === 0) yield X509_ERRORS.alternativeNameEmpty;
  if (!sameElement(certificate.signatureAlgorithm, certificate.signedAlgorithm))
    yield X509_ERRORS.signatureAlgorithmInconsistent;
}

function* identifierObjections({ certificate, depth, count }: Place): Generator<number> {
  const { extensions, version } = certificate;
  const { critical } = extensions;
  if (critical.has(EXTENSION_IDS.authorityKeyIdentifier)) yield X509_ERRORS.authorityKeyIdentifierCritical;
  if (critical.has(EXTENSION_IDS.subjectKeyIdentifier)) yield X509_ERRORS.subjectKeyIdentifierCritical;
  if (version < VERSION_3) {
    if (extensions.count > 0) yield X509_ERRORS.extensionsNeedVersion3;
    return;
  }
  const keyIdentifier = extensions.authorityKeyIdentifier?.keyIdentifier ?? null;
  if (depth + 1 < count && keyIdentifier === null) yield X509_ERRORS.authorityKeyIdentifierMissing;
  const authority = extensions.basicConstraints?.authority === true;
  if (authority && extensions.subjectKeyIdentifier === null) yield X509_ERRORS.subjectKeyIdentifierMissing;
}
