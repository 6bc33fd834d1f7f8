import { describe, expect, it } from 'vitest';
import { createFakeClock } from './fake-clock.ts';

describe('fake clock', () => {
  it('runs timers in order of time, also those that a timer starts', async () => {
    const clock = createFakeClock();
    const log: string[] = [];
    clock.setTimeout(() => log.push(`late ${clock.monotonic()}`), 300);
    clock.setTimeout(() => {
      log.push(`early ${clock.monotonic()}`);
      clock.setTimeout(() => log.push(`nested ${clock.monotonic()}`), 50);
    }, 100);

    await clock.advance(299);
    expect(log).toEqual(['early 100', 'nested 150']);

    await clock.advance(1);
    expect(log).toEqual(['early 100', 'nested 150', 'late 300']);
    expect(clock.pending).toBe(0);
  });

  it('lets promises settle before the next timer', async () => {
    const clock = createFakeClock();
    const log: string[] = [];
    const work = async (): Promise<void> => {
      await Promise.resolve();
      await Promise.resolve();
      log.push('work');
    };
    clock.setTimeout(() => void work(), 1);
    clock.setTimeout(() => log.push('next'), 2);

    await clock.advance(2);

    expect(log).toEqual(['work', 'next']);
  });

  it('repeats an interval until it is cleared', async () => {
    const clock = createFakeClock();
    let runs = 0;
    const timer = clock.setInterval(() => {
      runs += 1;
      if (runs === 3) clock.clearInterval(timer);
    }, 10);

    await clock.advance(100);

    expect(runs).toBe(3);
  });

  it('moves the wall clock alone', async () => {
    const clock = createFakeClock(new Date('2026-01-01T00:00:00Z'));
    let fired = false;
    clock.setTimeout(() => (fired = true), 1000);

    clock.setWallClock(new Date('2030-01-01T00:00:00Z'));
    await clock.advance(999);

    expect([clock.now().toISOString(), clock.monotonic(), fired]).toEqual([
      '2030-01-01T00:00:00.999Z',
      999,
      false,
    ]);
  });
});
