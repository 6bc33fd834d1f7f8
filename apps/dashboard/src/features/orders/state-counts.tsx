'use client';

import { jobState } from '@trustfleet/api';
import { cn } from '@trustfleet/ui';
import { useFormatter, useTranslations } from 'use-intl';
import { JobStateBadge } from '../../components/job-state.tsx';

export interface StateCountsProps {
  readonly counts: Readonly<Record<string, number>>;
  readonly large?: boolean;
}

/** How many jobs of an order are in which state; states of none are left out. */
export function StateCounts({ counts, large = false }: StateCountsProps) {
  const t = useTranslations('order');
  const format = useFormatter();
  const counted = jobState.options.filter((state) => (counts[state] ?? 0) > 0);
  return (
    <ul aria-label={t('counts')} className={cn('flex flex-wrap gap-y-2', large ? 'gap-x-6' : 'gap-x-3')}>
      {counted.map((state) => (
        <li key={state} className={cn('flex items-center', large ? 'gap-2' : 'gap-1')}>
          <span className={cn('tabular-nums', large && 'text-[1.3rem] leading-none font-semibold')}>
            {format.number(counts[state] ?? 0)}
          </span>
          <JobStateBadge state={state} />
        </li>
      ))}
    </ul>
  );
}
