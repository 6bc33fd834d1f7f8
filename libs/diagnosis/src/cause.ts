import type { Verdict, VerdictCause } from '@trustfleet/protocol';

/** The one cause of a verdict that does not verify, with the facts that its words are made of. */
export interface CauseFound {
  readonly cause: VerdictCause;
  readonly evidence: Verdict['evidence'];
}
