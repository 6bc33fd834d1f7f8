import { isIP } from 'node:net';
import { createAnchorSet, sha256Hex, type AnchorSet } from '@trustfleet/certificates';
import { judgeInterception } from '@trustfleet/diagnosis';
import {
  clip,
  MAX_ENDPOINTS,
  type ConfiguredEndpoint,
  type EndpointsSection,
  type ObservedEndpoint,
} from '@trustfleet/protocol';
import type { EndpointLook, EndpointPorts } from '../ports.ts';
import type { CollectEndpointsOptions, EndpointsResult } from '../types.ts';
import { keepShown, type Seen } from './keep-shown.ts';
import { proxyFor } from './proxy-for.ts';

const TIMEOUT_MS = 10_000;
/** Few at a time: a studio's way out is shared by all its hosts. */
const WORKERS = 4;
/** As many as the section takes. */
const MAX_CHAIN = 32;
/** Real ones have some kilobytes; the wire takes 96 KiB. */
const MAX_CERTIFICATE_BYTES = 64 * 1024;

/**
 * What the configured endpoints show: those that are due are looked at, twice each where they have a name (with it and without, shotgrid.md
 * §1.4); of the others the last look stays. Nobody is verified and nothing is sent. Never rejects for what it meets.
 */
export async function collectEndpoints(
  ports: EndpointPorts,
  options: CollectEndpointsOptions,
): Promise<EndpointsResult> {
  const endpoints = options.endpoints.slice(0, MAX_ENDPOINTS);
  const anchors = createAnchorSet(options.anchors);
  const looks = await inTurn(endpoints, async (endpoint) => {
    const last = lastLook(endpoint, options);
    // A configured endpoint that was never looked at is no fact yet: it stands in the section when it was.
    if (!options.due.has(endpoint.id)) return last;
    const now = await look(ports, endpoint, options);
    return keepShown(now, last, { host: endpoint.host, at: options.now, anchors });
  });
  const seen = looks.flatMap((one) => one ?? []);
  const certificates = new Map(seen.flatMap(({ presented }) => [...presented]));
  const observed = seen.map(({ endpoint }) => endpoint);
  return {
    section: judged(observed, { certificates, anchors, catalogue: options.catalogue }),
    certificates,
    shownAt: new Map(seen.map(({ endpoint, shownAt }) => [endpoint.id, shownAt])),
  };
}

/** Kept as long as the address is the one that was looked at. */
function lastLook(
  endpoint: ConfiguredEndpoint,
  { known, now }: Pick<CollectEndpointsOptions, 'known' | 'now'>,
): Seen | null {
  const last = known?.section.endpoints.find(
    ({ id, host, port }) => id === endpoint.id && host === endpoint.host && port === endpoint.port,
  );
  if (known === null || last === undefined) return null;
  const digests = [...last.chain, ...(last.chainWithoutName ?? [])];
  const presented = digests.flatMap((digest) => {
    const der = known.certificates.get(digest);
    return der === undefined ? [] : [[digest, der] as const];
  });
  // Not said: as if it had been shown just now.
  const shownAt = known.shownAt?.get(endpoint.id) ?? now.getTime();
  return { endpoint: last, presented: new Map(presented), shownAt };
}

async function look(
  ports: EndpointPorts,
  { id, host, port }: ConfiguredEndpoint,
  options: CollectEndpointsOptions,
): Promise<Seen> {
  const request = {
    host,
    port,
    proxy: proxyFor({ host, port }, options.proxy),
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
  };
  const named = await ports.observeEndpoint({ ...request, serverName: isIP(host) === 0 ? host : null });
  const chain = presentable(named.chain);
  const nameless = asksTwice(host, named)
    ? await ports.observeEndpoint({ ...request, serverName: null })
    : null;
  const without = nameless?.network === 'connected' ? presentable(nameless.chain) : null;
  return {
    endpoint: {
      id,
      host,
      port,
      network: named.network,
      detail: detailOf(named, chain),
      proxy: named.proxy === null ? null : clip(named.proxy, 512),
      chain: chain.map(sha256Hex),
      chainWithoutName: without === null || sameChain(chain, without) ? null : without.map(sha256Hex),
      tls: named.tls,
      interception: null,
    },
    presented: new Map([...chain, ...(without ?? [])].map((der) => [sha256Hex(der), der])),
    shownAt: options.now.getTime(),
  };
}

/** What cannot be reached is not tried again without a name, and an address is never sent as one (RFC 6066 §3). */
function asksTwice(host: string, { network }: EndpointLook): boolean {
  return network === 'connected' && isIP(host) === 0;
}

function sameChain(one: readonly Uint8Array[], other: readonly Uint8Array[]): boolean {
  return one.map(sha256Hex).join() === other.map(sha256Hex).join();
}

/** Up to the first one that could not travel: a server at will must not keep this host's certificates from being sent. */
function presentable(chain: readonly Uint8Array[]): readonly Uint8Array[] {
  const tooLarge = chain.findIndex(({ length }) => length > MAX_CERTIFICATE_BYTES);
  return chain.slice(0, tooLarge === -1 ? MAX_CHAIN : Math.min(tooLarge, MAX_CHAIN));
}

function detailOf(seen: EndpointLook, kept: readonly Uint8Array[]): string | null {
  if (kept.length < seen.chain.length)
    return `Of what it presents only the first ${kept.length} certificates are kept: the rest is too much`;
  return seen.detail === null ? null : clip(seen.detail, 512);
}

/** Judged over all endpoints at once: what was seen at one tells about the next (failures.md §7.2). */
function judged(
  observed: readonly ObservedEndpoint[],
  by: {
    readonly certificates: ReadonlyMap<string, Uint8Array>;
    readonly anchors: AnchorSet;
    readonly catalogue: CollectEndpointsOptions['catalogue'];
  },
): EndpointsSection {
  const found = judgeInterception({
    endpoints: observed.map(({ id, host, chain }) => ({
      id,
      host,
      chain: chain.flatMap((digest) => by.certificates.get(digest) ?? []),
    })),
    catalogue: by.catalogue,
    anchors: by.anchors,
  });
  return {
    endpoints: observed
      .map((endpoint) => ({ ...endpoint, interception: found.get(endpoint.id) ?? null }))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    problems: [],
  };
}

/** Keeps the order of `items` in the result. */
async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  return results;
}
