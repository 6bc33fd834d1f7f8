import { mayHaveIssued } from './issued-by.ts';
import { type PathCertificate, pathCertificate, sameBytes } from './path-certificate.ts';
import type { VerifyRules } from './rules.ts';
import type { AnchorSet, OpenSslProfile } from './types.ts';

/** Told of every objection, as OpenSSL's verify callback is. True: go on nevertheless. */
export type Objection = (code: number, depth: number) => boolean;

/** What a path is built from and judged by. */
export interface PathContext {
  readonly leaf: PathCertificate;
  /** All that was presented, in its order, the leaf included. */
  readonly presented: readonly PathCertificate[];
  readonly anchors: AnchorSet;
  /** Seconds since 1970. */
  readonly at: number;
  readonly openssl: OpenSslProfile;
  readonly rules: VerifyRules;
  readonly object: Objection;
}

/** Leaf first. The first `untrusted` of them came from the server, the others from the store. */
export interface Path {
  readonly certificates: PathCertificate[];
  untrusted: number;
}

/** X509_V_DEPTH default of Python, Node and the openssl program. */
export const MOST_ISSUERS = 100;

/** Valid now: X509_cmp_time, where the very second of notAfter is already too late. */
export function isValidAt({ notBefore, notAfter }: PathCertificate, at: number): boolean {
  return notBefore !== null && notAfter !== null && notBefore <= at && notAfter > at;
}

/** The anchor that is taken for the issuer of `subject` (X509_STORE_CTX_get1_issuer). */
export function issuerInStore(context: PathContext, subject: PathCertificate): PathCertificate | null {
  return best(context, storeOf(context, subject.issuer.key), (candidate) =>
    mayHaveIssued(candidate, subject, context.rules),
  );
}

/** The same certificate, as the store has it. */
export function inStore(context: PathContext, certificate: PathCertificate): PathCertificate | null {
  const same = storeOf(context, certificate.subject.key);
  return same.find(({ der }) => sameBytes(der, certificate.der)) ?? null;
}

function storeOf({ anchors }: PathContext, subjectKey: string): PathCertificate[] {
  return anchors.bySubjectKey(subjectKey).flatMap((der) => pathCertificate(der) ?? []);
}

/** One of what was presented (find_issuer); none that is in the path already, unless the leaf is its own issuer. */
export function issuerPresented(
  context: PathContext,
  path: Path,
  left: readonly PathCertificate[],
): PathCertificate | null {
  const subject = path.certificates.at(-1) ?? context.leaf;
  const repeats = context.rules.presentedFirst || (subject.selfIssued && path.certificates.length === 1);
  return best(
    context,
    left,
    (candidate) =>
      mayHaveIssued(candidate, subject, context.rules) &&
      (repeats || !path.certificates.some(({ der }) => sameBytes(der, candidate.der))),
  );
}

/** The first that fits and is valid, else an expired one: which, is a matter of the version. */
function best(
  { at, rules }: PathContext,
  candidates: readonly PathCertificate[],
  fits: (candidate: PathCertificate) => boolean,
): PathCertificate | null {
  let found: PathCertificate | null = null;
  for (const candidate of candidates) {
    if (!fits(candidate)) continue;
    if (!rules.prefersValid || isValidAt(candidate, at)) return candidate;
    const later = found === null || !rules.latestExpired || (candidate.notAfter ?? 0) > (found.notAfter ?? 0);
    if (later) found = candidate;
  }
  return found;
}
