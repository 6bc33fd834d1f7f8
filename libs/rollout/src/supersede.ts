import type { JobState, OrderMode } from '@trustfleet/protocol';

/** A job that waits for its host, seen beside a newer order of the same remedy and parameters for that host. */
export interface SupersedeFacts {
  readonly state: JobState;
  readonly mode: OrderMode;
  readonly notBefore: Date;
  /** When it was last sent; null when it never was. */
  readonly offeredAt: Date | null;
  readonly newer: { readonly mode: OrderMode; readonly notBefore: Date };
  readonly now: Date;
}

/**
 * Does the newer order take its place? Only an order that applies does, and only of one that would change the host: a dry run's answer is
 * still wanted. One that was sent is left: the host may be at it. One that starts earlier than the newer order is left: nobody who
 * schedules a change for next month gives up the one that is due.
 */
export function isSuperseded({ state, mode, notBefore, offeredAt, newer, now }: SupersedeFacts): boolean {
  if (state !== 'queued' && state !== 'heldOffline') return false;
  if (newer.mode !== 'apply' || mode === 'plan' || offeredAt !== null) return false;
  return newer.notBefore.getTime() <= Math.max(now.getTime(), notBefore.getTime());
}
