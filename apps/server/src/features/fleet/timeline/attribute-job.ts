import type { SectionDifference } from '@trustfleet/api';

/** A job that began to change its host. */
export interface ChangingJob {
  readonly id: string;
  readonly mode: 'apply' | 'undo';
  /** SHA-256 of the anchor that its order (of an undo: the undone order) is about. */
  readonly anchor: string | null;
  readonly createdAt: Date;
  /** Server time at which `applying` came in. */
  readonly applyingAt: Date;
  /** Server time of its end; null while it goes on. */
  readonly finalAt: Date | null;
  /** It took back itself what it had changed. */
  readonly undone: boolean;
}

/**
 * A host scans after a change and tells of both over one socket, in either order: a report may come before the event that it belongs to, and
 * the last scan comes after the last event. So far apart they still belong together.
 */
const SCAN_SLACK_MS = 10 * 60_000;

/**
 * The job that made this change, pure: one that was changing the host then and that is about an anchor which appeared (apply) or left
 * (undo, or an apply that took itself back). The newest such job; null where Trustfleet did not do it.
 */
export function attributeJob(
  change: { readonly at: Date; readonly differences: readonly SectionDifference[] },
  jobs: readonly ChangingJob[],
): string | null {
  const [newest] = jobs
    .filter((job) => covers(job, change.at) && change.differences.some((difference) => did(job, difference)))
    .sort((a, b) => b.applyingAt.getTime() - a.applyingAt.getTime());
  return newest?.id ?? null;
}

function covers({ createdAt, applyingAt, finalAt }: ChangingJob, at: Date): boolean {
  const from = Math.max(createdAt.getTime(), applyingAt.getTime() - SCAN_SLACK_MS);
  const to = finalAt === null ? Infinity : finalAt.getTime() + SCAN_SLACK_MS;
  return at.getTime() >= from && at.getTime() <= to;
}

function did(job: ChangingJob, { kind, anchor, change }: SectionDifference): boolean {
  if (kind !== 'anchor' || anchor === null || anchor !== job.anchor) return false;
  const direct = job.mode === 'apply' ? 'appeared' : 'left';
  return change === direct || (job.undone && change !== 'changed');
}
