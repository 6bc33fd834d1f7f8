import type { ObservedEndpoint } from '@trustfleet/protocol';
import { chainStanding, type StandingBy } from './chain-standing.ts';

/** One look at an endpoint, with what it presented. */
export interface Seen {
  readonly endpoint: ObservedEndpoint;
  /** DER by SHA-256. */
  readonly presented: ReadonlyMap<string, Uint8Array>;
  /** When these very certificates were presented last, milliseconds since 1970. */
  readonly shownAt: number;
}

/** A front end that was not met for a day is taken for gone. */
export const SHOWN_FOR_MS = 24 * 60 * 60 * 1000;

/**
 * What the section says of an endpoint that was looked at just now. Front ends of a load balancer or a delivery network show a leaf each: as long
 * as every client would judge them alike (`chainStanding`), the one that is known stays, and the section with it, until it was not met
 * for a day. Whatever decides about a verdict shows at once: another issuer, another chain, a leaf that is over, another name.
 */
export function keepShown(now: Seen, known: Seen | null, by: StandingBy): Seen {
  const seen = withoutTwin(now, by);
  if (known === null || shows(seen) === shows(known)) return seen;
  const gone = known.shownAt > seen.shownAt || seen.shownAt - known.shownAt >= SHOWN_FOR_MS;
  return !gone && alike(seen, known, by) ? known : seen;
}

/** A look without a name that met another front end than the one with a name is no other chain for who sends none. */
function withoutTwin(seen: Seen, by: StandingBy): Seen {
  const { chain, chainWithoutName } = seen.endpoint;
  if (chainWithoutName === null) return seen;
  const standing = standingOf(seen, chain, by);
  if (standing === null || standing !== standingOf(seen, chainWithoutName, by)) return seen;
  const presented = chain.flatMap((digest) => {
    const der = seen.presented.get(digest);
    return der === undefined ? [] : [[digest, der] as const];
  });
  return { ...seen, endpoint: { ...seen.endpoint, chainWithoutName: null }, presented: new Map(presented) };
}

/** All of it but who is in between: that is judged over all endpoints. */
function shows({ endpoint }: Seen): string {
  return JSON.stringify({ ...endpoint, interception: null });
}

/** Two looks that no client tells apart. Front ends may speak different versions of TLS. */
function alike(one: Seen, other: Seen, by: StandingBy): boolean {
  const [a, b] = [one.endpoint, other.endpoint];
  const same = a.network === b.network && a.detail === b.detail && a.proxy === b.proxy;
  if (!same || a.network !== 'connected') return false;
  const named = standingOf(one, a.chain, by);
  if (named === null || named !== standingOf(other, b.chain, by)) return false;
  if (a.chainWithoutName === null || b.chainWithoutName === null)
    return a.chainWithoutName === b.chainWithoutName;
  const nameless = standingOf(one, a.chainWithoutName, by);
  return nameless !== null && nameless === standingOf(other, b.chainWithoutName, by);
}

/** Null too where a certificate of it is no longer held. */
function standingOf({ presented }: Seen, chain: readonly string[], by: StandingBy): string | null {
  const ders = chain.flatMap((digest) => presented.get(digest) ?? []);
  return ders.length === chain.length ? chainStanding(ders, by) : null;
}
