import { X509_ERRORS } from './codes.ts';
import { isSelfSigned } from './issued-by.ts';
import {
  inStore,
  issuerInStore,
  issuerPresented,
  MOST_ISSUERS,
  type Path,
  type PathContext,
} from './path.ts';
import { type PathCertificate, sameBytes } from './path-certificate.ts';

/** One longer than what is allowed is built, and then refused as too long. */
const LONGEST = MOST_ISSUERS + 1;

/** OpenSSL 1.1.0 and later (build_chain): at every step the store first. `path` starts as the leaf. False: an objection ended it. */
export function buildPath(context: PathContext, path: Path): boolean {
  const trusted = extend(context, path) || isTrustedLeaf(context, path);
  return (
    trusted || failuresOf(context, path).every((code) => context.object(code, path.certificates.length - 1))
  );
}

/** True where it comes to what is trusted. */
function extend(context: PathContext, path: Path): boolean {
  const left = [...context.presented];
  let presented = true;
  for (;;) {
    const step = addTrusted(context, path);
    if (step === 'trusted') return true;
    if (step === 'added') presented = false;
    if (step === 'added' && !endsSelfSigned(context, path)) continue;
    if (!presented) return false;
    if (!addPresented(context, path, left)) presented = false;
  }
}

function endsSelfSigned({ rules }: PathContext, { certificates }: Path): boolean {
  const last = certificates.at(-1);
  return last !== undefined && isSelfSigned(last, rules);
}

/** One step into the store. `added`: it grew, and is not yet at what is trusted. */
function addTrusted(context: PathContext, path: Path): 'trusted' | 'added' | 'none' {
  const { certificates } = path;
  const last = certificates.at(-1);
  const issuer = last === undefined || certificates.length > LONGEST ? null : issuerInStore(context, last);
  if (last === undefined || issuer === null) return 'none';
  if (isSelfSigned(last, context.rules)) {
    // Only the very same certificate: another one of its name and identifiers proves nothing.
    if (!sameBytes(last.der, issuer.der)) return 'none';
    certificates[certificates.length - 1] = issuer;
    path.untrusted = Math.min(path.untrusted, certificates.length - 1);
  } else certificates.push(issuer);
  return isTrusted(context, issuer) ? 'trusted' : 'added';
}

/** X509_check_trust without settings of its own: self-signed, or any where partial chains are allowed. */
function isTrusted({ openssl, rules }: PathContext, anchor: PathCertificate): boolean {
  return openssl.partialChain || isSelfSigned(anchor, rules);
}

function addPresented(context: PathContext, path: Path, left: PathCertificate[]): boolean {
  if (endsSelfSigned(context, path) || path.certificates.length > LONGEST) return false;
  const issuer = issuerPresented(context, path, left);
  if (issuer === null) return false;
  left.splice(left.indexOf(issuer), 1);
  path.certificates.push(issuer);
  path.untrusted += 1;
  return true;
}

/** With partial chains the leaf itself may be an anchor. */
function isTrustedLeaf(context: PathContext, path: Path): boolean {
  const [leaf] = path.certificates;
  const grown = path.certificates.length !== path.untrusted || path.certificates.length > LONGEST;
  const anchor = leaf === undefined || grown || !context.openssl.partialChain ? null : inStore(context, leaf);
  if (anchor === null) return false;
  path.certificates[0] = anchor;
  path.untrusted = 0;
  return true;
}

function failuresOf(context: PathContext, path: Path): number[] {
  const { certificates } = path;
  if (certificates.length <= LONGEST) return [missingAnchor(context, path)];
  // Who goes on nevertheless is told both, from 3.0 on.
  const both = context.rules.strictList ? [missingAnchor(context, path)] : [];
  return [X509_ERRORS.chainTooLong, ...both];
}

function missingAnchor(context: PathContext, path: Path): number {
  const { certificates, untrusted } = path;
  if (endsSelfSigned(context, path))
    return certificates.length === 1 ? X509_ERRORS.selfSignedLeaf : X509_ERRORS.selfSignedInChain;
  return untrusted < certificates.length
    ? X509_ERRORS.unableToGetIssuer
    : X509_ERRORS.unableToGetIssuerLocally;
}
