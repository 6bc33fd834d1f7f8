import type { TargetManager } from '../types.ts';

/** Kinds of managers that put back what somebody else changes: each has an export of its own. */
export type ManagerKind = 'ansible' | 'puppet' | 'package' | 'gpo' | 'mdm';

/** A target that somebody else writes. */
export interface OwnedTarget extends TargetManager {
  readonly kind: ManagerKind;
}
