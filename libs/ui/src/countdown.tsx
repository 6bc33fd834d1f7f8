'use client';

import { useEffect, useState } from 'react';

const two = (value: number): string => String(value).padStart(2, '0');

/** `0:42`, `12:05`, `3:00:00`; nothing negative. */
export function timeLeft(at: Date, now: Date): string {
  const seconds = Math.max(0, Math.ceil((at.getTime() - now.getTime()) / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

export interface CountdownProps {
  /** RFC 3339 */
  readonly at: string;
  /** Time of the first paint, the same on both sides. */
  readonly now: Date;
  /** The moment itself in words: what a screen reader hears instead of every second. */
  readonly spoken: string;
}

/** Digits of one width in a box as wide as `59:59`, so that nothing beside it moves within the hour. */
export function Countdown({ at, now, spoken }: CountdownProps) {
  const [ticked, setTicked] = useState<Date | null>(null);
  useEffect(() => {
    const timer = setInterval(() => {
      setTicked(new Date());
    }, 1_000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return (
    <time dateTime={at} title={spoken}>
      <span aria-hidden="true" className="inline-block min-w-[5ch] tabular-nums">
        {timeLeft(new Date(at), ticked ?? now)}
      </span>
      <span className="sr-only">{spoken}</span>
    </time>
  );
}
