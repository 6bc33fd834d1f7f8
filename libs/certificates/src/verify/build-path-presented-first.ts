import { X509_ERRORS } from './codes.ts';
import { isSelfSigned, mayHaveIssued } from './issued-by.ts';
import {
  inStore,
  issuerInStore,
  issuerPresented,
  MOST_ISSUERS,
  type Path,
  type PathContext,
} from './path.ts';
import { type PathCertificate, sameBytes } from './path-certificate.ts';

/**
 * OpenSSL 1.0.2 (X509_verify_cert): what was presented is used up first, then the store; only where that comes to no trust, shorter paths
 * are tried. So an expired root that the presented chain leads to wins over a good one of which the store holds another path
 * (failures.md §7.3). `path` starts as the leaf. False: an objection ended it.
 */
export function buildPathPresentedFirst(context: PathContext, path: Path): boolean {
  addPresented(context, path);
  const attempt = completed(context, path);
  if (attempt === null) return false;
  return attempt.trusted || attempt.objected || object(context, path, attempt.root);
}

interface Attempt {
  readonly trusted: boolean;
  /** It is its own issuer, alone, not known, and was objected to already. */
  readonly objected: boolean;
  /** The self-signed certificate on top of what was presented, taken off the path. */
  readonly root: PathCertificate | null;
}

function addPresented(context: PathContext, path: Path): void {
  const left = [...context.presented];
  while (path.certificates.length <= MOST_ISSUERS && !isSelfSigned(last(path), context.rules)) {
    const issuer = issuerPresented(context, path, left);
    if (issuer === null) return;
    left.splice(left.indexOf(issuer), 1);
    path.certificates.push(issuer);
    path.untrusted += 1;
  }
}

function completed(context: PathContext, path: Path): Attempt | null {
  let root: PathCertificate | null = null;
  let objected = false;
  let untried = path.certificates.length;
  for (;;) {
    const top = last(path);
    if (isSelfSigned(top, context.rules)) {
      if (path.certificates.length > 1) {
        root = path.certificates.pop() ?? null;
        path.untrusted -= 1;
        untried -= 1;
      } else if (!replacedByAnchor(context, path)) {
        objected = true;
        if (!context.object(X509_ERRORS.selfSignedLeaf, 0)) return null;
      }
    }
    addTrusted(context, path);
    if (isTrusted(context, path)) return { trusted: true, objected, root };
    untried = shortened(context, path, untried);
    if (untried === 0) return { trusted: false, objected, root };
  }
}

function replacedByAnchor(context: PathContext, path: Path): boolean {
  const [leaf] = path.certificates;
  const anchor = leaf === undefined ? null : issuerInStore(context, leaf);
  if (leaf === undefined || anchor === null || !sameBytes(anchor.der, leaf.der)) return false;
  path.certificates[0] = anchor;
  path.untrusted = 0;
  return true;
}

function addTrusted(context: PathContext, path: Path): void {
  while (path.certificates.length <= MOST_ISSUERS && !isSelfSigned(last(path), context.rules)) {
    const issuer = issuerInStore(context, last(path));
    if (issuer === null) return;
    path.certificates.push(issuer);
  }
}

function isTrusted(context: PathContext, path: Path): boolean {
  const anchors = path.certificates.slice(path.untrusted);
  if (anchors.some((anchor) => isSelfSigned(anchor, context.rules))) return true;
  if (!context.openssl.partialChain) return false;
  if (anchors.length > 0) return true;
  const leaf = inStore(context, context.leaf);
  if (leaf === null) return false;
  path.certificates[0] = leaf;
  path.untrusted = 0;
  return true;
}

/** Cuts the path where one of its certificates has an issuer in the store. How many are left to try; 0: there is none. */
function shortened(context: PathContext, path: Path, untried: number): number {
  for (let at = untried - 1; at >= 1; at -= 1) {
    const certificate = path.certificates[at - 1];
    if (certificate === undefined || issuerInStore(context, certificate) === null) continue;
    path.certificates.length = at;
    path.untrusted = at;
    return at;
  }
  return 0;
}

function object(context: PathContext, path: Path, root: PathCertificate | null): boolean {
  const { certificates } = path;
  let code: number = X509_ERRORS.unableToGetIssuer;
  if (root !== null && mayHaveIssued(root, last(path), context.rules)) {
    certificates.push(root);
    path.untrusted = certificates.length;
    code = X509_ERRORS.selfSignedInChain;
  } else if (path.untrusted >= certificates.length) code = X509_ERRORS.unableToGetIssuerLocally;
  return context.object(code, certificates.length - 1);
}

function last({ certificates }: Path): PathCertificate {
  const found = certificates.at(-1);
  if (found === undefined) throw new RangeError('a path has at least its leaf');
  return found;
}
