import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createScanTimer, type ScanTimer } from './scan-timer.ts';

const MINUTE = 60_000;
let due: number;
let timer: ScanTimer;
beforeEach(() => {
  vi.useFakeTimers();
  due = 0;
  // No jitter: exactly the interval.
  timer = createScanTimer(
    () => (due += 1),
    () => 0.5,
  );
});
afterEach(() => {
  timer.stop();
  vi.useRealTimers();
});

it('is due every interval, the server’s once it has named one', () => {
  vi.advanceTimersByTime(60 * MINUTE);
  expect(due).toBe(1);
  timer.setInterval(10 * MINUTE);

  vi.advanceTimersByTime(30 * MINUTE);

  expect(due).toBe(4);
});

it('is due in a minute after a failure, and then every interval again', () => {
  vi.advanceTimersByTime(5 * MINUTE);
  timer.sooner();

  vi.advanceTimersByTime(MINUTE);
  expect(due).toBe(1);
  vi.advanceTimersByTime(59 * MINUTE);
  expect(due).toBe(1);
  vi.advanceTimersByTime(MINUTE);
  expect(due).toBe(2);
});

it('is never due once it is stopped, whatever fails afterwards', () => {
  timer.stop();
  timer.sooner();
  timer.setInterval(20_000);

  vi.advanceTimersByTime(600 * MINUTE);

  expect(due).toBe(0);
});
