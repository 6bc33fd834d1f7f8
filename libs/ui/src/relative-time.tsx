const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** "3 minutes ago", "in 2 days"; whole units, the largest that fits; under a minute in seconds; less than a minute ahead counts as now. */
export function relativeTime(at: Date, now: Date, locale: string): string {
  const difference = Math.round((at.getTime() - now.getTime()) / 1000);
  // What has just happened on another machine's clock, or since this page's clock last ticked, is no future.
  const seconds = difference > 0 && difference < 60 ? 0 : difference;
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(seconds, 'second');
}

export interface RelativeTimeProps {
  /** RFC 3339 */
  readonly at: string;
  readonly now: Date;
  readonly locale: string;
  /** IANA name, e.g. Asia/Seoul. */
  readonly timeZone: string;
}

/** Relative in the text, absolute with its time zone in the title. */
export function RelativeTime({ at, now, locale, timeZone }: RelativeTimeProps) {
  const date = new Date(at);
  const title = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'long', timeZone }).format(
    date,
  );
  return (
    <time dateTime={at} title={title} className="whitespace-nowrap">
      {relativeTime(date, now, locale)}
    </time>
  );
}
