'use client';

import { Card, EmptyState, Skeleton } from '@trustfleet/ui';
import { Monitor, SearchX } from 'lucide-react';
import { useQueryStates } from 'nuqs';
import { useState, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { PageHeader } from '../../components/page-header.tsx';
import { Pagination } from '../../components/pagination.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { useRead } from '../../lib/api/use-read.ts';
import { useMay } from '../../lib/permissions/reader.tsx';
import { HostFilters } from './host-filters.tsx';
import { hostListRead, hostListUrl, PAGE_SIZE, type HostListState } from './host-list-url.ts';
import { HostTable } from './host-table.tsx';
import { SelectionBar } from './selection-bar.tsx';

const isFiltered = (state: HostListState): boolean =>
  state.q !== '' ||
  [state.presence, state.platform, state.findings, state.missingAnchor, state.groupId, state.admission].some(
    (value) => value !== null,
  );

function NoHosts({ filtered, enrol }: { readonly filtered: boolean; readonly enrol: ReactNode }) {
  const t = useTranslations('hosts');
  const may = useMay();
  if (filtered) {
    return (
      <EmptyState icon={<SearchX />} title={t('noMatchTitle')}>
        {t('noMatchText')}
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<Monitor />} title={t('emptyTitle')} actions={enrol}>
      {t(may('hosts.enrol') ? 'emptyText' : 'emptyTextOnly')}
    </EmptyState>
  );
}

/** `enrol`: the way to add a host, from another feature. */
export function HostsView({ enrol }: { readonly enrol: ReactNode }) {
  const t = useTranslations('hosts');
  const common = useTranslations('common');
  const [state, setState] = useQueryStates(hostListUrl, { history: 'push' });
  const mayOrder = useMay()('orders.create');
  const [selected, setSelected] = useState<readonly string[]>([]);
  const { data, error, refetch } = useRead(hostListRead(state), { keepPrevious: true });
  const filtered = isFiltered(state);
  return (
    <>
      <PageHeader
        title={t('title')}
        details={data && <span>{t('count', { count: data.total })}</span>}
        actions={enrol}
      />
      {error !== null && <ProblemNotice problem={problemOf(error)} onRetry={() => void refetch()} />}
      <Card flush>
        <HostFilters
          state={state}
          onChange={(change) => void setState({ ...change, page: null })}
          filtered={filtered}
        />
        <SelectionBar
          selected={selected}
          anchor={state.missingAnchor}
          onClear={() => {
            setSelected([]);
          }}
        />
        {data === undefined && error === null && <Skeleton label={common('loading')} />}
        {data?.items.length === 0 && <NoHosts filtered={filtered} enrol={enrol} />}
        {data && data.items.length > 0 && (
          <HostTable
            hosts={data.items}
            sort={state.sort}
            order={state.order}
            onSort={(sort, order) => void setState({ sort, order, page: null })}
            selected={selected}
            onSelect={setSelected}
            selectable={mayOrder}
          />
        )}
        {data && (
          <Pagination
            page={data.page}
            pageSize={PAGE_SIZE}
            total={data.total}
            onPage={(page) => void setState({ page })}
          />
        )}
      </Card>
    </>
  );
}
