import type { RootCatalogue } from '@trustfleet/certificates';
import { diagnoseSources, resolveSources, type ResolvedSource } from '@trustfleet/diagnosis';
import { collectEndpoints } from '@trustfleet/endpoints';
import type { Host } from '@trustfleet/host';
import type { ConfiguredEndpoint, EndpointsSection, VerdictsSection } from '@trustfleet/protocol';
import type { CollectOptions } from '@trustfleet/python';
import { diagnosisFacts, type DiagnosedSections } from './diagnosis-facts.ts';
import { proxyOf } from './judge-host.ts';
import { probeUnits } from './probe-units.ts';
import { unitsOf, whyNotProbed, type Unit } from './units.ts';

export interface JudgeNowInput {
  readonly host: Host;
  readonly collect: CollectOptions;
  readonly catalogue: RootCatalogue;
  readonly sections: DiagnosedSections;
  readonly certificates: ReadonlyMap<string, Uint8Array>;
  readonly endpoints: readonly ConfiguredEndpoint[];
  readonly probe: boolean;
  /** Which of all that could be judged is worth it. */
  readonly relevant: (resolved: ResolvedSource) => boolean;
  /** See {@link ProbeOptions.asCaller}. */
  readonly asCaller: boolean;
  readonly wallClock: Date;
  /** Wall clock of the host minus server time; null or absent where it is not known. */
  readonly clockOffsetMs?: number | null;
  /** Ids of trust source and endpoint, between them a space: no other is probed. Null or absent for all. */
  readonly only?: ReadonlySet<string> | null;
  readonly onProgress: (sentence: string) => void;
}

/** As `judgeHost`, once and all of it: a person asks, and waits. */
export async function judgeNow(input: JudgeNowInput): Promise<{
  readonly endpoints: EndpointsSection;
  readonly verdicts: VerdictsSection;
  readonly resolved: readonly ResolvedSource[];
  /** DER by SHA-256 of what the endpoints presented. */
  readonly certificates: ReadonlyMap<string, Uint8Array>;
}> {
  const { host, catalogue, collect, sections, endpoints } = input;
  const { clockOffsetMs = null, only = null, wallClock } = input;
  const shared = { platform: host.platform, clockOffsetMs, wallClock };
  const before = diagnosisFacts(sections, { ...shared, certificates: input.certificates });
  const seen = await collectEndpoints(host, {
    endpoints,
    due: new Set(endpoints.map(({ id }) => id)),
    known: null,
    proxy: proxyOf(before),
    catalogue,
    anchors: input.certificates.values(),
    now: wallClock,
  });
  const certificates = new Map([...input.certificates, ...seen.certificates]);
  const facts = diagnosisFacts({ ...sections, endpoints: seen.section }, { ...shared, certificates });
  const resolved = resolveSources(facts).filter(input.relevant);
  // Who cannot be reached proves nothing about trust, and would be waited for again and again.
  const reached = new Set(
    seen.section.endpoints.filter(({ network }) => network === 'connected').map(({ id }) => id),
  );
  const units = input.probe
    ? asked(unitsOf(resolved, endpoints, seen.section), only).filter(({ endpoint }) =>
        reached.has(endpoint.id),
      )
    : [];
  const outcomes = await probeUnits(units, {
    ...{ host, collect, facts, asCaller: input.asCaller },
    onProgress: (python, left) => {
      input.onProgress(`Probing ${python} (${left} to go) …`);
    },
  });
  const found = new Map([...outcomes.values()].flat().map((one) => [`${one.source} ${one.endpoint}`, one]));
  const never = new Map(resolved.map((one) => [one.source.id, whyNotProbed(one)]));
  const verdicts = diagnoseSources(resolved, facts, {
    configured: endpoints,
    catalogue,
    probed(source, endpoint) {
      const outcome = found.get(`${source.id} ${endpoint}`);
      if (outcome !== undefined) return { probed: outcome.probed, notProbed: outcome.notProbed };
      return { probed: null, notProbed: (never.get(source.id) ?? 'predicted only').slice(0, 512) };
    },
  });
  return { endpoints: seen.section, verdicts, resolved, certificates: seen.certificates };
}

/** Of each unit what is among these points. */
function asked(units: readonly Unit[], only: ReadonlySet<string> | null): Unit[] {
  if (only === null) return [...units];
  return units
    .map((unit) => ({
      ...unit,
      sources: unit.sources.filter(({ source }) => only.has(`${source.id} ${unit.endpoint.id}`)),
    }))
    .filter(({ sources }) => sources.length > 0);
}
