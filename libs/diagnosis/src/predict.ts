import type { ObservedEndpoint, VerdictOutcome } from '@trustfleet/protocol';
import type { Verification } from '@trustfleet/certificates';
import type { ResolvedSource } from './consumer.ts';
import type { DiagnosisFacts } from './facts.ts';

/** A {@link VerdictOutcome} with what causes need and the wire does not. */
export interface Prediction {
  readonly outcome: VerdictOutcome;
  /** What OpenSSL makes of the chain, also for clients that are told no number (Python 2.7 – 3.6); null where none was judged. */
  readonly verification: Verification | null;
  /** What is presented to this client: to one that names no server it may be another chain. SHA-256, leaf first. */
  readonly chain: readonly string[];
}

/** Predicts with the certificates of one set of facts; keeps what it read of them. */
export interface Predictor {
  predict(resolved: ResolvedSource, endpoint: ObservedEndpoint): Prediction;
}

export type CreatePredictor = (facts: DiagnosisFacts) => Predictor;

/** One prediction; for many of one set of facts make a {@link Predictor}. */
export type Predict = (
  resolved: ResolvedSource,
  endpoint: ObservedEndpoint,
  facts: DiagnosisFacts,
) => VerdictOutcome;
