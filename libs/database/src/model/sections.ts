/** A section body as it came, with its parsed view. */
export interface SectionBody {
  readonly name: string;
  /** SHA-256 hex of `bytes`. The caller has checked it. */
  readonly digest: string;
  readonly bytes: Uint8Array;
  /** The value that libs/protocol's schema of that name gave; null when this release does not know or not understand it. */
  readonly projection: object | null;
}

/** A host's current section. */
export interface Section {
  readonly name: string;
  readonly digest: string;
  readonly seenFrom: Date;
  /** What its bytes say as JSON; where `understood` is false as far as that can be shown, else null. */
  readonly body: unknown;
  readonly understood: boolean;
}

/** What one host said in `hello`, `report` or `section`. */
export interface SectionReport {
  readonly hostId: string;
  readonly at: Date;
  /** Digests by section name. */
  readonly digests: Readonly<Record<string, string>>;
  /** True for `hello`: a section that is not named is gone. */
  readonly complete: boolean;
  /** Bodies that came with it; empty for `hello` and `report`. */
  readonly bodies: readonly SectionBody[];
}

export interface SectionReportResult {
  readonly hostId: string;
  /** Sections whose current digest changed with this report (now visible in `hosts.detail`). */
  readonly changed: readonly string[];
  /** Sections whose body the fleet does not hold: ask the agent. They become current when the body comes. */
  readonly wanted: readonly string[];
}

export interface SectionRepository {
  /**
   * Content-addressed, append-only ingest of many hosts in a constant number of statements. A section becomes current
   * (and its predecessor gets `seenTo`) once its body is held, so that facts are never half there. Idempotent: an
   * unchanged report writes nothing. Results stand in the order of `batch`; a host that is unknown or revoked gets nothing changed.
   */
  recordReports(batch: readonly SectionReport[]): Promise<readonly SectionReportResult[]>;
  /**
   * Current bodies by host and section name, understood ones only, of `names` where given: the facts that libs/policy evaluates. Values
   * passed libs/protocol's schema when they were stored. Hosts with equal bodies share one value: it is not to be changed.
   */
  facts(
    hostIds: readonly string[],
    names?: readonly string[],
  ): Promise<ReadonlyMap<string, Readonly<Record<string, object>>>>;
  /** Fingerprints that the host's current sections name as anchors, in any store or bundle. */
  anchorsOf(hostId: string): Promise<readonly string[]>;
}
