'use client';

import type { TimelineEntry } from '@trustfleet/api';
import { Card, EmptyState, Skeleton } from '@trustfleet/ui';
import { History } from 'lucide-react';
import { useFormatter, useTranslations } from 'use-intl';
import { OlderButton } from '../../components/older-button.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { pagedReads } from '../../lib/api/reads.ts';
import { usePaged } from '../../lib/api/use-read.ts';
import { byDay, type Day } from './by-day.ts';
import { EntryWords } from './timeline-entry.tsx';

function DayOf({ day }: { readonly day: Day<TimelineEntry> }) {
  const format = useFormatter();
  return (
    <section aria-label={day.name} className="border-b border-line last:border-b-0">
      <h3 className="bg-sunken/60 px-4 py-1.5 text-[0.93rem] font-medium text-muted">{day.name}</h3>
      <ol className="divide-y divide-line">
        {day.entries.map((entry, index) => (
          <li key={index} className="grid grid-cols-[3.5rem_minmax(0,1fr)] gap-2 px-4 py-2.5">
            <time dateTime={entry.at} className="text-[0.93rem] text-muted tabular-nums">
              {format.dateTime(new Date(entry.at), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })}
            </time>
            <div className="min-w-0">
              <EntryWords entry={entry} />
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What appeared on a host and what left, when, and which job did it. */
export function TimelineTab({ hostId }: { readonly hostId: string }) {
  const t = useTranslations('timeline');
  const common = useTranslations('common');
  const format = useFormatter();
  const { pages, error, retry, more, loadingOlder, showOlder } = usePaged(pagedReads.timeline(hostId));
  const entries = pages?.flatMap((page) => page.items) ?? [];
  const days = byDay(entries, (at) => format.dateTime(new Date(at), { dateStyle: 'full' }));
  return (
    <>
      {error !== null && <ProblemNotice problem={problemOf(error)} onRetry={retry} />}
      <Card title={t('title')} description={t('text')} flush>
        {pages === undefined && error === null && <Skeleton label={common('loading')} />}
        {pages && entries.length === 0 && (
          <EmptyState icon={<History />} title={t('emptyTitle')}>
            {t('empty')}
          </EmptyState>
        )}
        {days.map((day) => (
          <DayOf key={day.name} day={day} />
        ))}
        {entries.length > 0 && <OlderButton more={more} loading={loadingOlder} onOlder={showOlder} />}
      </Card>
    </>
  );
}
