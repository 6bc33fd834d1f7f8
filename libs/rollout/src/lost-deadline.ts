import type { OrderLimits } from '@trustfleet/protocol';
import { isAccepted } from './job-states.ts';
import type { LostFacts } from './types.ts';

/** What a host gets on top of its clocks to report back: 15 minutes (rollouts.md `lost`). */
export const REPORT_GRACE_MS = 15 * 60 * 1000;

/** How far an agent may stray above a backoff (libs/protocol `orderLimits`). */
const JITTER = 1.2;

/** All waiting that an order allows besides its attempts: every backoff at its longest, and the bake time; milliseconds. */
export function waitingTime({ attempts, backoffMs, bakeMs }: OrderLimits): number {
  // backoff × (1 + 2 + 4 + …) over the pauses between the attempts.
  return Math.ceil(backoffMs * (2 ** (attempts - 1) - 1) * JITTER) + bakeMs;
}

/** `reportBy` = accept + window + executionTimeout of every attempt + 15 min (rollouts.md `lost`); null for a job that is not with its agent. */
export function lostDeadline(facts: LostFacts): Date | null {
  if (!isAccepted(facts.state) || facts.acceptedAt === null) return null;
  const working = facts.executionTimeoutMs * facts.attempts;
  return new Date(facts.acceptedAt.getTime() + facts.windowMs + working + REPORT_GRACE_MS);
}

/** True past `reportBy`: move the job to `lost`. */
export function isLost(facts: LostFacts, now: Date): boolean {
  const deadline = lostDeadline(facts);
  return deadline !== null && now.getTime() > deadline.getTime();
}
