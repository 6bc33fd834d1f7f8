import type { Viewer } from './viewer.ts';

export interface OverviewCounters {
  readonly hosts: {
    readonly total: number;
    readonly online: number;
    readonly offline: number;
    readonly withBlockers: number;
  };
  readonly findings: { readonly open: number; readonly blockers: number };
  /** `failed`: final states that count as a failure (rollouts.md). `active`: not final. */
  readonly jobs: { readonly active: number; readonly failed: number; readonly verified: number };
}

export interface OverviewRepository {
  /** All counters from one statement, so that they agree with each other. */
  counters(viewer: Viewer): Promise<OverviewCounters>;
}
