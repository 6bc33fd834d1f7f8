import type { RepairTimers } from '../waits.ts';

/** Timers that ring only when told to; `advance` also moves the server's clock of the test. */
export interface ManualTimers extends RepairTimers {
  advance(ms: number): void;
  readonly waiting: number;
}

export function createManualTimers(): ManualTimers {
  const timers = new Map<number, { due: number; run: () => void }>();
  let elapsed = 0;
  let last = 0;
  return {
    now: () => elapsed,
    after(ms, run) {
      last += 1;
      const id = last;
      timers.set(id, { due: elapsed + ms, run });
      return () => timers.delete(id);
    },
    advance(ms) {
      const until = elapsed + ms;
      for (;;) {
        const [next] = [...timers].filter(([, { due }]) => due <= until).sort((a, b) => a[1].due - b[1].due);
        if (next === undefined) break;
        const [id, { due, run }] = next;
        timers.delete(id);
        elapsed = Math.max(elapsed, due);
        run();
      }
      elapsed = until;
    },
    get waiting() {
      return timers.size;
    },
  };
}
