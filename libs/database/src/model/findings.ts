import type { PolicyFinding } from '@trustfleet/policy';
import type { Page } from './common.ts';
import type { Viewer } from './viewer.ts';

/** A stored finding: what the policy said, and since when. */
export interface Finding extends PolicyFinding {
  readonly id: string;
  readonly hostId: string;
  readonly hostName: string;
  readonly policyId: string;
  readonly state: 'open' | 'closed';
  readonly since: Date;
  readonly closedAt: Date | null;
}

/** Everything that one policy says about one host now. */
export interface FindingReconciliation {
  readonly hostId: string;
  readonly policyId: string;
  readonly findings: readonly PolicyFinding[];
}

export interface ReconciliationResult {
  readonly hostId: string;
  readonly policyId: string;
  readonly opened: number;
  readonly closed: number;
}

export interface FindingQuery {
  readonly state: 'open' | 'closed';
  readonly rule?: string | undefined;
  readonly cause?: string | undefined;
  readonly hostId?: string | undefined;
  readonly page: number;
  readonly pageSize: number;
}

/** What open findings of one cause have in common. */
export interface FindingCause extends Pick<PolicyFinding, 'rule' | 'cause' | 'severity'> {
  readonly findings: number;
  readonly hosts: number;
}

export interface FindingRepository {
  /**
   * Makes the stored findings equal to what the policies say, in one transaction: opens what is new, keeps `since` of what
   * goes on (its evidence follows), closes what is gone. A finding that comes back is a new row. Unknown and revoked hosts are left out.
   */
  reconcile(batch: readonly FindingReconciliation[], now: Date): Promise<readonly ReconciliationResult[]>;
  list(viewer: Viewer, query: FindingQuery): Promise<Page<Finding>>;
  /** Open findings by rule and cause, blockers first, then by hosts: one statement, whatever there is of each. */
  causes(viewer: Viewer): Promise<readonly FindingCause[]>;
}
