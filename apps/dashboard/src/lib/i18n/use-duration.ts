'use client';

import { useFormatter } from 'use-intl';

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** "3 hours 24 minutes": the two largest units, whole; for a length of time in milliseconds, whichever its sign. */
export function useDuration(): (ms: number) => string {
  const format = useFormatter();
  return (ms) => {
    const seconds = Math.round(Math.abs(ms) / 1000);
    const first = UNITS.findIndex(([, size]) => seconds >= size);
    const units = first < 0 ? UNITS.slice(-1) : UNITS.slice(first, first + 2);
    let rest = seconds;
    return units
      .map(([unit, size], index) => {
        const count = Math.floor(rest / size);
        rest -= count * size;
        return index > 0 && count === 0
          ? null
          : format.number(count, { style: 'unit', unit, unitDisplay: 'long' });
      })
      .filter((part) => part !== null)
      .join(' ');
  };
}
