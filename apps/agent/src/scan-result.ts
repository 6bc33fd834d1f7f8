import type { InventorySection } from '@trustfleet/agent-link';
import type { KnownSectionName } from '@trustfleet/protocol';

/** What one look at a section gave. */
export interface SectionReading {
  /** Exact canonical bytes and their digest; null when they do not fit their contract, or the look failed. */
  readonly encoded: InventorySection | null;
  /** True when nothing could be had: what an earlier look gave stays in force. */
  readonly failed: boolean;
  /** What could not be had, one sentence each. */
  readonly problems: readonly string[];
  /** DER by SHA-256 of every certificate that the section names. */
  readonly certificates: ReadonlyMap<string, Uint8Array>;
  /** Files and directories whose change means: look again. */
  readonly watch: readonly string[];
}

/** Everything known after a scan. */
export interface ScanResult {
  /** Exact canonical bytes of each section and their digest. */
  readonly encoded: ReadonlyMap<KnownSectionName, InventorySection>;
  /** DER by SHA-256 of every certificate that the sections name. */
  readonly certificates: ReadonlyMap<string, Uint8Array>;
  /** Files and directories whose change means: scan again. */
  readonly watch: readonly string[];
  /** Facts that could not be had, one sentence each. */
  readonly problems: readonly string[];
  readonly scannedAt: string;
}

/** Reads the machine; what fails becomes a problem of the result, and its section keeps its last answer. Sections that are not asked for keep their last answer, or stay absent. */
export interface InventoryCollector<Result extends ScanResult = ScanResult> {
  collect(names: readonly KnownSectionName[]): Promise<Result>;
}

/** Sections that a change of trust can change: read again after a job. No interpreter that has not changed is started, and no hand is shaken. */
export const TRUST_SECTIONS: readonly KnownSectionName[] = [
  'trustStores',
  'variables',
  'bundles',
  'verdicts',
];

/** Sections of a visit to the endpoints. */
export const ROUND_SECTIONS: readonly KnownSectionName[] = ['endpoints', 'verdicts'];

/** The last reading of every section, and what they say together. */
export class LastReadings {
  readonly #readings = new Map<KnownSectionName, SectionReading>();

  take(readings: ReadonlyMap<KnownSectionName, SectionReading>): void {
    for (const [name, reading] of readings) {
      const last = this.#readings.get(name);
      const kept = reading.failed && last !== undefined ? { ...last, problems: reading.problems } : reading;
      this.#readings.set(name, kept);
    }
  }

  result(scannedAt: string): ScanResult {
    const all = [...this.#readings.values()];
    const encoded = [...this.#readings].flatMap(([name, reading]) =>
      reading.encoded === null ? [] : [[name, reading.encoded] as const],
    );
    return {
      encoded: new Map(encoded),
      certificates: new Map(all.flatMap(({ certificates }) => [...certificates])),
      watch: [...new Set(all.flatMap(({ watch }) => watch))].sort(),
      problems: all.flatMap(({ problems }) => problems),
      scannedAt,
    };
  }
}
