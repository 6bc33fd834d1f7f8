'use client';

import { RelativeTime } from '@trustfleet/ui';
import { useFormatter, useLocale, useTimeZone } from 'use-intl';
import { useNow } from '../lib/i18n/reader-provider.tsx';

/** "3 minutes ago"; the exact time in the title. */
export function Ago({ at }: { readonly at: string }) {
  const locale = useLocale();
  const timeZone = useTimeZone() ?? 'UTC';
  return <RelativeTime at={at} now={useNow()} locale={locale} timeZone={timeZone} />;
}

/** Date and time in the reader's time zone. */
export function Moment({ at }: { readonly at: string }) {
  const format = useFormatter();
  return (
    <time dateTime={at} className="whitespace-nowrap">
      {format.dateTime(new Date(at), { dateStyle: 'medium', timeStyle: 'short' })}
    </time>
  );
}

/** A certificate's date: a day in UTC, as it stands in the certificate. */
export function Day({ at }: { readonly at: string }) {
  const format = useFormatter();
  return (
    <time dateTime={at} className="whitespace-nowrap">
      {format.dateTime(new Date(at), { dateStyle: 'medium', timeZone: 'UTC' })}
    </time>
  );
}
