import type { CatalogueRoot, Verification } from '@trustfleet/certificates';
import type { TrustStep, Verdict } from '@trustfleet/protocol';
import { cameLater, releaseOf } from './bundle-release.ts';
import {
  type CauseFound,
  certificateEvidence,
  codeEvidence,
  decidingStep,
  failed,
  type FindCause,
  type Inquest,
  stepEvidence,
  withEverything,
} from './inquest.ts';
import { issuerUrls } from './issuer-urls.ts';
import { failedToLoad, unloadable } from './loading.ts';
import { indexOf, wayTo } from '../trust-sources/facts-index.ts';
import { resolveSource } from '../trust-sources/resolvers.ts';
import { problemOf } from '../trust-sources/file-problem.ts';

/** No path to an anchor (failures.md §7.1). */
const UNTRUSTED: ReadonlySet<number> = new Set([2, 18, 19, 20, 21]);
const ISSUER_WITHOUT_ROOT = 2;
const SELF_SIGNED_LEAF = 18;

/** §7.6, steps 3 to 6: whose root is missing, and why this client does not have it. */
export const anchorCause: FindCause = (inquest) => {
  const verification = failed(inquest);
  if (verification === null || !UNTRUSTED.has(verification.code)) return null;
  const possible = withEverything(inquest);
  const good = possible?.ok === true ? possible : null;
  for (const find of FINDERS) {
    const found = find({ inquest, verification, good });
    if (found !== null) return withCode(found, verification);
  }
  return withCode(missing(inquest, verification, good), verification);
};

interface Search {
  readonly inquest: Inquest;
  readonly verification: Verification;
  /** The path that there would be with every anchor of this host; null where there is none. */
  readonly good: Verification | null;
}
type Finder = (search: Search) => CauseFound | null;

function withCode({ cause, evidence }: CauseFound, { code }: Verification): CauseFound {
  return { cause, evidence: { ...evidence, code } };
}

/** A file that fails without a word (SSL_CERT_FILE, python-tls.md §3): it is why there is nothing to trust. */
const silentlyUnloaded: Finder = ({ inquest, good }) => {
  const { resolved } = inquest;
  if (resolved.anchors.length > 0 && good === null) return null;
  return unloadable(inquest, resolved.source.steps.find(failedToLoad) ?? null);
};

const variableEmpty: Finder = ({ inquest, good }) => {
  const { resolved } = inquest;
  const step = resolved.source.steps.find(
    ({ outcome, reason }) => outcome === 'empty' && reason !== 'emptyIsUnset',
  );
  if (step === undefined || (resolved.anchors.length > 0 && good === null)) return null;
  return { cause: 'variableEmpty', evidence: { ...stepEvidence(step), ...rootEvidence(inquest, good) } };
};

/** The variable names a file that would do, and this version does not look at it (shotgrid.md §1.4, E9; tk-core 0.23.7 – 0.23.9). */
const variableIgnored: Finder = ({ inquest }) => {
  const step = inquest.resolved.source.steps.find(
    (one) => one.outcome === 'ignored' && wouldDo(inquest, one),
  );
  if (step === undefined) return null;
  const { version } = inquest.resolved.source;
  return {
    cause: 'variableIgnored',
    evidence: { ...stepEvidence(step), ...(version === null ? {} : { version }) },
  };
};

/** Nothing to trust at all: a compiled-in path that is not there (python-tls.md §3, DCC builds), or what a variable names. */
const withoutStore: Finder = ({ inquest }) => {
  if (inquest.resolved.anchors.length > 0) return null;
  const step = decidingStep(inquest);
  // A directory without hashed names loads, and nothing is found in it.
  const cause = step?.kind === 'variable' ? 'variableFileEmpty' : 'pythonWithoutStore';
  return { cause, evidence: stepEvidence(step) };
};

/** failures.md §7.2. Only where the anchor that signs in the endpoint's place is not among the public ones. */
const interception: Finder = ({ inquest, good }) => {
  const { endpoint } = inquest;
  if (endpoint.interception === null) return null;
  const { issuer, certificate } = endpoint.interception;
  return {
    cause: 'interceptionNotTrusted',
    evidence: {
      interceptor: issuer,
      ...rootEvidence(inquest, good),
      ...(certificate === null ? {} : { certificate }),
    },
  };
};

const selfSignedLeaf: Finder = ({ inquest, verification, good }) =>
  verification.code === SELF_SIGNED_LEAF && good === null
    ? { cause: 'leafSelfSigned', evidence: certificateEvidence(inquest, verification.path[0]) }
    : null;

/** Somebody put only the issuing authority into the bundle: enough for 3.13 and later, for nobody else. */
const issuerWithoutRoot: Finder = ({ inquest, verification }) => {
  if (verification.code !== ISSUER_WITHOUT_ROOT) return null;
  const held = certificateEvidence(inquest, verification.path.at(-1));
  return { cause: 'issuerWithoutRoot', evidence: { ...stepEvidence(decidingStep(inquest)), ...held } };
};

/** The server leaves out what lies between its certificate and a root: another store of this host has it, or its place is known. */
const incomplete: Finder = ({ inquest, verification, good }) => {
  const presented = new Set(inquest.prediction.chain);
  const between = good?.path.slice(1).find((sha256) => !presented.has(sha256) && !isRoot(inquest, sha256));
  if (between !== undefined)
    return { cause: 'chainIncomplete', evidence: certificateEvidence(inquest, between) };
  return good === null && verification.path.length === 1
    ? leafAlone(inquest, verification.path[0] ?? '')
    : null;
};

/** With partial chains (3.13) a path may end at an intermediate that some bundle holds. */
function isRoot({ certificates }: Inquest, sha256: string): boolean {
  const facts = certificates.facts(sha256);
  return facts === null || facts.subject === facts.issuer;
}

/** Nobody signs servers with a root: what a lonely leaf lacks is an issuing authority (failures.md §7.1, 20 and 21). */
function leafAlone({ certificates, predictor }: Inquest, sha256: string): CauseFound | null {
  const der = predictor.certificates.certificate(sha256);
  const facts = certificates.facts(sha256);
  if (der === null || facts === null || facts.isAuthority) return null;
  const [url] = issuerUrls(der);
  if (url === undefined) return null;
  return {
    cause: 'chainIncomplete',
    evidence: { issuer: facts.issuer.slice(0, 512), fetchFrom: url.slice(0, 512) },
  };
}

/** The file that code names lacks what this host has elsewhere: the code is at fault, whoever answers. */
const trustedInCode: Finder = ({ inquest, good }) => {
  const step = decidingStep(inquest);
  if (step?.kind !== 'argument') return null;
  const anchors = inquest.resolved.anchors.length;
  const told = { ...stepEvidence(step), ...codeEvidence(inquest), anchors };
  return { cause: 'trustedInCode', evidence: { ...told, ...rootEvidence(inquest, good) } };
};
const trustedInCodeWrongly: Finder = (search) => (search.good === null ? null : trustedInCode(search));

/** It is there, and the store or its owner does not let it vouch for servers. */
const rejected: Finder = ({ inquest, good }) => {
  const root = good?.path.at(-1);
  const { decidedBy } = inquest.resolved;
  const stores = inquest.facts.sections.trustStores.stores.filter(({ id }) => decidedBy.ids.includes(id));
  const entry = stores.flatMap(({ entries }) => entries ?? []).find(({ anchor }) => anchor === root);
  if (entry === undefined || entry.trust === 'servers') return null;
  const where = entry.location === null ? {} : { path: entry.location };
  return {
    cause: 'anchorRejected',
    evidence: { ...rootEvidence(inquest, good), trust: entry.trust, ...where },
  };
};

/** shotgrid.md §1.4: a variable's file stands in the place of what had the root, a public one or the studio's. */
const replaces: Finder = ({ inquest, good }) => {
  const step = decidingStep(inquest);
  const root = good?.path.at(-1);
  if (step?.kind !== 'variable' || root === undefined) return null;
  const isPublic = inquest.catalogue.bySha256(root) !== null;
  if (!isPublic && !verifiesWithout(inquest, step.value)) return null;
  const anchors = inquest.resolved.anchors.length;
  return {
    cause: 'bundleReplaces',
    evidence: { ...stepEvidence(step), anchors, ...rootEvidence(inquest, good) },
  };
};

/** What the client would do if no variable named that file. */
function verifiesWithout({ resolved, facts, predictor, endpoint }: Inquest, file: string | null): boolean {
  const { consumer } = resolved;
  const values = [...consumer.context.values].filter(([, { value }]) => value !== file);
  const without = { ...consumer, context: { ...consumer.context, values: new Map(values) } };
  const { source, anchors } = resolveSource(without, facts);
  if (source.state !== 'anchors') return false;
  const { set } = predictor.certificates.anchors(anchors);
  return predictor.verify(resolved, endpoint, { anchors: set })?.ok === true;
}

/** A copy of the public list from before the root came (python-tls.md §5). */
const stale: Finder = ({ inquest, verification, good }) => {
  const { resolved, catalogue } = inquest;
  if (resolved.decidedBy.kind !== 'bundle') return null;
  const release = releaseOf(resolved.anchors, catalogue);
  const root = publicRoot(inquest, verification, good);
  if (release === null || root === null || !cameLater(root, release)) return null;
  const [path] = resolved.decidedBy.ids;
  return {
    cause: 'bundleStale',
    evidence: {
      ...(path === undefined ? {} : { path }),
      release: release.from.version,
      releaseDate: release.from.date,
      lacks: root.subject,
      lacksSha: root.sha256,
      rootCameWith: root.entered.version,
    },
  };
};

const FINDERS: readonly Finder[] = [
  silentlyUnloaded,
  variableEmpty,
  variableIgnored,
  withoutStore,
  trustedInCodeWrongly,
  interception,
  selfSignedLeaf,
  incomplete,
  trustedInCode,
  issuerWithoutRoot,
  rejected,
  replaces,
  stale,
];

/** A root is missing; `good` is the path that there would be with it. */
export function missing(inquest: Inquest, verification: Verification, good: Verification | null): CauseFound {
  const top = good?.path.at(-1);
  const last = verification.path.at(-1);
  const issuer = last === undefined ? null : inquest.certificates.facts(last);
  return {
    cause: 'anchorMissing',
    evidence: {
      ...stepEvidence(decidingStep(inquest)),
      ...(issuer === null ? {} : { issuer: issuer.issuer.slice(0, 512) }),
      ...rootEvidence(inquest, good),
      ...publicEvidence(publicRoot(inquest, verification, good)),
      ...(top === undefined ? {} : { knownIn: knownIn(inquest, top) }),
    },
  };
}

/** Lists age in both directions (shotgrid.md, fact 10): a root may also have left. */
function publicEvidence(root: CatalogueRoot | null): Verdict['evidence'] {
  if (root === null) return {};
  const left = root.left === null ? {} : { leftWith: root.left.version };
  return { lacks: root.subject, lacksSha: root.sha256, ...left };
}

function rootEvidence(inquest: Inquest, good: Verification | null): Verdict['evidence'] {
  return good === null ? {} : certificateEvidence(inquest, good.path.at(-1));
}

/** The root that is wanted, if it is or was a public one: by fingerprint where this host has it, else by its name. */
function publicRoot(
  { catalogue, certificates }: Inquest,
  { path }: Verification,
  good: Verification | null,
): CatalogueRoot | null {
  const known = good?.path.at(-1);
  if (known !== undefined) return catalogue.bySha256(known);
  const issuer = certificates.facts(path.at(-1) ?? '')?.issuer;
  const named = catalogue.roots.filter(({ subject }) => subject === issuer);
  return named.find(({ left }) => left === null) ?? named[0] ?? null;
}

/** A store or bundle that has it, to be shown; '' where none is named. */
function knownIn({ facts }: Inquest, sha256: string): string {
  const { trustStores, bundles } = facts.sections;
  const store = trustStores.stores.find(({ bundle }) => bundle.anchors.includes(sha256));
  return store?.name ?? bundles.bundles.find(({ anchors }) => anchors.includes(sha256))?.path ?? '';
}

function wouldDo({ facts, predictor, resolved, endpoint }: Inquest, step: TrustStep): boolean {
  const { kind, name, value, definedIn } = step;
  if (kind !== 'variable' || value === null) return false;
  // Often it is the system's own bundle, or a link.
  const file = indexOf(facts).file(value, wayTo(kind, name ?? '', definedIn ?? ''));
  if (file === null || problemOf(file) !== null) return false;
  const anchors = predictor.certificates.anchors(file.anchors).set;
  return predictor.verify(resolved, endpoint, { anchors })?.ok === true;
}
