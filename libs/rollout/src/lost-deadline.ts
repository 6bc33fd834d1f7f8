import { isAccepted } from './job-states.ts';
import type { LostFacts } from './types.ts';

/** What a host gets on top of its clocks to report back: 15 minutes (rollouts.md `lost`). */
export const REPORT_GRACE_MS = 15 * 60 * 1000;

/** `reportBy` = accept + window + executionTimeout + 15 min (rollouts.md `lost`); null for a job that is not with its agent. */
export function lostDeadline(facts: LostFacts): Date | null {
  if (!isAccepted(facts.state) || facts.acceptedAt === null) return null;
  return new Date(facts.acceptedAt.getTime() + facts.windowMs + facts.executionTimeoutMs + REPORT_GRACE_MS);
}

/** True past `reportBy`: move the job to `lost`. */
export function isLost(facts: LostFacts, now: Date): boolean {
  const deadline = lostDeadline(facts);
  return deadline !== null && now.getTime() > deadline.getTime();
}
