/** A clock that moves only when told, with timers: pass its functions where code takes a clock or `setTimeout`. */
export interface FakeClock {
  now(): Date;
  /** Milliseconds that never jump, for code that measures durations. */
  monotonic(): number;
  setTimeout(run: () => void, delayMs: number): FakeTimer;
  setInterval(run: () => void, periodMs: number): FakeTimer;
  clearTimeout(timer: FakeTimer): void;
  clearInterval(timer: FakeTimer): void;
  /** Runs due timers in order of time, and lets promises settle after each. */
  advance(ms: number): Promise<void>;
  /** Changes the wall clock alone, as an administrator or NTP does; timers stay. */
  setWallClock(time: Date): void;
  /** Timers that wait. */
  readonly pending: number;
}

export interface FakeTimer {
  readonly id: number;
  unref(): FakeTimer;
}

interface Entry {
  readonly timer: FakeTimer;
  readonly run: () => void;
  readonly period: number | null;
  due: number;
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

function nextDue(entries: Map<number, Entry>, until: number): Entry | undefined {
  let best: Entry | undefined;
  for (const entry of entries.values()) {
    if (entry.due <= until && (best === undefined || entry.due < best.due)) best = entry;
  }
  return best;
}

/** A clock that starts at `start` (default 2026-11-22T09:00:00Z). */
export function createFakeClock(start: Date = new Date('2026-11-22T09:00:00.000Z')): FakeClock {
  const entries = new Map<number, Entry>();
  let elapsed = 0;
  let offset = start.getTime();
  let lastId = 0;

  const add = (run: () => void, delay: number, period: number | null): FakeTimer => {
    lastId += 1;
    const timer: FakeTimer = { id: lastId, unref: () => timer };
    entries.set(timer.id, { timer, run, period, due: elapsed + Math.max(0, delay) });
    return timer;
  };
  const remove = (timer: FakeTimer): void => {
    entries.delete(timer.id);
  };
  const fire = (entry: Entry): void => {
    elapsed = Math.max(elapsed, entry.due);
    if (entry.period === null) entries.delete(entry.timer.id);
    else entry.due += entry.period;
    entry.run();
  };

  return {
    now: () => new Date(offset + elapsed),
    monotonic: () => elapsed,
    setTimeout: (run, delayMs) => add(run, delayMs, null),
    setInterval: (run, periodMs) => add(run, Math.max(1, periodMs), Math.max(1, periodMs)),
    clearTimeout: remove,
    clearInterval: remove,
    setWallClock: (time) => {
      offset = time.getTime() - elapsed;
    },
    async advance(ms) {
      const until = elapsed + ms;
      await settle();
      for (let entry = nextDue(entries, until); entry !== undefined; entry = nextDue(entries, until)) {
        fire(entry);
        await settle();
      }
      elapsed = until;
    },
    get pending() {
      return entries.size;
    },
  };
}
