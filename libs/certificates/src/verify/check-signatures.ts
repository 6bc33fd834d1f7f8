import { X509_ERRORS } from './codes.ts';
import { mayHaveIssued, maySign, readableKey } from './issued-by.ts';
import type { Path, PathContext } from './path.ts';
import type { PathCertificate } from './path-certificate.ts';

/** Signatures and dates, from the top down (internal_verify): of two that are wrong the higher one is named. */
export function checkSignatures(context: PathContext, { certificates }: Path): boolean {
  const top = certificates.length - 1;
  const anchor = certificates[top];
  if (anchor === undefined) return true;
  const bare = !context.openssl.partialChain && !mayHaveIssued(anchor, anchor, context.rules);
  if (bare && top === 0) {
    if (!context.object(X509_ERRORS.unableToVerifyLeafSignature, 0)) return false;
    // Who goes on nevertheless is told the dates too, from 1.1.0 on.
    if (context.rules.presentedFirst) return true;
  }
  const first = bare && top > 0 ? top - 1 : top;
  return checkDownwards(context, certificates, first);
}

function checkDownwards(
  context: PathContext,
  certificates: readonly PathCertificate[],
  first: number,
): boolean {
  // 1.0.2 marks what it has looked at (`xs->valid`): in a path that goes in a circle no signature is looked at twice.
  const marked = new Set<string>();
  for (let depth = first; depth >= 0; depth -= 1) {
    const certificate = certificates[depth];
    if (certificate === undefined) continue;
    const known = context.rules.presentedFirst && marked.has(certificate.sha256);
    marked.add(certificate.sha256);
    const issuer = known ? undefined : certificates[depth + 1];
    if (issuer !== undefined && !checkSignature(context, { certificate, issuer, depth })) return false;
    if (!checkDates(context, certificate, depth)) return false;
  }
  return true;
}

interface Signed {
  readonly certificate: PathCertificate;
  readonly issuer: PathCertificate;
  readonly depth: number;
}

function checkSignature(context: PathContext, { certificate, issuer, depth }: Signed): boolean {
  if (!context.rules.issuerMustSign && !maySign(issuer)) {
    if (!context.object(X509_ERRORS.issuerMayNotSign, depth + 1)) return false;
  }
  if (readableKey(issuer, context.rules) === null)
    return context.object(X509_ERRORS.undecodableIssuerKey, depth + 1);
  return certificate.isSignedBy(issuer) || context.object(X509_ERRORS.signatureFailure, depth);
}

function checkDates(context: PathContext, { notBefore, notAfter }: PathCertificate, depth: number): boolean {
  if (notBefore === null && !context.object(X509_ERRORS.badNotBefore, depth)) return false;
  if (notBefore !== null && notBefore > context.at && !context.object(X509_ERRORS.notYetValid, depth))
    return false;
  if (notAfter === null && !context.object(X509_ERRORS.badNotAfter, depth)) return false;
  return !(notAfter !== null && notAfter <= context.at) || context.object(X509_ERRORS.expired, depth);
}
