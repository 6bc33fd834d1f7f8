import type { AnchorStatus, HostFacts } from '../../types.ts';

/** What the operating system's store says about one anchor; `sha256` is lower-case hex. */
export function anchorStatus(facts: HostFacts, sha256: string): AnchorStatus {
  throw new Error(`in work: ${sha256} ${Object.keys(facts).join()}`);
}
