import { type Verification, verifyChain, type VerifyRequest } from '@trustfleet/certificates';
import { clip, type ObservedEndpoint, type VerdictOutcome } from '@trustfleet/protocol';
import type { ResolvedSource } from './consumer.ts';
import type { DiagnosisFacts } from './facts.ts';
import { type HeldCertificates, holdCertificates } from './prediction/certificates.ts';
import { NETWORK_ERRORS, verifyErrorText } from './prediction/error-text.ts';
import { nameRulesOf, refusesAddresses, tellsCode } from './prediction/name-rules.ts';
import { retriedError } from './prediction/retried-error.ts';

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
  /** What would be if something were otherwise. Null where a certificate of the chain is not held. */
  verify(resolved: ResolvedSource, endpoint: ObservedEndpoint, otherwise?: Otherwise): Verification | null;
  readonly certificates: HeldCertificates;
}

export type Otherwise = Partial<Pick<VerifyRequest, 'anchors' | 'at' | 'openssl' | 'serverName'>> & {
  /** Fingerprints; by default what is presented to this client. */
  readonly presented?: readonly string[];
};

export function createPredictor(facts: DiagnosisFacts): Predictor {
  const certificates = holdCertificates(facts);
  const verify: Predictor['verify'] = (resolved, endpoint, otherwise = {}) => {
    const chain = (otherwise.presented ?? presentedTo(resolved, endpoint)).map((sha256) =>
      certificates.certificate(sha256),
    );
    if (chain.length === 0 || !chain.every((der) => der !== null)) return null;
    return verifyChain({
      chain,
      anchors: otherwise.anchors ?? certificates.anchors(resolved.anchors).set,
      at: otherwise.at ?? clientsTime(facts),
      serverName: otherwise.serverName ?? (resolved.checksName ? endpoint.host : null),
      nameRules: nameRulesOf(resolved.consumer, resolved.source.steps),
      openssl: otherwise.openssl ?? resolved.openssl,
    });
  };
  const atOldest = (resolved: ResolvedSource, endpoint: ObservedEndpoint): Verification | null => {
    const { opensslAtOldest: openssl } = resolved;
    return openssl === undefined ? null : verify(resolved, endpoint, { openssl });
  };
  const predict: Predictor['predict'] = (resolved, endpoint) => {
    const chain = presentedTo(resolved, endpoint);
    const known = withoutHandshake(resolved, endpoint) ?? nothingToJudge(chain, certificates);
    if (known !== null) return { outcome: known, verification: null, chain };
    const verification = verify(resolved, endpoint);
    const outcome =
      verification === null ? unknown('nothing was presented') : outcomeOf(resolved, verification);
    const otherwise = atOldest(resolved, endpoint);
    if (verification !== null && otherwise !== null && otherwise.ok !== verification.ok)
      return { outcome: unknown(whichOpenSsl(verification, otherwise)), verification: null, chain };
    const { missing } = certificates.anchors(resolved.anchors);
    return verification !== null && !verification.ok && missing > 0
      ? {
          outcome: unknown(`${missing} of its anchors are known by their fingerprint alone`),
          verification,
          chain,
        }
      : { outcome, verification, chain };
  };
  return { predict, verify, certificates };
}

/** One prediction; for many of one set of facts make a {@link Predictor}. */
export function predict(
  resolved: ResolvedSource,
  endpoint: ObservedEndpoint,
  facts: DiagnosisFacts,
): VerdictOutcome {
  return createPredictor(facts).predict(asReached(resolved, endpoint), endpoint).outcome;
}

/** What a client goes by on its way to this endpoint. */
export function asReached(resolved: ResolvedSource, { proxy }: ObservedEndpoint): ResolvedSource {
  return proxy === null ? resolved : { ...resolved, ...resolved.throughProxy };
}

/** Uploads of 3.0.36 – 3.8.1 name no server and get its default certificate (shotgrid.md §1.4). */
export function presentedTo({ sendsName }: ResolvedSource, endpoint: ObservedEndpoint): readonly string[] {
  return sendsName ? endpoint.chain : (endpoint.chainWithoutName ?? endpoint.chain);
}

/** OpenSSL goes by the wall clock of the host, right or wrong. */
export function clientsTime({ now, clockOffsetMs }: Pick<DiagnosisFacts, 'now' | 'clockOffsetMs'>): Date {
  return new Date(now.getTime() + (clockOffsetMs ?? 0));
}

function withoutHandshake(
  { source, consumer }: ResolvedSource,
  endpoint: ObservedEndpoint,
): VerdictOutcome | null {
  if (endpoint.network !== 'connected') {
    const text = NETWORK_ERRORS[endpoint.network];
    return fails(null, endpoint.detail === null ? text : `${text}: ${endpoint.detail}`);
  }
  // Measured with pip 24.2 – 26.0.
  if (refusesAddresses(consumer, source.steps) && /^[\d.]+$|:/.test(endpoint.host))
    return fails(null, 'ValueError: check_hostname requires server_hostname');
  if (source.state === 'anchors') return null;
  if (source.state === 'verificationOff') return { result: 'unverified', code: null, error: null };
  return source.state === 'unknown'
    ? unknown(source.error ?? 'no reason is given')
    : fails(null, source.error);
}

function nothingToJudge(chain: readonly string[], certificates: HeldCertificates): VerdictOutcome | null {
  if (chain.length === 0) return fails(null, 'the server ended the handshake without a certificate');
  return chain.every((sha256) => certificates.certificate(sha256) !== null)
    ? null
    : unknown('a certificate that was presented is known by its fingerprint alone');
}

function outcomeOf(resolved: ResolvedSource, { ok, code }: Verification): VerdictOutcome {
  if (ok) return { result: 'verifies', code: null, error: null };
  const { consumer, openssl, source } = resolved;
  if (isNameMismatch(code) && nameRulesOf(consumer, source.steps).checked === 'afterwards')
    return fails(null, 'the host name does not match the certificate');
  return tellsCode(consumer)
    ? fails(code, retriedError(consumer) ?? verifyErrorText(code, openssl))
    : fails(null, retriedError(consumer) ?? 'certificate verify failed');
}

/** Two OpenSSLs that this Python may have disagree, and nobody asked it. */
function whichOpenSsl(newest: Verification, oldest: Verification): string {
  const said = ({ ok, code }: Verification): string => (ok ? 'verifies' : `fails with code ${code}`);
  return `it depends on its OpenSSL, which is not known: with 1.0.2 it ${said(oldest)}, with 3.0 it ${said(newest)}`;
}

export function isNameMismatch(code: number): boolean {
  return code === 62 || code === 64;
}

function fails(code: number | null, error: string | null): VerdictOutcome {
  return { result: 'fails', code, error: error === null ? null : clip(error, 512) };
}

function unknown(error: string): VerdictOutcome {
  return { result: 'unknown', code: null, error: clip(error, 512) };
}
