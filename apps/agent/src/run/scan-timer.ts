/** Until the server names its own interval. */
const DEFAULT_INTERVAL_MS = 3_600_000;
const SHORTEST_INTERVAL_MS = 10_000;
/** setTimeout counts in 32 bits. */
const LONGEST_INTERVAL_MS = 86_400_000;
const AFTER_FAILURE_MS = 60_000;

/** Asks for a full scan every interval ± 10 %, whatever the watcher noticed. */
export interface ScanTimer {
  setInterval(ms: number): void;
  /** The scan failed: the next one is due in about a minute, if not before. */
  sooner(): void;
  stop(): void;
}

export function createScanTimer(onDue: () => void, random: () => number = Math.random): ScanTimer {
  let interval = DEFAULT_INTERVAL_MS;
  let timer: NodeJS.Timeout;
  let stopped = false;
  const schedule = (wait: number): void => {
    timer = setTimeout(
      () => {
        schedule(interval);
        onDue();
      },
      wait * (0.9 + 0.2 * random()),
    );
  };
  const replace = (wait: number): void => {
    clearTimeout(timer);
    if (!stopped) schedule(wait);
  };
  schedule(interval);
  return {
    setInterval(ms) {
      const wanted = Math.min(Math.max(ms, SHORTEST_INTERVAL_MS), LONGEST_INTERVAL_MS);
      if (wanted === interval) return;
      interval = wanted;
      replace(interval);
    },
    sooner: () => {
      replace(Math.min(interval, AFTER_FAILURE_MS));
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
