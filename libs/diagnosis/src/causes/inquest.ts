import {
  type CertificateFacts,
  createFactsCache,
  type RootCatalogue,
  type Verification,
} from '@trustfleet/certificates';
import type { ObservedEndpoint, TrustStep, Verdict, VerdictCause } from '@trustfleet/protocol';
import type { ResolvedSource } from '../consumer.ts';
import type { DiagnosisFacts } from '../facts.ts';
import type { Prediction, Predictor } from '../predict.ts';

/** The one cause of a verdict that does not verify, with the facts that its words are made of. */
export interface CauseFound {
  readonly cause: VerdictCause;
  readonly evidence: Verdict['evidence'];
}

/** Everything that one cause is looked for in. */
export interface Inquest {
  readonly resolved: ResolvedSource;
  readonly endpoint: ObservedEndpoint;
  readonly prediction: Prediction;
  readonly facts: DiagnosisFacts;
  readonly predictor: Predictor;
  readonly catalogue: RootCatalogue;
  readonly certificates: CertificateReader;
}

/** Null: another one's matter. */
export type FindCause = (inquest: Inquest) => CauseFound | null;

export interface CertificateReader {
  /** Null for what is not held or is no certificate. */
  facts(sha256: string): CertificateFacts | null;
}

export function createCertificateReader(predictor: Predictor): CertificateReader {
  const cache = createFactsCache();
  return {
    facts(sha256) {
      const der = predictor.certificates.certificate(sha256);
      return der === null ? null : cache.factsOf(sha256, der);
    },
  };
}

/** The verification that failed; null where none was made. */
export function failed({ prediction: { verification } }: Inquest): Verification | null {
  return verification === null || verification.ok ? null : verification;
}

/** Anchors of everybody on this host: what would be if this client had them all. */
export function withEverything({ predictor, resolved, endpoint }: Inquest): Verification | null {
  const { everything } = predictor.certificates;
  return predictor.verify(resolved, endpoint, { anchors: everything });
}

/**
 * The step by which the anchors were reached, or at which loading them failed. A default place that is not there decides only where nothing
 * else does: of the two that Python has, one is nearly always empty (python-tls.md §3).
 */
export function decidingStep({ resolved: { source } }: Inquest): TrustStep | null {
  const deciding = source.steps.filter(({ outcome }) => outcome === 'used' || outcome === 'failed');
  const failing = deciding.find((one) => one.outcome === 'failed' && one.kind !== 'pythonDefault');
  return failing ?? deciding.find(({ outcome }) => outcome === 'used') ?? deciding[0] ?? null;
}

/** Where a step leads and who says so. */
export function stepEvidence(step: TrustStep | null): Verdict['evidence'] {
  if (step === null) return {};
  return {
    ...(step.kind === 'variable' && step.name !== null ? { variable: step.name } : {}),
    ...(step.value === null ? {} : { path: step.value }),
    ...(step.definedIn === null ? {} : { definedIn: step.definedIn }),
    ...(step.reason === null ? {} : { reason: step.reason }),
  };
}

/** Where code decides for itself: file, line, the file that it trusts. Empty for a client in general. */
export function codeEvidence({ resolved: { consumer } }: Inquest): Verdict['evidence'] {
  const { code } = consumer;
  if (code === undefined) return {};
  const { path, line, places, argument, target } = code;
  const more = places > 1 ? { places } : {};
  return { file: path, line, argument, ...(target === null ? {} : { value: target }), ...more };
}

/** Names, fingerprint and last day of one certificate. */
export function certificateEvidence(
  { certificates }: Inquest,
  sha256: string | undefined,
): Verdict['evidence'] {
  const facts = sha256 === undefined ? null : certificates.facts(sha256);
  if (facts === null) return sha256 === undefined ? {} : { certificate: sha256 };
  const { subject, issuer, notBefore, notAfter } = facts;
  return {
    certificate: facts.sha256,
    subject: subject.slice(0, 512),
    issuer: issuer.slice(0, 512),
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
  };
}
