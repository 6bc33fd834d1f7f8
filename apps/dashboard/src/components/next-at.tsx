'use client';

import type { JobSummary } from '@trustfleet/api';
import { Countdown } from '@trustfleet/ui';
import { useFormatter, useTranslations } from 'use-intl';
import { useNow } from '../lib/i18n/reader-provider.tsx';

const WORDS = { retrying: 'nextAttemptRich', baking: 'watchedUntilRich' } as const;

/** When a job that waits by itself goes on, counted down; nothing for any other. */
export function NextAt({ job }: { readonly job: Pick<JobSummary, 'state' | 'nextAt'> }) {
  const t = useTranslations('jobs');
  const format = useFormatter();
  const now = useNow();
  const { state, nextAt } = job;
  if (nextAt === null || (state !== 'retrying' && state !== 'baking')) return null;
  const spoken = t('atTime', {
    time: format.dateTime(new Date(nextAt), { dateStyle: 'medium', timeStyle: 'short' }),
  });
  return (
    <span className="text-[0.93rem] text-muted">
      {t.rich(WORDS[state], { time: () => <Countdown key="at" at={nextAt} now={now} spoken={spoken} /> })}
    </span>
  );
}
