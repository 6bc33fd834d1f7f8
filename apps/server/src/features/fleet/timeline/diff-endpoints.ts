import type { SectionDifference } from '@trustfleet/api';
import type { EndpointsSection, ObservedEndpoint } from '@trustfleet/protocol';
import { diffProblems } from './diff-problems.ts';
import { appeared, changedFact, compare, left } from './difference.ts';

/** What endpoints show, by the endpoint's id: a name that points elsewhere is still the same endpoint. */
export function diffEndpoints(before: EndpointsSection, after: EndpointsSection): SectionDifference[] {
  const endpoints = compare(before.endpoints, after.endpoints, ({ id }) => id);
  const what = ({ host, port }: ObservedEndpoint) => ({
    kind: 'endpoint' as const,
    name: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
    where: null,
  });
  return [
    ...endpoints.appeared.map((endpoint) => appeared({ ...what(endpoint), after: endpoint.network })),
    ...endpoints.left.map((endpoint) => left({ ...what(endpoint), before: endpoint.network })),
    ...endpoints.both.flatMap(([was, is]) =>
      FACTS.flatMap((fact) => changedFact(what(is), fact(was), fact(is))),
    ),
    ...diffProblems(before.problems, after.problems),
  ];
}

/** Each as people read it: who interposes himself is worth more than the chain that follows from it. */
const FACTS: readonly ((endpoint: ObservedEndpoint) => string | null)[] = [
  ({ network }) => network,
  ({ proxy }) => proxy,
  ({ interception }) => interception?.issuer ?? null,
  ({ chain }) => (chain.length === 0 ? null : chain.join(' ')),
  ({ chainWithoutName }) => chainWithoutName?.join(' ') ?? null,
  ({ tls }) => tls,
];
