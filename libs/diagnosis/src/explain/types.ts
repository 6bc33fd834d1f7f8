import type { VerdictCause } from '@trustfleet/protocol';

/** What a line of an artist's traceback or log means. */
export interface Explanation {
  /** Stable, e.g. `maxAttempts`. */
  readonly id: string;
  /** From 1: where in the text it stands. */
  readonly line: number;
  /** That line, control characters masked, at most 512 characters. */
  readonly text: string;
  /** Plain English, one or two sentences. */
  readonly meaning: string;
  /** Most likely first; empty where it is no matter of trust. */
  readonly causes: readonly VerdictCause[];
  /** What to look at next, one sentence each. */
  readonly lookAt: readonly string[];
  /** Path, URL or host that the text names; null where it names none. */
  readonly subject: string | null;
}

/** Reads a traceback or log; the most telling first. Empty where nothing is known of it. */
export type Explain = (text: string) => readonly Explanation[];
