import type { HubClock } from './types.ts';

/** The process's own clock. Timers do not keep the process alive. */
export const systemClock: HubClock = {
  now: () => performance.now(),
  wallTime: () => new Date(),
  every: (ms, callback) => {
    const timer = setInterval(callback, ms);
    timer.unref();
    return () => {
      clearInterval(timer);
    };
  },
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
