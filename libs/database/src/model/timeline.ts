import type { OrderMode } from '@trustfleet/protocol';
import type { Finding } from './findings.ts';
import type { QuarantineReason } from './hosts.ts';
import type { JobSummary } from './jobs.ts';
import type { Viewer } from './viewer.ts';

/** One thing that happened to a host. */
export type TimelineItem = { readonly at: Date } & (
  | { readonly kind: 'enrolled' | 'revoked' }
  | { readonly kind: 'quarantined'; readonly reason: QuarantineReason }
  | {
      readonly kind: 'section';
      readonly name: string;
      /** Null: nothing of that name stood there before. */
      readonly fromDigest: string | null;
      /** Null: the host names it no more. */
      readonly toDigest: string | null;
    }
  | { readonly kind: 'job'; readonly job: JobSummary }
  | { readonly kind: 'findingOpened' | 'findingClosed'; readonly finding: Finding }
);

/** A job that began to change its host, by the server's clock. */
export interface ChangingJobFacts {
  readonly id: string;
  readonly mode: Exclude<OrderMode, 'plan'>;
  /** SHA-256 of the anchor that its order (of an undo: the undone order) is about. */
  readonly anchor: string | null;
  readonly createdAt: Date;
  readonly applyingAt: Date;
  /** Null while it goes on. */
  readonly finalAt: Date | null;
  readonly undone: boolean;
}

export interface TimelineRepository {
  /**
   * What happened before `before` (null: up to now), newest first: at least `limit` items where there are so many. What happened in one
   * moment is never cut apart, so that the last item's `at` is the `before` of the next page. Null: no such host for the viewer.
   */
  page(
    viewer: Viewer,
    query: { readonly hostId: string; readonly before: Date | null; readonly limit: number },
  ): Promise<{ readonly items: readonly TimelineItem[]; readonly more: boolean } | null>;
  /** The newest 1000 jobs that began to change this host and were ordered before `before`. */
  changingJobs(hostId: string, before: Date): Promise<readonly ChangingJobFacts[]>;
  /** A stored section body as JSON; null where there is none that can be read. */
  body(section: { readonly name: string; readonly digest: string }): Promise<unknown>;
}
