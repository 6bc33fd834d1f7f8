import type { TrustSource, Verdict } from '@trustfleet/protocol';

/** One trust source and one endpoint, by the interpreter, account and variables that really apply. */
export type ProofPoint = Pick<Verdict, 'source' | 'endpoint' | 'predicted' | 'probed' | 'cause'>;

/** What the programs of this host verify, looked at now. */
export interface Measurement {
  readonly sources: readonly TrustSource[];
  readonly points: readonly ProofPoint[];
  /** `host:port` by endpoint. */
  readonly addresses: ReadonlyMap<string, string>;
}

/**
 * Real handshakes: every trust source of this host with every endpoint that people configured, each by its own interpreter where that may
 * run (security.md, "a local user"), else predicted. Sends nothing. The agent connects it with what judges the host for the inventory.
 */
export interface Handshakes {
  /** Facts are read anew; `only` limits it to these points (a retry of what stayed inconclusive). */
  measure(signal: AbortSignal, only?: ReadonlySet<`${string} ${string}`>): Promise<Measurement>;
}
