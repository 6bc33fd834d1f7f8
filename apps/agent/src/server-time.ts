import { uptime } from 'node:os';
import type { StoredServerTime } from './state/server-time-file.ts';

/**
 * The server's time as this agent knows it: the signed time of the last `welcome` plus what was counted since, kept with the boot
 * id across restarts of the agent (protocol.md, "Signed orders and jobs"). A wrong wall clock changes nothing here. It does not go
 * back, so that an order that has expired stays expired: a server whose clock went back is waited for. One exception: a server that
 * was far ahead once must not keep a fleet from every order for ever, so a step back of more than a day is believed where this
 * machine's own clock says the same.
 */
export interface ServerClock {
  /** Takes the signed time of a `welcome`; on disk when it resolves. */
  set(serverTime: string): Promise<void>;
  /** Null where it is not known: before the first welcome of this boot. */
  now(): Date | null;
  /** This machine's wall clock minus server time, milliseconds; null where that is not known. */
  offsetMs(): number | null;
}

export interface ServerClockParts {
  readonly bootId: string;
  /** Milliseconds since boot, sleep included, whatever the wall clock says. */
  readonly sinceBoot: () => number;
  readonly wallTime: () => Date;
  /** What an earlier run left; null when nothing did. */
  readonly stored: StoredServerTime | null;
  readonly store: (time: StoredServerTime) => Promise<void>;
}

/** A smaller step back is waited for: it costs the last day of an order's validity, which is a week as a rule. */
const WAITED_FOR_MS = 24 * 3_600_000;
/** How near the wall clock has to be to bear a server out. */
const BORNE_OUT_MS = 3_600_000;

/** Machines without a boot id: what was counted before a restart is then of no use. */
export const UNKNOWN_BOOT = 'unknown';

/**
 * CLOCK_BOOTTIME: it goes on while the machine sleeps, which `performance.now` (CLOCK_MONOTONIC, time(7)) does not; after a night
 * with the lid closed an expired order would else look valid. In steps of 10 ms.
 */
export const sinceBoot = (): number => Math.round(uptime() * 1_000);

export function createServerClock(parts: ServerClockParts): ServerClock {
  const { bootId, stored } = parts;
  let floor = stored === null ? -Infinity : Date.parse(stored.notBefore);
  let last = continued(parts);
  const read = (): number | null =>
    last === null ? null : Math.max(floor, last.serverTime + (parts.sinceBoot() - last.at));
  return {
    async set(serverTime) {
      const at = parts.sinceBoot();
      const said = Date.parse(serverTime);
      const held = Math.max(floor, read() ?? -Infinity);
      const wasAhead =
        held - said > WAITED_FOR_MS && Math.abs(parts.wallTime().getTime() - said) <= BORNE_OUT_MS;
      floor = wasAhead ? said : Math.max(held, said);
      last = { serverTime: said, at };
      const notBefore = new Date(floor).toISOString();
      await parts.store({ format: 1, bootId, serverTime, receivedAtMs: at, notBefore });
    },
    now() {
      const time = read();
      return time === null ? null : new Date(time);
    },
    offsetMs() {
      // Against the server's own word: what is held back here is no fault of this machine's clock.
      if (last === null) return null;
      return Math.round(parts.wallTime().getTime() - (last.serverTime + (parts.sinceBoot() - last.at)));
    },
  };
}

/** What an earlier run knew, if it still counts: the same boot, and a clock that did not start anew (as in a container). */
function continued({
  stored,
  bootId,
  sinceBoot: now,
}: ServerClockParts): { serverTime: number; at: number } | null {
  if (stored?.bootId !== bootId || bootId === UNKNOWN_BOOT || stored.receivedAtMs > now()) return null;
  return { serverTime: Date.parse(stored.serverTime), at: stored.receivedAtMs };
}
