/** A monotonic clock with timers; tests bring their own. */
export interface RepairTimers {
  /** Milliseconds that never jump. */
  now(): number;
  /** Calls once after `ms`; answers how to call it off. */
  after(ms: number, run: () => void): () => void;
}

/** Looked at again after this at the latest: server time may have become known meanwhile, and setTimeout counts in 32 bits. */
const LOOK_AGAIN_MS = 60_000;

export const systemTimers: RepairTimers = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

export interface Wait {
  /** Asked with the time waited so far, milliseconds. */
  readonly remaining: (waitedMs: number) => number;
  readonly due: () => void;
  /** Only time counts in which this machine was awake: monotonic clocks of some systems go on while it sleeps. */
  readonly awake?: boolean;
}

/** Where only time awake counts it is looked at so often: no single look counts for more than twice that, however long was slept before it. */
const AWAKE_LOOK_MS = 5_000;

/** Jobs that wait for their time: each once, and none of them holds another up. */
export interface Waits {
  has(jobId: string): boolean;
  /** `remaining` is asked with the time waited so far, milliseconds; at 0 or less `due` is called, once. */
  add(jobId: string, wait: Wait): void;
  /** True when it waited. */
  remove(jobId: string): boolean;
  stop(): void;
}

export function createWaits(timers: RepairTimers): Waits {
  const waiting = new Map<string, () => void>();
  let stopped = false;
  const waits: Waits = {
    has: (jobId) => waiting.has(jobId),
    add(jobId, { remaining, due, awake = false }) {
      waits.remove(jobId);
      let [waited, seen] = [0, timers.now()];
      const look = (): void => {
        if (stopped) return;
        const now = timers.now();
        waited += awake ? Math.min(now - seen, 2 * AWAKE_LOOK_MS) : now - seen;
        seen = now;
        const left = remaining(waited);
        if (left <= 0) {
          waiting.delete(jobId);
          due();
          return;
        }
        const soon = Math.min(left, awake ? AWAKE_LOOK_MS : LOOK_AGAIN_MS);
        waiting.set(jobId, timers.after(soon, look));
      };
      look();
    },
    remove(jobId) {
      waiting.get(jobId)?.();
      return waiting.delete(jobId);
    },
    stop() {
      stopped = true;
      for (const callOff of waiting.values()) callOff();
      waiting.clear();
    },
  };
  return waits;
}
