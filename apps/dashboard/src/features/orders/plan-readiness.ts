import type { JobSummary } from '@trustfleet/api';

/** Whether what was planned may be launched; the other words say what is missing. */
export type PlanReadiness = 'ready' | 'waiting' | 'useless';

type Answer = Pick<JobSummary, 'state' | 'final'>;

/**
 * A launch follows the hosts' answers: every host that can answer has done so, and at least one would change
 * something. A host that is away cannot answer; it plans again for itself when it gets the order.
 */
export function planReadiness(jobs: readonly Answer[]): PlanReadiness {
  const away = jobs.filter((job) => job.state === 'heldOffline');
  if (jobs.some((job) => !job.final && job.state !== 'heldOffline')) return 'waiting';
  return away.length > 0 || jobs.some((job) => job.state === 'planned') ? 'ready' : 'useless';
}
