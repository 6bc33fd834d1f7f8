import type { RootCatalogue } from '@trustfleet/certificates';
import type {
  ConfiguredEndpoint,
  ObservedEndpoint,
  TrustSource,
  Verdict,
  VerdictsSection,
} from '@trustfleet/protocol';
import { resolveSources } from './consumers/consumers-of.ts';
import { findCause } from './causes/find-cause.ts';
import { type CauseFound, createCertificateReader, type Inquest } from './causes/inquest.ts';
import type { ResolvedSource } from './consumer.ts';
import type { DiagnosisFacts } from './facts.ts';
import { asReached, createPredictor, type Prediction } from './predict.ts';

export interface DiagnoseOptions {
  /** What people configured: says which clients matter for an endpoint. An endpoint that was observed and stands not here counts for all. */
  readonly configured: readonly Pick<ConfiguredEndpoint, 'id' | 'clients'>[];
  /** Every root that was ever public: `@trustfleet/certificates/catalogue`. */
  readonly catalogue: RootCatalogue;
  /** What a probe found, where there was one; without it every verdict is predicted alone. */
  readonly probed?: (source: TrustSource, endpoint: string) => Pick<Verdict, 'probed' | 'notProbed'>;
}

export const MAX_SOURCES = 2000;
export const MAX_VERDICTS = 5000;
const NOT_PROBED = { probed: null, notProbed: 'predicted only' } as const;

/**
 * Every (trust source × endpoint) of a host: sources by their id, verdicts by source and endpoint, at most 2000 and 5000; what does not
 * verify goes first where there are more. Pure and deterministic.
 */
export function diagnoseSources(
  resolved: readonly ResolvedSource[],
  facts: DiagnosisFacts,
  options: DiagnoseOptions,
): VerdictsSection {
  const predictor = createPredictor(facts);
  const certificates = createCertificateReader(predictor);
  const distinct = new Map(resolved.map((one) => [one.source.id, one]));
  const kept = [...distinct.values()].toSorted(byId).slice(0, MAX_SOURCES);
  const verdicts: Verdict[] = [];
  for (const one of kept) {
    for (const endpoint of endpointsFor(one, facts.sections.endpoints.endpoints, options)) {
      const reached = asReached(one, endpoint);
      const prediction = predictor.predict(reached, endpoint);
      const { catalogue } = options;
      const inquest = { resolved: reached, endpoint, prediction, facts, predictor, catalogue, certificates };
      verdicts.push(verdictOf(inquest, options.probed?.(one.source, endpoint.id) ?? NOT_PROBED));
    }
  }
  return { sources: kept.map(({ source }) => source), verdicts: withWhatWorks(bounded(verdicts), kept) };
}

function byId(a: ResolvedSource, b: ResolvedSource): number {
  return a.source.id < b.source.id ? -1 : a.source.id > b.source.id ? 1 : 0;
}

function endpointsFor(
  { source }: ResolvedSource,
  observed: readonly ObservedEndpoint[],
  { configured }: DiagnoseOptions,
): ObservedEndpoint[] {
  const clientsOf = new Map(configured.map(({ id, clients }) => [id, clients]));
  return observed
    .filter(({ id }) => {
      const clients = clientsOf.get(id) ?? [];
      return clients.length === 0 || clients.includes(source.client);
    })
    .toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

function verdictOf(inquest: Inquest, { probed, notProbed }: Pick<Verdict, 'probed' | 'notProbed'>): Verdict {
  const { prediction, resolved, endpoint } = inquest;
  const { cause, evidence } = causeOf(inquest, probed);
  return {
    source: resolved.source.id,
    endpoint: endpoint.id,
    predicted: prediction.outcome,
    probed,
    notProbed,
    cause,
    evidence: { ...evidence, ...innerCode(prediction) },
  };
}

type Explained = { readonly cause: CauseFound['cause'] | null; readonly evidence: Verdict['evidence'] };

/** What was really seen goes before what was worked out: a handshake that verifies has no cause, one that fails unforeseen an unknown one. */
function causeOf(inquest: Inquest, probed: Verdict['probed']): Explained {
  const { outcome } = inquest.prediction;
  if (probed?.result === 'verifies') return { cause: null, evidence: {} };
  const found = findCause(inquest);
  if (found !== null || probed === null || probed.result === 'unknown')
    return found ?? { cause: null, evidence: {} };
  if (probed.result === outcome.result) return { cause: null, evidence: {} };
  const cause = probed.result === 'unverified' ? 'verificationOff' : 'unknown';
  return { cause, evidence: { error: probed.error, code: probed.code } };
}

/** Python 2.7 – 3.6 are told no number; it is worked out all the same (failures.md §7.1). */
function innerCode({ outcome, verification }: Prediction): Verdict['evidence'] {
  return verification === null || verification.ok || outcome.code !== null ? {} : { code: verification.code };
}

const MOST_NAMED = 5;

/** Beside what fails at an endpoint: which clients of the same Python verify it, else which of any. */
function withWhatWorks(verdicts: readonly Verdict[], sources: readonly ResolvedSource[]): Verdict[] {
  const bySource = new Map(sources.map(({ source }) => [source.id, source]));
  const working = new Map<string, TrustSource[]>();
  for (const { endpoint, source, cause } of verdicts) {
    const found = bySource.get(source);
    // What code does for itself is no help to the client in general.
    if (cause === null && found !== undefined && found.code === undefined)
      working.set(endpoint, [...(working.get(endpoint) ?? []), found]);
  }
  return verdicts.map((verdict) => {
    const others = working.get(verdict.endpoint) ?? [];
    if (verdict.cause === null || others.length === 0) return verdict;
    const python = bySource.get(verdict.source)?.python ?? null;
    const here = others.filter((other) => other.python === python);
    const names = [...new Set((here.length > 0 ? here : others).map(({ client }) => client))].toSorted();
    return {
      ...verdict,
      evidence: { ...verdict.evidence, stillWorks: names.slice(0, MOST_NAMED).join(', ') },
    };
  });
}

/** Where there are too many, those that say that something is wrong are kept; the order stays. */
function bounded(verdicts: readonly Verdict[]): Verdict[] {
  if (verdicts.length <= MAX_VERDICTS) return [...verdicts];
  const wrong = verdicts.filter(({ cause }) => cause !== null).slice(0, MAX_VERDICTS);
  let room = MAX_VERDICTS - wrong.length;
  const keep = new Set(wrong);
  return verdicts.filter((verdict) => keep.has(verdict) || (verdict.cause === null && room-- > 0));
}

/** The section `verdicts` of one host: everybody worth judging against every endpoint that was observed. */
export function diagnose(facts: DiagnosisFacts, options: DiagnoseOptions): VerdictsSection {
  return diagnoseSources(resolveSources(facts, MAX_SOURCES), facts, options);
}
