/** Within any hour, observer and probes together, whatever the number of endpoints. */
export const HANDSHAKES_PER_HOUR = 60;
/** A round takes at most half of an hour's, so that something is left for what changes soon after: half of it for looks, half for a unit. */
export const HANDSHAKES_PER_ROUND = 30;
export const HANDSHAKES_PER_UNIT = 15;
/** With a name and without (shotgrid.md §1.4). */
export const HANDSHAKES_PER_LOOK = 2;
export const ROUND_EVERY_MS = 15 * 60 * 1000;

/** One thing to probe: a Python under one set of variables against one endpoint, all its clients. */
export interface ProbeUnit {
  /** The caller's own; equal for the same unit at the next look. */
  readonly key: string;
  readonly endpoint: string;
  /** How many clients shake hands; a unit of more than {@link HANDSHAKES_PER_UNIT} is never probed: split it. */
  readonly handshakes: number;
  /** Milliseconds since 1970; null where it was never probed. */
  readonly lastAt: number | null;
  /** Facts or chain changed since: not only once a day. */
  readonly changed: boolean;
}

/** All that the schedule remembers. JSON; kept across starts, else a restart would double the handshakes of an hour. */
export interface ScheduleState {
  /** Milliseconds since 1970 of the last round; null before the first. */
  readonly lastRoundAt: number | null;
  /** Rounds of the last hour, oldest first. */
  readonly spent: readonly { readonly at: number; readonly handshakes: number }[];
  readonly endpoints: readonly {
    readonly id: string;
    /** Null where it was never looked at. */
    readonly lastAt: number | null;
  }[];
  readonly units: readonly ProbeUnit[];
}

/** Everything that shakes hands on this host does so in rounds, so that no endpoint is visited more than once in 15 minutes. */
export interface Round {
  /** Ids of endpoints to look at: two handshakes each, with and without a name. */
  readonly observe: readonly string[];
  /** Keys of units to probe. */
  readonly probe: readonly string[];
  /** Sum of both; 0: nothing is due. */
  readonly handshakes: number;
  /** When to ask again, milliseconds since 1970: never less than a minute from now. */
  readonly nextAt: number;
}
