import {
  clip,
  type ConfiguredEndpoint,
  type TrustSource,
  type Verdict,
  type VerdictCause,
  type VerdictOutcome,
} from '@trustfleet/protocol';
import { findingKey } from '../../finding-key.ts';
import type { Cause, FindingEvidence, FindingSeverity, PolicyFinding } from '../../types.ts';
import { SEVERITIES } from './severities.ts';
import { outcomeOf, predictionDiffers } from './verdict-standing.ts';

/** One verdict with what it is about. */
export interface Judged {
  readonly verdict: Verdict;
  readonly source: TrustSource;
  readonly endpoint: ConfiguredEndpoint;
}

/** A finding says whose programs these are; a machine with more accounts says how many. */
const MAX_ACCOUNTS = 20;
/** Facts that a host gives to one finding, and the longest text of one: rows are kept for years. */
const MAX_FACTS = 24;
const MAX_TEXT = 512;

/** Null where it verifies, or where nothing can be said and nobody knows why. */
function causeOf({ cause }: Verdict, { result }: VerdictOutcome): VerdictCause | null {
  if (result === 'verifies') return null;
  if (result === 'unverified') return cause ?? 'verificationOff';
  if (result === 'unknown') return cause === 'unknown' ? null : cause;
  return cause ?? 'unknown';
}

/** What fails of one trust source at one endpoint; null where nothing does. */
export function failure(judged: Judged): PolicyFinding | null {
  const outcome = outcomeOf(judged.verdict);
  const by = outcome === judged.verdict.probed ? 'probe' : 'prediction';
  const cause = causeOf(judged.verdict, outcome);
  if (cause === null) return null;
  return finding(judged, {
    ...{ kind: 'client', cause, severity: SEVERITIES[cause] },
    evidence: { ...factsOf(judged.verdict), by, code: outcome.code, error: short(outcome.error) },
  });
}

/** Prediction and probe both said something, and not the same: one of the two is wrong, and that is ours to mend. */
export function contradiction(judged: Judged): PolicyFinding | null {
  const { predicted, probed } = judged.verdict;
  if (probed === null || !predictionDiffers(judged.verdict)) return null;
  return finding(judged, {
    ...{ kind: 'clientPrediction', cause: 'predictionDiffers', severity: 'warning' },
    evidence: {
      predicted: predicted.result,
      predictedCode: predicted.code,
      probed: probed.result,
      probedCode: probed.code,
      error: short(probed.error ?? predicted.error),
    },
  });
}

interface Parts {
  readonly kind: string;
  readonly cause: Cause;
  readonly severity: FindingSeverity;
  readonly evidence: FindingEvidence;
}

function finding({ source, endpoint }: Judged, { kind, cause, severity, evidence }: Parts): PolicyFinding {
  const rule = 'endpointsVerify';
  const { id, name, host, port } = endpoint;
  const accounts = [...new Set(source.accounts)].sort();
  return {
    key: findingKey({ rule, kind, subject: JSON.stringify([source.id, id]), anchor: null }),
    rule,
    cause,
    severity,
    subject: {
      kind: 'client',
      python: source.python,
      client: source.client,
      endpoint: { id, name, host, port },
      accounts: accounts.slice(0, MAX_ACCOUNTS),
    },
    anchor: null,
    evidence: {
      ...evidence,
      ...(source.install === null ? {} : { install: clip(source.install, MAX_TEXT) }),
      ...(source.version === null ? {} : { version: source.version }),
      ...(accounts.length > MAX_ACCOUNTS ? { accounts: accounts.length } : {}),
    },
  };
}

function factsOf({ evidence }: Verdict): FindingEvidence {
  const facts = Object.entries(evidence).slice(0, MAX_FACTS);
  return Object.fromEntries(
    facts.map(([name, value]) => [name, typeof value === 'string' ? short(value) : value]),
  );
}

function short(text: string | null): string | null {
  return text === null ? null : clip(text, MAX_TEXT);
}
