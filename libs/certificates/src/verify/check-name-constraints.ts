import { X509_ERRORS } from './codes.ts';
import { textOf } from '../x509/canonical-name.ts';
import type { GeneralName, NameConstraintTrees, Subtree } from './general-names.ts';
import { matchesConstraint } from './match-constraint.ts';
import type { Path, PathContext } from './path.ts';
import type { PathCertificate } from './path-certificate.ts';

const COMMON_NAME = '2.5.4.3';
const EMAIL_ADDRESS = '1.2.840.113549.1.9.1';
const IA5_STRING = 0x16;
/** Names times constraints beyond which OpenSSL refuses to look (NAME_CHECK_MAX). */
const MOST_COMPARISONS = 1 << 20;

/** Every certificate against the constraints of all above it, the anchor's included (check_name_constraints). */
export function checkNameConstraints(context: PathContext, { certificates }: Path): boolean {
  for (let depth = certificates.length - 1; depth >= 0; depth -= 1) {
    const certificate = certificates[depth];
    if (certificate === undefined || (depth > 0 && certificate.selfIssued)) continue;
    for (const above of certificates.slice(depth + 1).toReversed()) {
      const trees = above.extensions.nameConstraints;
      const code = trees === null ? 0 : violation(context, { certificate, depth, trees });
      if (code !== 0 && !context.object(code, depth)) return false;
    }
  }
  return true;
}

interface Constrained {
  readonly certificate: PathCertificate;
  readonly depth: number;
  readonly trees: NameConstraintTrees;
}

function violation(context: PathContext, { certificate, depth, trees }: Constrained): number {
  const alternativeNames = certificate.extensions.alternativeNames ?? [];
  const count = certificate.subject.entries.length + alternativeNames.length;
  if (count * (trees.permitted.length + trees.excluded.length) > MOST_COMPARISONS)
    return X509_ERRORS.unspecified;
  const { oldConstraints } = context.rules;
  for (const name of namesOf(certificate)) {
    const code = name === null ? X509_ERRORS.unsupportedNameSyntax : matchTrees(name, trees, oldConstraints);
    if (code !== 0) return code;
  }
  const looksAtCommonName =
    depth === 0 && !oldConstraints && !alternativeNames.some(({ kind }) => kind === 'dns');
  return looksAtCommonName ? commonNameViolation(certificate, trees) : 0;
}

/** Null for a name that is written as it may not be. */
function* namesOf({ subject, extensions }: PathCertificate): Generator<GeneralName | null> {
  if (subject.entries.length > 0) {
    yield { kind: 'directory', name: subject };
    for (const { type, value } of subject.entries) {
      if (type !== EMAIL_ADDRESS) continue;
      yield value.tag === IA5_STRING ? { kind: 'email', text: textOf(value) ?? '' } : null;
    }
  }
  yield* extensions.alternativeNames ?? [];
}

/** A CN counts as a DNS name where it looks like one and there is no other (NAME_CONSTRAINTS_check_CN). */
function commonNameViolation({ subject }: PathCertificate, trees: NameConstraintTrees): number {
  for (const { type, value } of subject.entries) {
    const text = type === COMMON_NAME ? textOf(value)?.replace(/\0+$/, '') : undefined;
    if (text === undefined) continue;
    if (text.includes('\0')) return X509_ERRORS.unsupportedNameSyntax;
    if (!looksLikeHost(text)) continue;
    const code = matchTrees({ kind: 'dns', text }, trees, false);
    if (code !== 0) return code;
  }
  return 0;
}

/** Two labels at least, of letters, digits, hyphens and underscores. */
function looksLikeHost(text: string): boolean {
  return /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)+$/i.test(text);
}

function matchTrees(name: GeneralName, { permitted, excluded }: NameConstraintTrees, old: boolean): number {
  const ofKind = (trees: readonly Subtree[]): Subtree[] =>
    trees.filter(({ base }) => base.kind === name.kind && tagOf(base) === tagOf(name));
  const inside = matchAny(name, ofKind(permitted), old);
  if (inside !== 0 && inside !== null) return inside;
  const outside = matchAny(name, ofKind(excluded), old);
  if (outside === 0) return X509_ERRORS.excludedViolation;
  return outside === null || outside === X509_ERRORS.permittedViolation ? 0 : outside;
}

/** 0 where one of them has it, permittedViolation where none has; another code ends the search. Null where there is none to ask. */
function matchAny(name: GeneralName, trees: readonly Subtree[], old: boolean): number | null {
  let found: number | null = null;
  for (const { base, bounded } of trees) {
    if (bounded) return X509_ERRORS.subtreeMinMax;
    if (found === 0) continue;
    found = matchesConstraint(name, base, old);
    if (found !== 0 && found !== X509_ERRORS.permittedViolation) return found;
  }
  return found;
}

function tagOf(name: GeneralName): number {
  return name.kind === 'other' ? name.tag : 0;
}
