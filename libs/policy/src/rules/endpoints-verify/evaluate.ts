import type { ConfiguredEndpoint, TrustSource } from '@trustfleet/protocol';
import { findingKey } from '../../finding-key.ts';
import type { EndpointsVerifyPolicy, HostFacts, PolicyFinding } from '../../types.ts';
import { contradiction, failure, type Judged } from './verdict-finding.ts';

/** Findings that one host may have under this rule, with the one that says how many are left out: a host may claim 5000 failures. */
export const MAX_FINDINGS = 200;

/** Verdicts about what is configured for this host now; what the host says of other endpoints, or of a source that it does not name, is nothing. */
export function evaluate(
  _parameters: EndpointsVerifyPolicy['parameters'],
  { verdicts, configuredEndpoints }: HostFacts,
): PolicyFinding[] {
  if (verdicts === undefined || configuredEndpoints === undefined) return [];
  const sources = new Map(verdicts.sources.map((source) => [source.id, source]));
  const endpoints = new Map(configuredEndpoints.map((endpoint) => [endpoint.id, endpoint]));
  const judged = verdicts.verdicts.flatMap((verdict): Judged[] => {
    const source = sources.get(verdict.source);
    const endpoint = endpoints.get(verdict.endpoint);
    if (source === undefined || endpoint === undefined) return [];
    return concerns(endpoint, source) ? [{ verdict, source, endpoint }] : [];
  });
  const found = judged.flatMap((one) => [failure(one), contradiction(one)]).filter((one) => one !== null);
  return bounded([...new Map(found.map((finding) => [finding.key, finding])).values()]);
}

/** Only some clients may have to reach it: the host may not have heard of that yet. */
function concerns({ clients }: ConfiguredEndpoint, { client }: TrustSource): boolean {
  return clients.length === 0 || clients.includes(client);
}

/** The worst ones, always the same of equal ones, and what is left out in one more. */
function bounded(findings: readonly PolicyFinding[]): PolicyFinding[] {
  if (findings.length <= MAX_FINDINGS) return [...findings];
  const worstFirst = [...findings].sort((a, b) => compare(a.severity, b.severity) || compare(a.key, b.key));
  const left = worstFirst.slice(MAX_FINDINGS - 1);
  return [...worstFirst.slice(0, MAX_FINDINGS - 1), summary(left)];
}

function summary(left: readonly PolicyFinding[]): PolicyFinding {
  const rule = 'endpointsVerify';
  const counts: Record<string, number> = {};
  for (const { cause } of left) counts[cause] = (counts[cause] ?? 0) + 1;
  return {
    key: findingKey({ rule, kind: 'clients', subject: 'more', anchor: null }),
    rule,
    cause: 'moreFindings',
    severity: left.some(({ severity }) => severity === 'blocker') ? 'blocker' : 'warning',
    subject: { kind: 'clients', more: left.length },
    anchor: null,
    evidence: counts,
  };
}

/** `blocker` stands before `warning` in the alphabet too. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
