import type { LinkClock } from './types.ts';

/** The process's own clock. Timers do not keep the process alive. */
export const systemClock: LinkClock = {
  now: () => performance.now(),
  wallTime: () => new Date(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
