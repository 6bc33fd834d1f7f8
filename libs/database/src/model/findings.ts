import type { FindingView } from '@trustfleet/api';
import type { PolicyFinding } from '@trustfleet/policy';
import type { NamedAnchor, Page } from './common.ts';

export type FindingSubject = FindingView['subject'];
export type FindingEvidence = FindingView['evidence'];

export interface Finding {
  readonly id: string;
  readonly hostId: string;
  readonly hostName: string;
  readonly policyId: string;
  readonly key: string;
  readonly rule: string;
  readonly cause: string;
  readonly severity: 'blocker' | 'warning';
  readonly subject: FindingSubject;
  readonly anchor: NamedAnchor | null;
  readonly evidence: FindingEvidence;
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
  readonly hostId?: string | undefined;
  readonly page: number;
  readonly pageSize: number;
}

export interface FindingRepository {
  /**
   * Makes the stored findings equal to what the policies say, in one transaction: opens what is new, keeps `since` of what
   * goes on (its evidence follows), closes what is gone. A finding that comes back is a new row. Unknown hosts are left out.
   */
  reconcile(batch: readonly FindingReconciliation[], now: Date): Promise<readonly ReconciliationResult[]>;
  list(query: FindingQuery): Promise<Page<Finding>>;
}
