import type { CreateAnchorOrder } from '@trustfleet/api';

/** What the agents may do by themselves, in the units of the form. */
export interface OrderLimits {
  readonly attempts: number;
  readonly waitMinutes: number;
  readonly watchMinutes: number;
}

/** As in the contract: one attempt, no bake time. */
export const NO_LIMITS: OrderLimits = { attempts: 1, waitMinutes: 1, watchMinutes: 0 };
export const RANGES = {
  attempts: { min: 1, max: 5 },
  waitMinutes: { min: 1, max: 360 },
  watchMinutes: { min: 0, max: 10_080 },
} as const;

/** A whole number that the contract takes, whatever was typed. */
export function inRange(name: keyof OrderLimits, typed: number): number {
  const { min, max } = RANGES[name];
  return Number.isFinite(typed) ? Math.min(max, Math.max(min, Math.round(typed))) : min;
}

/** For the API; undefined where nothing differs from what it takes by itself. */
export function limitsOf(limits: OrderLimits): CreateAnchorOrder['limits'] {
  if (limits.attempts === 1 && limits.watchMinutes === 0) return undefined;
  return {
    attempts: limits.attempts,
    backoffSeconds: limits.waitMinutes * 60,
    bakeSeconds: limits.watchMinutes * 60,
  };
}
