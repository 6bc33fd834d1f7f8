'use client';

import { Card, EmptyState, FilterSelect, Skeleton } from '@trustfleet/ui';
import { CircleCheck } from 'lucide-react';
import { useQueryStates } from 'nuqs';
import { useTranslations } from 'use-intl';
import { FindingTable } from '../../components/finding-table.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Pagination } from '../../components/pagination.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { useRead } from '../../lib/api/use-read.ts';
import { FINDINGS_PAGE_SIZE, findingListRead, findingListUrl } from './finding-list-url.ts';

function NoFindings({ closed }: { readonly closed: boolean }) {
  const t = useTranslations('findings');
  return (
    <EmptyState icon={<CircleCheck />} title={t(closed ? 'emptyClosedTitle' : 'emptyOpenTitle')}>
      {t(closed ? 'emptyClosed' : 'emptyOpen')}
    </EmptyState>
  );
}

export function FindingsView() {
  const t = useTranslations('findings');
  const common = useTranslations('common');
  const [state, setState] = useQueryStates(findingListUrl, { history: 'push' });
  const { data, error, refetch } = useRead(findingListRead(state), { keepPrevious: true });
  const closed = state.state === 'closed';
  return (
    <>
      <PageHeader title={t('title')} />
      {error !== null && <ProblemNotice problem={problemOf(error)} onRetry={() => void refetch()} />}
      <Card flush>
        <div className="border-b border-line p-3">
          <FilterSelect
            label={t('state')}
            value={state.state}
            options={[
              { value: 'open', label: t('open') },
              { value: 'closed', label: t('closed') },
            ]}
            onPick={(value) => void setState({ state: value === 'closed' ? 'closed' : null, page: null })}
          />
        </div>
        {data === undefined && error === null && <Skeleton label={common('loading')} />}
        {data &&
          (data.items.length > 0 ? (
            <FindingTable findings={data.items} closed={closed} withHost />
          ) : (
            <NoFindings closed={closed} />
          ))}
        {data && (
          <Pagination
            page={data.page}
            pageSize={FINDINGS_PAGE_SIZE}
            total={data.total}
            onPage={(page) => void setState({ page })}
          />
        )}
      </Card>
    </>
  );
}
