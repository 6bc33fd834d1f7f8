'use client';

import type { CauseGroup } from '@trustfleet/api';
import { Card, EmptyState, FilterSelect, Skeleton, visibleText } from '@trustfleet/ui';
import { CircleCheck } from 'lucide-react';
import { useQueryStates, type inferParserType } from 'nuqs';
import { useTranslations } from 'use-intl';
import { FindingTable } from '../../components/finding-table.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Pagination } from '../../components/pagination.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { useCauseTitle } from '../../components/finding-words.tsx';
import { reads } from '../../lib/api/reads.ts';
import { useRead } from '../../lib/api/use-read.ts';
import { CausesCard } from './causes-card.tsx';
import { FINDINGS_PAGE_SIZE, findingListRead, findingListUrl } from './finding-list-url.ts';

type Filter = inferParserType<typeof findingListUrl>;
type Change = (change: Partial<Filter>) => void;

function NoFindings({ filter: { state, cause } }: { readonly filter: Filter }) {
  const t = useTranslations('findings');
  const what = cause === null ? (state === 'closed' ? 'emptyClosed' : 'emptyOpen') : 'emptyCause';
  return (
    <EmptyState icon={<CircleCheck />} title={t(`${what}Title`)}>
      {t(what)}
    </EmptyState>
  );
}

interface FilterProps {
  readonly filter: Filter;
  readonly causes: readonly CauseGroup[];
  readonly onChange: Change;
}

function Filters({ filter, causes, onChange }: FilterProps) {
  const t = useTranslations('findings');
  const titleOf = useCauseTitle();
  // One that was chosen stays in the list when the last finding of it is closed.
  const chosen = filter.cause === null ? [] : [filter.cause];
  const names = [...new Set([...causes.map(({ cause }) => cause), ...chosen])];
  return (
    <div className="flex flex-wrap gap-2 border-b border-line p-3">
      <FilterSelect
        label={t('state')}
        value={filter.state}
        options={[
          { value: 'open', label: t('open') },
          { value: 'closed', label: t('closed') },
        ]}
        onPick={(value) => {
          onChange({ state: value === 'closed' ? 'closed' : 'open' });
        }}
      />
      <FilterSelect
        label={t('cause')}
        // By place: the name of a cause is not ours, and an attribute would hold it as it came.
        value={filter.cause === null ? '' : String(names.indexOf(filter.cause))}
        className="max-w-full"
        options={[
          { value: '', label: t('anyCause') },
          ...names.map((cause, index) => ({
            value: String(index),
            label: visibleText(titleOf(cause), 100),
          })),
        ]}
        onPick={(place) => {
          onChange({ cause: place === '' ? null : (names[Number(place)] ?? null) });
        }}
      />
    </div>
  );
}

function Listed({ filter, onPage }: { readonly filter: Filter; readonly onPage: (page: number) => void }) {
  const common = useTranslations('common');
  const { data, error, refetch } = useRead(findingListRead(filter), { keepPrevious: true });
  return (
    <>
      {error !== null && <ProblemNotice problem={problemOf(error)} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton label={common('loading')} />}
      {data &&
        (data.items.length > 0 ? (
          <FindingTable findings={data.items} closed={filter.state === 'closed'} withHost />
        ) : (
          <NoFindings filter={filter} />
        ))}
      {data && (
        <Pagination page={data.page} pageSize={FINDINGS_PAGE_SIZE} total={data.total} onPage={onPage} />
      )}
    </>
  );
}

const NO_CAUSES: readonly CauseGroup[] = [];

/** What is wrong over the fleet: by cause, and one by one. */
export function FindingsView() {
  const t = useTranslations('findings');
  const [filter, setFilter] = useQueryStates(findingListUrl, { history: 'push' });
  const causes = useRead(reads.findingCauses).data?.items ?? NO_CAUSES;
  const change: Change = (wanted) => void setFilter({ ...wanted, page: null });
  return (
    <>
      <PageHeader title={t('title')} />
      {filter.state === 'open' && causes.length > 0 && (
        <CausesCard
          causes={causes}
          chosen={filter.cause}
          onChoose={(cause) => {
            change({ cause: cause === filter.cause ? null : cause });
          }}
        />
      )}
      <Card flush>
        <Filters filter={filter} causes={causes} onChange={change} />
        <Listed filter={filter} onPage={(page) => void setFilter({ page })} />
      </Card>
    </>
  );
}
