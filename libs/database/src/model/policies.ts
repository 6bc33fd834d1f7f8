import type { Policy } from '@trustfleet/policy';

/** One required anchor with what the fleet says about it: `met + missing + unknown` is the number of hosts. */
export interface RequiredAnchor {
  readonly sha256: string;
  readonly name: string;
  readonly met: number;
  readonly missing: number;
  readonly unknown: number;
}

export interface PolicyRepository {
  list(): Promise<readonly Policy[]>;
  /** Stores `policies` when the fleet has none at all. Answers what it has now. */
  createFirst(policies: readonly Policy[], now: Date): Promise<readonly Policy[]>;
  /** Per policy, in the order of its anchors; judged by libs/policy `anchorStatus`. */
  requiredAnchors(): Promise<
    readonly { readonly policy: Policy; readonly anchors: readonly RequiredAnchor[] }[]
  >;
}
