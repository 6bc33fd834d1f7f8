import type { TargetManager } from '../types.ts';

/** Kinds of managers; each has an export of its own. */
export type ManagerKind = 'ansible' | 'puppet' | 'package' | 'gpo' | 'mdm';

/** A target that somebody else writes. */
export interface OwnedTarget extends TargetManager {
  readonly kind: ManagerKind;
  /** It would put back what is changed here. False for a package's file of configuration, which it leaves as people want it. */
  readonly putsBack: boolean;
}
