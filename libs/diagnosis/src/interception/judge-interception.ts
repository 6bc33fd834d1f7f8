import { type AnchorSet, classifyAnchor, type RootCatalogue } from '@trustfleet/certificates';
import { clip, type ObservedEndpoint } from '@trustfleet/protocol';
import { climb, type Top } from './climb.ts';
import { unrelated } from './unrelated.ts';

export interface InterceptionFacts {
  readonly endpoints: readonly {
    readonly id: string;
    readonly host: string;
    /** DER as presented, leaf first; empty where nothing was. */
    readonly chain: readonly Uint8Array[];
  }[];
  readonly catalogue: RootCatalogue;
  /** Of this host's stores and bundles: the issuer on top is seldom presented. */
  readonly anchors: AnchorSet;
}

/**
 * Whoever answers in an endpoint's place: its issuer's name in one line, and the certificate where it was presented or this host has it.
 * Nothing here makes that certificate trustworthy: a person decides that (failures.md §7.2).
 */
export type Interception = NonNullable<ObservedEndpoint['interception']>;

/**
 * failures.md §7.2: the issuer on top of what is presented is not a public root, and the same issuer signs for several endpoints that
 * have nothing to do with one another. A product that opens TLS and says so in its own name is taken at its word at a single one.
 * By endpoint id; those that are not in it are not intercepted as far as can be told. Pure.
 */
export function judgeInterception(facts: InterceptionFacts): ReadonlyMap<string, Interception> {
  const publicNames = new Set(facts.catalogue.roots.map(({ subject }) => subject));
  const suspects = facts.endpoints.flatMap(({ id, host, chain }) => {
    const top = climb(chain, facts.anchors);
    return top === null || isPublic(top, facts.catalogue, publicNames) ? [] : [{ id, host, top }];
  });
  const found = new Map<string, Interception>();
  for (const { id, top } of suspects) {
    const hosts = suspects.filter((other) => other.top.key === top.key).map(({ host }) => host);
    if (unrelated(hosts) || saysSo(top, facts.catalogue)) found.set(id, interceptionBy(top, suspects));
  }
  return found;
}

/** By key, so that a cross-signed root counts; by name only where its certificate is nowhere to be had. */
function isPublic(top: Top, catalogue: RootCatalogue, publicNames: ReadonlySet<string>): boolean {
  if (top.path.some(({ spkiSha256 }) => catalogue.bySpki(spkiSha256) !== null)) return true;
  if (top.complete) return false;
  return (publicNames.has(top.last.issuer) && !top.contradicted) || top.loggedPublicly;
}

function saysSo({ last }: Top, catalogue: RootCatalogue): boolean {
  const issuer = { ...last, subject: last.issuer };
  return classifyAnchor(issuer, { catalogue, approved: new Set(), origin: null }).saysItIs !== null;
}

/** One endpoint may show the certificate that another one leaves out. */
function interceptionBy(top: Top, all: readonly { readonly top: Top }[]): Interception {
  const shown = all.find((other) => other.top.key === top.key && other.top.complete);
  return { issuer: clip(top.last.issuer, 512), certificate: shown?.top.last.sha256 ?? null };
}
