import type { SignedServerTime } from '@trustfleet/agent-link';

/**
 * The server's time as this agent knows it: the signed time of the last `welcome` plus what the monotonic clock
 * counted since. A wrong wall clock changes nothing here.
 */
export interface ServerClock {
  set(time: SignedServerTime): void;
  /** Null before the first welcome. */
  now(): Date | null;
}

/** `monotonic`: milliseconds of the clock that `receivedAt` was taken from. */
export function createServerClock(monotonic: () => number): ServerClock {
  let last: SignedServerTime | null = null;
  return {
    set(time) {
      last = time;
    },
    now: () =>
      last === null ? null : new Date(Date.parse(last.serverTime) + (monotonic() - last.receivedAt)),
  };
}
