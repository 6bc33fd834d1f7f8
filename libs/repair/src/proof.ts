import type { HostFacts } from '@trustfleet/policy';
import type { ConfiguredEndpoint, TrustSource, Verdict } from '@trustfleet/protocol';

/** One trust source and one endpoint, by the interpreter, account and variables that really apply. */
export type ProofPoint = Pick<Verdict, 'source' | 'endpoint' | 'predicted' | 'probed' | 'cause'>;

/** What the programs of this host verify, looked at now. */
export interface Measurement {
  readonly sources: readonly TrustSource[];
  readonly verdicts: readonly ProofPoint[];
  readonly endpoints: readonly Pick<ConfiguredEndpoint, 'id' | 'host' | 'port'>[];
  /** Every section that it was made from, read just now. */
  readonly facts: HostFacts;
  /**
   * What libs/diagnosis makes of other facts of this host, at the same time and before the same endpoints: predicted alone. `certificates`:
   * DER by SHA-256 of what they name and no scan has read yet.
   */
  judge(
    facts: HostFacts,
    certificates: ReadonlyMap<string, Uint8Array>,
  ): Pick<Measurement, 'sources' | 'verdicts'>;
}

/** A point of a measurement: ids of its trust source and endpoint. */
export type PointId = `${string} ${string}`;

/**
 * Real handshakes: every trust source of this host with every endpoint that people configured, each by its own interpreter where that may
 * run (security.md, "a local user"), else predicted. Sends nothing. The agent connects it with what judges the host for the inventory.
 */
export interface Handshakes {
  /** Facts are read anew; `only` limits the handshakes to these points (a retry of what stayed inconclusive). Null: no endpoint is configured. */
  measure(signal: AbortSignal, only?: ReadonlySet<PointId>): Promise<Measurement | null>;
}

/** A program that began before a change, and keeps what it loaded. */
export interface RunningProgram {
  readonly account: string;
  readonly program: string;
  readonly pid: number;
  /** By this host's clock, ISO. */
  readonly since: string;
}

/** Sessions, and known DCC and farm programs (failures.md §7.4), that began before an instant of this host's clock. At most 200. */
export type RunningPrograms = (before: Date, signal: AbortSignal) => Promise<readonly RunningProgram[]>;
