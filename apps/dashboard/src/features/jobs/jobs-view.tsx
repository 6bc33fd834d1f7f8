'use client';

import { jobState } from '@trustfleet/api';
import { Card, EmptyState, FilterSelect, Skeleton } from '@trustfleet/ui';
import { ListChecks } from 'lucide-react';
import { useQueryStates } from 'nuqs';
import { useTranslations } from 'use-intl';
import { JobTable } from '../../components/job-table.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Pagination } from '../../components/pagination.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { useRead } from '../../lib/api/use-read.ts';
import { jobListRead, JOBS_PAGE_SIZE, jobListUrl } from './job-list-url.ts';

export function JobsView() {
  const t = useTranslations('jobs');
  const common = useTranslations('common');
  const [url, setUrl] = useQueryStates(jobListUrl, { history: 'push' });
  const { data, error, refetch } = useRead(jobListRead(url), { keepPrevious: true });
  return (
    <>
      <PageHeader title={t('title')} />
      {error !== null && <ProblemNotice problem={problemOf(error)} onRetry={() => void refetch()} />}
      <Card flush>
        <div className="flex flex-wrap gap-2 border-b border-line p-3">
          <FilterSelect
            label={t('show')}
            value={url.show}
            options={[
              { value: 'all', label: t('all') },
              { value: 'active', label: t('active') },
              { value: 'failed', label: t('failedOnly') },
            ]}
            onPick={(value) =>
              void setUrl({ show: value === 'active' || value === 'failed' ? value : null, page: null })
            }
          />
          <FilterSelect
            label={t('state')}
            value={url.state ?? ''}
            options={[
              { value: '', label: t('allStates') },
              ...jobState.options.map((state) => ({ value: state, label: t(`states.${state}`) })),
            ]}
            onPick={(value) =>
              void setUrl({ state: jobState.options.find((state) => state === value) ?? null, page: null })
            }
          />
        </div>
        {data === undefined && error === null && <Skeleton label={common('loading')} />}
        {data && data.items.length > 0 && <JobTable label={t('title')} jobs={data.items} />}
        {data?.items.length === 0 && (
          <EmptyState icon={<ListChecks />} title={t('emptyTitle')}>
            {t('empty')}
          </EmptyState>
        )}
        {data && (
          <Pagination
            page={data.page}
            pageSize={JOBS_PAGE_SIZE}
            total={data.total}
            onPage={(page) => void setUrl({ page })}
          />
        )}
      </Card>
    </>
  );
}
