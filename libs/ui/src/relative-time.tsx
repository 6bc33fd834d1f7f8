'use client';

import { useEffect, useState } from 'react';

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** "3 minutes ago", "in 2 days"; whole units, the largest that fits; under a minute in seconds. */
export function relativeTime(at: Date, now: Date, locale: string): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(seconds, 'second');
}

export interface RelativeTimeProps {
  /** RFC 3339 */
  readonly at: string;
  readonly locale: string;
  readonly timeZone: string;
  /** The render's own clock, so that server and browser say the same; the component goes on from there. */
  readonly now: Date;
}

/** Relative in the text, absolute with its time zone in the title. */
export function RelativeTime({ at, locale, timeZone, now }: RelativeTimeProps) {
  const [clock, setClock] = useState<Date | null>(null);
  useEffect(() => {
    const tick = (): void => {
      setClock(new Date());
    };
    const first = setTimeout(tick, 0);
    const timer = setInterval(tick, 15_000);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [at]);
  const date = new Date(at);
  const title = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'long', timeZone }).format(date);
  return (
    <time dateTime={at} title={title} className="whitespace-nowrap">
      {relativeTime(date, clock ?? now, locale)}
    </time>
  );
}
