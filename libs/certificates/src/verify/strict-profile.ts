import type { Place } from './check-extensions.ts';
import { X509_ERRORS } from './codes.ts';
import { EXTENSION_IDS, type PathExtensions } from './extensions.ts';
import { KEY_USAGE } from './issued-by.ts';
import type { PathContext } from './path.ts';
import { type PathCertificate, sameElement } from './path-certificate.ts';

const VERSION_3 = 2;

/** X509_V_FLAG_X509_STRICT, and what 3.0 asks for in any case. In OpenSSL's order. */
export function* strictObjections(context: PathContext, place: Place): Generator<number> {
  const { openssl, rules } = context;
  const { certificate, count } = place;
  if (rules.explicitCurves !== 'allowed' && count > 1) yield* curveObjections(context, certificate);
  if (!openssl.strict) return;
  if (!rules.strictList) {
    if (rules.checksAnchors && isLimited(certificate.extensions) && !isAuthority(certificate.extensions))
      yield X509_ERRORS.invalidExtension;
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
  else if (certificate.explicitCurve) yield X509_ERRORS.explicitCurve;
}

function* usageObjections({ extensions }: PathCertificate): Generator<number> {
  const signs = hasUsage(extensions.keyUsage, KEY_USAGE.certSign);
  const authority = isAuthority(extensions);
  if (isLimited(extensions)) {
    if (!authority) yield X509_ERRORS.pathLengthOfNoAuthority;
    if (!signs) yield X509_ERRORS.pathLengthWithoutCertSign;
  }
  if (authority) yield* authorityObjections(extensions);
  else if (signs) yield X509_ERRORS.certSignOfNoAuthority;
}

function* authorityObjections({ critical, keyUsage }: PathExtensions): Generator<number> {
  if (!critical.has(EXTENSION_IDS.basicConstraints)) yield X509_ERRORS.basicConstraintsNotCritical;
  if (keyUsage === null) yield X509_ERRORS.keyUsageMissing;
}

function* nameObjections(certificate: PathCertificate): Generator<number> {
  const { issuer, subject, extensions } = certificate;
  if (issuer.entries.length === 0) yield X509_ERRORS.issuerEmpty;
  if (subject.entries.length === 0) yield* emptySubjectObjections(extensions);
  if (extensions.alternativeNames?.length === 0) yield X509_ERRORS.alternativeNameEmpty;
  if (!sameElement(certificate.signatureAlgorithm, certificate.signedAlgorithm))
    yield X509_ERRORS.signatureAlgorithmInconsistent;
}

function* emptySubjectObjections(extensions: PathExtensions): Generator<number> {
  const { alternativeNames, critical, keyUsage } = extensions;
  const needed = isAuthority(extensions) || hasUsage(keyUsage, KEY_USAGE.crlSign);
  if (needed || alternativeNames === null) yield X509_ERRORS.subjectEmpty;
  if (alternativeNames !== null && !critical.has(EXTENSION_IDS.alternativeNames))
    yield X509_ERRORS.alternativeNameNotCritical;
}

function* identifierObjections({ certificate, depth, count }: Place): Generator<number> {
  const { critical, count: extensions } = certificate.extensions;
  if (critical.has(EXTENSION_IDS.authorityKeyIdentifier)) yield X509_ERRORS.authorityKeyIdentifierCritical;
  if (critical.has(EXTENSION_IDS.subjectKeyIdentifier)) yield X509_ERRORS.subjectKeyIdentifierCritical;
  if (certificate.version >= VERSION_3)
    yield* missingIdentifiers(certificate.extensions, depth + 1 === count);
  else if (extensions > 0) yield X509_ERRORS.extensionsNeedVersion3;
}

/** The last one has nobody above it to name. */
function* missingIdentifiers(extensions: PathExtensions, last: boolean): Generator<number> {
  const named = extensions.authorityKeyIdentifier?.keyIdentifier ?? null;
  if (!last && named === null) yield X509_ERRORS.authorityKeyIdentifierMissing;
  if (isAuthority(extensions) && extensions.subjectKeyIdentifier === null)
    yield X509_ERRORS.subjectKeyIdentifierMissing;
}

function isLimited({ basicConstraints }: PathExtensions): boolean {
  return basicConstraints !== null && basicConstraints.pathLength !== null;
}

function isAuthority({ basicConstraints }: PathExtensions): boolean {
  return basicConstraints?.authority === true;
}

function hasUsage(keyUsage: number | null, usage: number): boolean {
  return ((keyUsage ?? 0) & usage) !== 0;
}
