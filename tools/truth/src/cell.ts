import type { ClientName, VerdictCause, VerdictOutcome } from '@trustfleet/protocol';

/** One client under one set of variables against one server: what was predicted, what really happened. */
export interface Cell {
  /** Interpreter, package versions, era: whose real code shook hands. */
  readonly consumer: string;
  readonly client: ClientName;
  readonly setting: string;
  /** Name of the server's chain. */
  readonly chain: string;
  readonly predicted: VerdictOutcome;
  readonly real: VerdictOutcome;
  /** Why, as the product says; null where nothing fails. */
  readonly cause: VerdictCause | null;
  /** Any of these is right, as the scenario says; null where it says nothing. */
  readonly expectedCauses: readonly VerdictCause[] | null;
  /** What the agent's own probe says; absent or null where it was not asked. */
  readonly probed?: VerdictOutcome | null;
}
