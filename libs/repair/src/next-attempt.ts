import { orderLimits, type Order, type OrderLimits } from '@trustfleet/protocol';

/** What an order allows; where it says nothing, the first value of each (libs/protocol `orderLimits`). */
export const limitsOf = (order: Pick<Order, 'limits'>): OrderLimits => order.limits ?? orderLimits.parse({});

const JITTER = 0.2;

/** Longest pause after the given number of failed attempts, milliseconds. */
export const longestBackoff = ({ backoffMs }: OrderLimits, failed: number): number =>
  backoffMs * 2 ** (failed - 1) * (1 + JITTER);

export interface AttemptFacts {
  readonly order: Pick<Order, 'limits' | 'expiresAt'>;
  /** Attempts that failed, this one included. */
  readonly failed: number;
  /** Null where it is not known. */
  readonly serverTime: Date | null;
  /** In [0, 1): jitter. */
  readonly random: number;
}

/** When the next attempt is due; `at` by server time, null where that is not known. Or why there is none. */
export type NextAttempt =
  | { readonly kind: 'again'; readonly at: string | null }
  | { readonly kind: 'none'; readonly why: string | null };

/** backoffMs × 2^(n − 1) ± 20 % after the n-th failure, as long as the order allows another attempt and is still valid then. */
export function nextAttempt({ order, failed, serverTime, random }: AttemptFacts): NextAttempt {
  const limits = limitsOf(order);
  if (failed >= limits.attempts) {
    return { kind: 'none', why: failed > 1 ? `That was attempt ${failed} of ${limits.attempts}.` : null };
  }
  if (serverTime === null) return { kind: 'again', at: null };
  const delay = limits.backoffMs * 2 ** (failed - 1) * (1 - JITTER + 2 * JITTER * random);
  const at = new Date(serverTime.getTime() + Math.round(delay));
  if (at.getTime() > Date.parse(order.expiresAt))
    return { kind: 'none', why: `There is no further attempt: the order ends at ${order.expiresAt}.` };
  return { kind: 'again', at: at.toISOString() };
}

export interface WaitFacts {
  /** By server time; null where it was not known. */
  readonly nextAt: string | null;
  readonly serverTime: Date | null;
  /** Longest that the wait may take, whatever the clocks say, milliseconds. */
  readonly longestMs: number;
  /** How long this run of the agent has waited, by its monotonic clock. */
  readonly waitedMs: number;
}

/** What is left of a wait; never more than its longest, so that no clock can hold a job for ever. 0: it is due. */
export function remainingWait({ nextAt, serverTime, longestMs, waitedMs }: WaitFacts): number {
  const bound = Math.max(0, longestMs - waitedMs);
  if (nextAt === null || serverTime === null) return bound;
  return Math.min(bound, Math.max(0, Date.parse(nextAt) - serverTime.getTime()));
}
