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

/** One kind of line. The first that fits a line is meant. */
export interface Sign {
  readonly id: string;
  /** A group named `subject` is what it names. Linear in the length of a line. */
  readonly pattern: RegExp;
  readonly meaning: string;
  readonly causes: readonly VerdictCause[];
  readonly lookAt: readonly string[];
}
