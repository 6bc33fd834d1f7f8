import type { Marker } from '../lab/chains.ts';
import type { Setting } from '../settings.ts';
import type { StandWish } from '../stands/catalogue.ts';

/** A server that runs, for a process that did not make it. */
export interface PlannedServer {
  readonly id: string;
  readonly host: string;
  readonly port: number;
}

export interface PlannedStand {
  readonly wish: StandWish;
  readonly version: string;
  /** Everything of the stand lies below. */
  readonly directory: string;
  readonly python: string;
  readonly site: string;
  /** Of the bundles that its packages bring. */
  readonly markers: readonly Marker[];
}

/** One (interpreter × variables): what one process of clients does. */
export interface PlannedRun {
  readonly stand: string;
  readonly setting: string;
  /** Ids of the servers that it visits. */
  readonly servers: readonly string[];
  /** Whether the agent's probe visits too. */
  readonly probe: boolean;
}

/** All that a world needs of the laboratory; JSON. */
export interface Plan {
  readonly servers: readonly PlannedServer[];
  readonly stands: readonly PlannedStand[];
  readonly settings: readonly Setting[];
  /** As HTTPS_PROXY holds it. */
  readonly proxy: string;
  readonly runs: readonly PlannedRun[];
  /** Processes of clients at once. */
  readonly atOnce: number;
  /** For jobs; removed by whoever made it. */
  readonly scratch: string;
  /** Where answers are kept; null: nowhere. */
  readonly answers: string | null;
  /** What answers depend on beside their run: digests of the lab and the driver, and of the probe. */
  readonly digests: { readonly lab: string; readonly probe: string };
}
