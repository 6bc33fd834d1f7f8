import type { ResolvedSource } from '@trustfleet/diagnosis';
import { HANDSHAKES_PER_UNIT } from '@trustfleet/endpoints';
import type {
  ClientName,
  ConfiguredEndpoint,
  EndpointsSection,
  ObservedEndpoint,
  PythonEnvironment,
} from '@trustfleet/protocol';
import { sha256Hex } from '@trustfleet/signing';

/** One Python under one set of variables against one endpoint: what is probed in one process. */
export interface Unit {
  /** Equal for the same at the next look. */
  readonly key: string;
  /** Changes with whatever could make it come out otherwise: what the sources trust, what the endpoint shows. */
  readonly fingerprint: string;
  readonly endpoint: ConfiguredEndpoint;
  readonly python: PythonEnvironment;
  readonly context: ResolvedSource['consumer']['context'];
  readonly sources: readonly ResolvedSource[];
}

/** Judged by what is configured alone (issue, "by resolution only"): no Python runs them. */
const RESOLVED_ONLY: readonly ClientName[] = ['curl', 'git', 'node', 'conda'];

/** Why a source is never probed; null where it may be. */
export function whyNotProbed({ consumer, source }: ResolvedSource): string | null {
  const { python, code } = consumer;
  if (code !== undefined) return 'predicted only: what code says for its own calls is worked out, not run';
  if (python === null || RESOLVED_ONLY.includes(source.client))
    return 'predicted only: this client is judged by its settings';
  if (python.facts === 'static')
    return `predicted only: ${python.notRunBecause ?? 'this Python is read from its files alone'}`;
  return null;
}

/** Everything that can be probed, in parts of which none shakes more hands than the schedule gives to one. */
export function unitsOf(
  resolved: readonly ResolvedSource[],
  endpoints: readonly ConfiguredEndpoint[],
  section: EndpointsSection,
): Unit[] {
  const observed = new Map(section.endpoints.map((one) => [one.id, one]));
  return groupsOf(resolved).flatMap((group) =>
    endpoints.flatMap((endpoint) => {
      const sources = group.sources.filter(
        ({ source }) => endpoint.clients.length === 0 || endpoint.clients.includes(source.client),
      );
      return partsOf(sources).map((part, index): Unit => {
        const key = digestOf([group.key, endpoint.id, index]);
        const fingerprint = fingerprintOf(part, endpoint, observed.get(endpoint.id));
        const { python, context } = group;
        return { key, fingerprint, endpoint, python, context, sources: part };
      });
    }),
  );
}

interface Group extends Pick<Unit, 'python' | 'context'> {
  readonly key: string;
  readonly sources: ResolvedSource[];
}

function groupsOf(resolved: readonly ResolvedSource[]): Group[] {
  const groups = new Map<string, Group>();
  for (const one of resolved) {
    const { python, context } = one.consumer;
    if (python === null || whyNotProbed(one) !== null) continue;
    const key = digestOf([python.path, context.accounts, context.services ?? [], valuesOf(context)]);
    const group = groups.get(key) ?? { key, python, context, sources: [] };
    group.sources.push(one);
    groups.set(key, group);
  }
  return [...groups.values()];
}

export function valuesOf({ values }: Unit['context']): [name: string, value: string][] {
  return [...values].map(([name, { value }]): [string, string] => [name, value]).sort(byName);
}

const byName = ([a]: [string, string], [b]: [string, string]): number => (a < b ? -1 : Number(a > b));

function partsOf<T>(items: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < items.length; at += HANDSHAKES_PER_UNIT)
    parts.push(items.slice(at, at + HANDSHAKES_PER_UNIT));
  return parts;
}

function fingerprintOf(
  sources: readonly ResolvedSource[],
  { host, port }: ConfiguredEndpoint,
  seen: ObservedEndpoint | undefined,
): string {
  const trusted = sources.map(({ source, consumer: { python } }) => {
    const { id, client, install, version, state, error, digest } = source;
    return [id, client, install, version, state, error, digest, python?.version, python?.openssl];
  });
  return digestOf([trusted, host, port, seen?.network, seen?.chain, seen?.chainWithoutName]);
}

const digestOf = (value: unknown): string => sha256Hex(JSON.stringify(value)).slice(0, 32);
