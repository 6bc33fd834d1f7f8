import { X509_ERRORS } from './codes.ts';
import { isInvalid, isSelfSigned, KEY_USAGE, maySign } from './issued-by.ts';
import type { Path, PathContext } from './path.ts';
import type { PathCertificate } from './path-certificate.ts';
import { strictObjections } from './strict-profile.ts';

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
/** Server gated cryptography, Microsoft's and Netscape's: what the nineties called a server. */
const SERVER_PURPOSES = [SERVER_AUTH, '1.3.6.1.4.1.311.10.3.3', '2.16.840.1.113730.4.1'];
const NETSCAPE = { server: 0x40, tlsAuthority: 0x04, anyAuthority: 0x07 } as const;

/** Extensions of the path for a TLS server (check_chain_extensions). False: an objection ended it. */
export function checkExtensions(context: PathContext, path: Path): boolean {
  const { certificates, untrusted } = path;
  const count = context.rules.checksAnchors ? certificates.length : untrusted;
  let authorities = 0;
  for (const [depth, certificate] of certificates.slice(0, count).entries()) {
    for (const code of objections(context, { certificate, depth, count: certificates.length, authorities }))
      if (!context.object(code, depth)) return false;
    if (depth > 0 && !certificate.selfIssued) authorities += 1;
  }
  return true;
}

export interface Place {
  readonly certificate: PathCertificate;
  readonly depth: number;
  /** Length of the path. */
  readonly count: number;
  /** Authorities between it and the leaf, without those that are their own issuers. */
  readonly authorities: number;
}

function* objections(context: PathContext, place: Place): Generator<number> {
  const { certificate, depth, authorities } = place;
  if (certificate.extensions.unhandledCritical) yield X509_ERRORS.unhandledCriticalExtension;
  if (certificate.extensions.proxy) yield X509_ERRORS.proxyCertificate;
  if (isWrongAuthority(context, place)) yield context.rules.invalidCa;
  yield* strictObjections(context, place);
  if (!isForServers(context, place)) yield X509_ERRORS.invalidPurpose;
  const limit = certificate.extensions.basicConstraints?.pathLength ?? null;
  if (depth > 1 && limit !== null && authorities > limit) yield X509_ERRORS.pathLengthExceeded;
}

/** X509_check_ca: 1 an authority; 3 to 5 one only by old customs; 0 none. */
function authorityKind(context: PathContext, certificate: PathCertificate): 0 | 1 | 3 | 4 | 5 {
  const { basicConstraints } = certificate.extensions;
  if (isInvalid(certificate, context.rules) || !maySign(certificate)) return 0;
  if (basicConstraints !== null) return basicConstraints.authority ? 1 : 0;
  return authorityByCustom(context, certificate);
}

function authorityByCustom(context: PathContext, certificate: PathCertificate): 0 | 3 | 4 | 5 {
  if (certificate.version === 0 && isSelfSigned(certificate, context.rules)) return 3;
  if (certificate.extensions.keyUsage !== null) return 4;
  return ((certificate.extensions.netscapeType ?? 0) & NETSCAPE.anyAuthority) !== 0 ? 5 : 0;
}

function isWrongAuthority(context: PathContext, { certificate, depth, count }: Place): boolean {
  const kind = authorityKind(context, certificate);
  const { strict } = context.openssl;
  if (depth === 0) return strict && kind !== 0 && kind !== 1;
  // What lies between leaf and top must be one in earnest, from 1.1.0 on.
  const earnest = strict || (context.rules.checksAnchors && depth + 1 < count);
  return kind === 0 || (earnest && kind !== 1);
}

/** X509_check_purpose for sslserver. */
function isForServers(context: PathContext, { certificate, depth }: Place): boolean {
  const { extensions } = certificate;
  const { strict } = context.openssl;
  if (isInvalid(certificate, context.rules)) return !strict;
  const purposes = extensions.extendedKeyUsage;
  if (purposes !== null && !SERVER_PURPOSES.some((purpose) => purposes.has(purpose))) return false;
  if (depth > 0) return isServersAuthority(context, certificate);
  if (extensions.netscapeType !== null && (extensions.netscapeType & NETSCAPE.server) === 0) return false;
  const usable = KEY_USAGE.digitalSignature | KEY_USAGE.keyEncipherment | KEY_USAGE.keyAgreement;
  return extensions.keyUsage === null || (extensions.keyUsage & usable) !== 0;
}

function isServersAuthority(context: PathContext, certificate: PathCertificate): boolean {
  const kind = authorityKind(context, certificate);
  if (kind === 5 && ((certificate.extensions.netscapeType ?? 0) & NETSCAPE.tlsAuthority) === 0) return false;
  // Before 3.0 the customs' numbers came through, which the strict do not take for a yes.
  return kind !== 0 && (kind === 1 || !context.openssl.strict || context.rules.strictList);
}
