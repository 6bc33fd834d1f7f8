import type { RootCatalogue } from '@trustfleet/certificates';
import {
  diagnoseSources,
  resolveSources,
  variableContexts,
  type DiagnosisFacts,
  type ResolvedSource,
} from '@trustfleet/diagnosis';
import {
  afterRound,
  collectEndpoints,
  nextRound,
  type EndpointsResult,
  type ProxySettings,
  type ScheduleState,
} from '@trustfleet/endpoints';
import type { Host } from '@trustfleet/host';
import type { EndpointsSection, VerdictsSection } from '@trustfleet/protocol';
import type { CollectOptions } from '@trustfleet/python';
import { diagnosisFacts, type DiagnosedSections } from './diagnosis-facts.ts';
import {
  NO_ENDPOINT_FACTS,
  type EndpointFacts,
  type EndpointOrders,
  type KnownProbe,
} from './endpoint-facts.ts';
import { probeUnits, type ProbeOutcome } from './probe-units.ts';
import { unitsOf, whyNotProbed, type Unit } from './units.ts';

export interface JudgeInput {
  readonly host: Host;
  readonly collect: CollectOptions;
  readonly catalogue: RootCatalogue;
  /** As they were read just now, but for the endpoints. */
  readonly sections: DiagnosedSections;
  /** DER by SHA-256 of what they name. */
  readonly certificates: ReadonlyMap<string, Uint8Array>;
  readonly orders: EndpointOrders;
  readonly known: EndpointFacts | null;
  /** Shake hands where the schedule says so; without it what was seen before is judged anew. */
  readonly round: boolean;
  readonly wallClock: Date;
  /** In [0, 1). */
  readonly random: number;
}

export interface Judged {
  readonly endpoints: EndpointsSection;
  readonly verdicts: VerdictsSection;
  /** DER by SHA-256 of what endpoints presented. */
  readonly certificates: ReadonlyMap<string, Uint8Array>;
  readonly facts: EndpointFacts;
}

/**
 * Which program of this host verifies which endpoint. Endpoints are looked at and Pythons run as the schedule says: at most 60 handshakes
 * an hour, an endpoint every 15 minutes, a probe when its facts or the chain changed, else once a day.
 */
export async function judgeHost(input: JudgeInput): Promise<Judged> {
  const known = input.known ?? NO_ENDPOINT_FACTS;
  const seen = readSeen(known.seen);
  const before = factsWith(input, seen);
  const resolved = resolveSources(before);
  const units = unitsOf(resolved, input.orders.configured, before.sections.endpoints);
  const state = stateOf(input, known, units);
  const now = input.wallClock.getTime();
  const round = input.round ? nextRound(state, now, input.random) : null;
  const due = new Set(round?.observe);
  const endpoints = await look(input, { due, known: seen, facts: before });
  const facts = factsWith(input, endpoints);
  const chosen = units.filter(({ key }) => round?.probe.includes(key) === true);
  const probed = await probeUnits(chosen, { host: input.host, collect: input.collect, facts });
  const current = unitsOf(resolved, input.orders.configured, endpoints.section);
  const probes = probesOf(current, { known: known.probes, probed, now });
  const after = round === null || round.handshakes === 0 ? state : afterRound(state, round, now);
  return {
    endpoints: endpoints.section,
    verdicts: verdictsOf(input, { resolved, facts, probes, units: current }),
    certificates: endpoints.certificates,
    facts: {
      schedule: { lastRoundAt: after.lastRoundAt, spent: [...after.spent], endpoints: [...after.endpoints] },
      nextAt: round?.nextAt ?? known.nextAt,
      seen: writeSeen(endpoints),
      probes,
    },
  };
}

function factsWith(input: JudgeInput, seen: EndpointsResult | null): DiagnosisFacts {
  const certificates = new Map([...input.certificates, ...(seen?.certificates ?? [])]);
  const { wallClock, sections } = input;
  return diagnosisFacts(seen === null ? sections : { ...sections, endpoints: seen.section }, {
    platform: input.host.platform,
    certificates,
    clockOffsetMs: input.orders.clockOffsetMs,
    wallClock,
  });
}

async function look(
  { host, orders, catalogue, certificates, wallClock }: JudgeInput,
  more: {
    readonly due: ReadonlySet<string>;
    readonly known: EndpointsResult | null;
    readonly facts: DiagnosisFacts;
  },
): Promise<EndpointsResult> {
  return collectEndpoints(host, {
    endpoints: orders.configured,
    due: more.due,
    known: more.known,
    proxy: proxyOf(more.facts),
    catalogue,
    anchors: certificates.values(),
    now: wallClock,
  });
}

/** Of the machine's context: what the observer takes is what a service would. A proxy whose credentials are masked cannot be used. */
export function proxyOf(facts: DiagnosisFacts): ProxySettings {
  const [machine] = variableContexts(facts);
  const value = (name: string): string | null => machine?.values.get(name)?.value ?? null;
  return { httpsProxy: value('HTTPS_PROXY'), noProxy: value('NO_PROXY') };
}

function stateOf({ orders }: JudgeInput, known: EndpointFacts, units: readonly Unit[]): ScheduleState {
  const looked = new Map(known.schedule.endpoints.map(({ id, lastAt }) => [id, lastAt]));
  const probed = new Map(known.probes.map((one) => [one.key, one]));
  const addresses = new Map(
    known.seen?.section.endpoints.map(({ id, host, port }) => [id, `${host} ${port}`]),
  );
  return {
    ...known.schedule,
    // Another address under the same id is another endpoint, which nobody has looked at.
    endpoints: orders.configured.map(({ id, host, port }) => ({
      id,
      lastAt: addresses.get(id) === `${host} ${port}` ? (looked.get(id) ?? null) : null,
    })),
    units: units.map(({ key, fingerprint, endpoint, sources }) => {
      const last = probed.get(key);
      return {
        key,
        endpoint: endpoint.id,
        handshakes: sources.length,
        lastAt: last?.lastAt ?? null,
        changed: orders.probeAgain || (last !== undefined && last.fingerprint !== fingerprint),
      };
    }),
  };
}

/** Of units that still are there: what was found now, else what was found before. */
function probesOf(
  units: readonly Unit[],
  by: {
    readonly known: readonly KnownProbe[];
    readonly probed: ReadonlyMap<string, readonly ProbeOutcome[]>;
    readonly now: number;
  },
): KnownProbe[] {
  const known = new Map(by.known.map((one) => [one.key, one]));
  return units.slice(0, MAX_PROBES).flatMap(({ key, fingerprint }) => {
    const outcomes = by.probed.get(key);
    if (outcomes !== undefined) return [{ key, fingerprint, lastAt: by.now, outcomes: [...outcomes] }];
    return known.get(key) ?? [];
  });
}

/** As many as are kept between two scans: at 60 handshakes an hour more would never have their turn. */
const MAX_PROBES = 5000;

const STALE = 'not probed again since something changed';
const NEVER = 'not probed yet';

function verdictsOf(
  { orders, catalogue }: JudgeInput,
  judged: {
    readonly resolved: readonly ResolvedSource[];
    readonly facts: DiagnosisFacts;
    readonly probes: readonly KnownProbe[];
    readonly units: readonly Unit[];
  },
): VerdictsSection {
  const fingerprints = new Map(judged.units.map(({ key, fingerprint }) => [key, fingerprint]));
  const found = new Map<string, ProbeOutcome>();
  for (const { key, fingerprint, outcomes } of judged.probes)
    for (const one of outcomes)
      found.set(
        `${one.source} ${one.endpoint}`,
        // What a probe found holds as long as nothing changed that it depends on.
        fingerprints.get(key) === fingerprint ? one : { ...one, probed: null, notProbed: STALE },
      );
  const never = new Map(judged.resolved.map((one) => [one.source.id, whyNotProbed(one)]));
  return diagnoseSources(judged.resolved, judged.facts, {
    configured: orders.configured,
    catalogue,
    probed(source, endpoint) {
      const reason = never.get(source.id) ?? null;
      if (reason !== null) return { probed: null, notProbed: reason.slice(0, 512) };
      const { probed, notProbed } = found.get(`${source.id} ${endpoint}`) ?? {
        probed: null,
        notProbed: NEVER,
      };
      return { probed, notProbed };
    },
  });
}

function readSeen(seen: EndpointFacts['seen']): EndpointsResult | null {
  if (seen === null) return null;
  const certificates = seen.certificates.map(([sha256, der]): [string, Uint8Array] => [
    sha256,
    Buffer.from(der, 'base64'),
  ]);
  return { section: seen.section, certificates: new Map(certificates), shownAt: new Map(seen.shownAt) };
}

function writeSeen({ section, certificates, shownAt }: EndpointsResult): EndpointFacts['seen'] {
  return {
    section,
    certificates: [...certificates].map(([sha256, der]) => [sha256, Buffer.from(der).toString('base64')]),
    shownAt: [...(shownAt ?? [])],
  };
}
