/** Until the server names its own interval. */
const DEFAULT_INTERVAL_MS = 3_600_000;
const SHORTEST_INTERVAL_MS = 10_000;
/** setTimeout counts in 32 bits. */
const LONGEST_INTERVAL_MS = 86_400_000;

/** Asks for a full scan every interval ± 10 %, whatever the watcher noticed. */
export interface ScanTimer {
  setInterval(ms: number): void;
  stop(): void;
}

export function createScanTimer(onDue: () => void, random: () => number = Math.random): ScanTimer {
  let interval = DEFAULT_INTERVAL_MS;
  let timer: NodeJS.Timeout;
  const schedule = (): void => {
    timer = setTimeout(
      () => {
        schedule();
        onDue();
      },
      interval * (0.9 + 0.2 * random()),
    );
  };
  schedule();
  return {
    setInterval(ms) {
      const wanted = Math.min(Math.max(ms, SHORTEST_INTERVAL_MS), LONGEST_INTERVAL_MS);
      if (wanted === interval) return;
      interval = wanted;
      clearTimeout(timer);
      schedule();
    },
    stop: () => {
      clearTimeout(timer);
    },
  };
}
