import type { Policy } from '@trustfleet/policy';
import type { Viewer } from './viewer.ts';

/** One required anchor with what the fleet says about it: `met + missing + unknown` is the number of hosts that the viewer sees. */
export interface RequiredAnchor {
  readonly sha256: string;
  readonly name: string;
  readonly met: number;
  readonly missing: number;
  readonly unknown: number;
}

export interface PolicyRepository {
  list(): Promise<readonly Policy[]>;
  /** Every policy, with its anchors in their order, judged by libs/policy `anchorStatus`; none where its rule is about none. */
  requiredAnchors(
    viewer: Viewer,
  ): Promise<readonly { readonly policy: Policy; readonly anchors: readonly RequiredAnchor[] }[]>;
}

export interface PolicyChanges {
  /** Stores those of `policies` whose rule the fleet has no policy of yet. Answers what it has now. */
  createFirst(policies: readonly Policy[], now: Date): Promise<readonly Policy[]>;
}
