import { setFlagsFromString } from 'node:v8';

/*
 * Imported before everything else. A start, and a fleet that comes back, make more garbage than hours of work, and what the heap has
 * grown to is hardly given back: V8 collects early then (measured: 164 MiB resident at rest instead of 226; 61 KiB a connection
 * instead of 86). Under full load that would cost a third of the CPU of a report, so there it ends.
 */
const SAVING = '--memory-saver-mode';
const QUICK = '--no-memory-saver-mode';
setFlagsFromString(SAVING);

const LOOK_EVERY_MS = 1_000;
/** Messages of agents in a second. A fleet of 5 000 that comes back says some 500 to 1 000; a server at its limit takes ten times that. */
const FULL_LOAD = 2_000;
const CALM = 500;
/** Seconds in a row that decide: one full second is a burst, not a load. */
const SECONDS_TO_QUICK = 2;
const SECONDS_TO_SAVING = 10;

export interface LoadHistory {
  readonly saving: boolean;
  /** Seconds in a row that speak for the other mode. */
  readonly against: number;
}

/** What the next second makes of it; pure. `load`: messages in that second. */
export function nextMode({ saving, against }: LoadHistory, load: number): LoadHistory {
  const speaksAgainst = saving ? load >= FULL_LOAD : load < CALM;
  if (!speaksAgainst) return { saving, against: 0 };
  if (against + 1 < (saving ? SECONDS_TO_QUICK : SECONDS_TO_SAVING)) return { saving, against: against + 1 };
  return { saving: !saving, against: 0 };
}

/**
 * From now on the collector saves memory while the server is calm, and time while it is fully at work. `messages`: how many agents have
 * sent so far. Keeps no process alive.
 */
export function followLoad(messages: () => number): void {
  let history: LoadHistory = { saving: true, against: 0 };
  let last = messages();
  setInterval(() => {
    const now = messages();
    const next = nextMode(history, now - last);
    last = now;
    if (next.saving !== history.saving) setFlagsFromString(next.saving ? SAVING : QUICK);
    history = next;
  }, LOOK_EVERY_MS).unref();
}
