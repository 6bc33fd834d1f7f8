import type { ConfiguredEndpoint, TrustSource } from '@trustfleet/protocol';
import type { EndpointsVerifyPolicy, HostFacts, PolicyFinding } from '../../types.ts';
import { mostFindings } from '../most-findings.ts';
import { contradiction, failure, type Judged } from './verdict-finding.ts';

/**
 * Verdicts about what is configured for this host now; what the host says of other endpoints, or of a source that it does not name, is
 * nothing. What code says for its own calls is the matter of `codeDecides`, once and not for each Python and endpoint (decision 0011).
 */
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
    return (source.code ?? null) === null && concerns(endpoint, source)
      ? [{ verdict, source, endpoint }]
      : [];
  });
  const found = judged.flatMap((one) => [failure(one), contradiction(one)]).filter((one) => one !== null);
  return mostFindings('endpointsVerify', found, (more) => ({ kind: 'clients', more }));
}

/** Only some clients may have to reach it: the host may not have heard of that yet. */
function concerns({ clients }: ConfiguredEndpoint, { client }: TrustSource): boolean {
  return clients.length === 0 || clients.includes(client);
}
