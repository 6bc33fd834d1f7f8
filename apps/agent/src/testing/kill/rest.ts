import { setTimeout as wait } from 'node:timers/promises';
import type { Repair, RepairTimers } from '@trustfleet/repair';
import { SERVER_TIME } from './studio.ts';

/** Waits of hours pass at once, and the server's clock passes with them. */
export interface FastTime {
  readonly timers: RepairTimers;
  serverTime(): Date;
  /** Timers that have not rung. */
  waiting(): number;
}

/** `onWait` is told each time that something begins to wait. */
export function createFastTime(onWait: () => void = () => undefined): FastTime {
  let elapsed = 0;
  const waiting = new Set<NodeJS.Immediate>();
  return {
    serverTime: () => new Date(SERVER_TIME.getTime() + elapsed),
    waiting: () => waiting.size,
    timers: {
      now: () => elapsed,
      after(ms, run) {
        onWait();
        const timer = setImmediate(() => {
          waiting.delete(timer);
          elapsed += ms;
          run();
        });
        waiting.add(timer);
        return () => {
          waiting.delete(timer);
          clearImmediate(timer);
        };
      },
    },
  };
}

async function isIdle(repair: Repair): Promise<boolean> {
  const still = Symbol('still at work');
  return (await Promise.race([repair.idle(), wait(20, still)])) !== still;
}

export interface Rest {
  readonly repair: Repair;
  readonly time: FastTime;
  readonly limitMs: number;
  /** Hands over what is there for the server; false when there was nothing. */
  readonly deliver: () => Promise<boolean>;
}

/** Lets an agent work until nothing runs, nothing waits and nothing is left to tell. Rejects when that takes too long. */
export async function workToRest({ repair, time, limitMs, deliver }: Rest): Promise<void> {
  const until = performance.now() + limitMs;
  for (;;) {
    // Timers have their turn only when this does not go on at once.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    // In this order: a job that comes to rest may begin to wait, or have something to tell.
    const idle = await isIdle(repair);
    if (!(await deliver()) && idle && time.waiting() === 0) return;
    if (performance.now() > until) throw new Error(`the agent does not come to rest within ${limitMs} ms`);
  }
}
