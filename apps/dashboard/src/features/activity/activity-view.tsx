'use client';

import { AUDIT_ACTIONS } from '@trustfleet/api';
import { Card, EmptyState, FilterSelect, Skeleton, Table, Th } from '@trustfleet/ui';
import { History } from 'lucide-react';
import { useQueryStates } from 'nuqs';
import { useTranslations } from 'use-intl';
import { OlderButton } from '../../components/older-button.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { SearchBox } from '../../components/search-box.tsx';
import { usePaged } from '../../lib/api/use-read.ts';
import { activityRead, activityUrl } from './activity-url.ts';
import { EntryRow } from './entry-row.tsx';

/** The same in every language. */
const VERIFY_COMMAND = 'trustfleet audit verify';

function Filters() {
  const t = useTranslations('activity');
  const [url, setUrl] = useQueryStates(activityUrl, { history: 'push' });
  return (
    <div role="search" className="flex flex-wrap gap-2 border-b border-line p-3">
      <SearchBox
        label={t('search')}
        value={url.q}
        onChange={(q) => void setUrl({ q: q === '' ? null : q })}
      />
      <FilterSelect
        label={t('action')}
        value={url.action ?? ''}
        options={[
          { value: '', label: t('anyAction') },
          ...AUDIT_ACTIONS.map((action) => ({ value: action, label: t(`actions.${action}`) })),
        ]}
        onPick={(value) => void setUrl({ action: AUDIT_ACTIONS.find((action) => action === value) ?? null })}
      />
    </div>
  );
}

/** Who did what when, newest first, as it stands in the chain. */
export function ActivityView() {
  const t = useTranslations('activity');
  const common = useTranslations('common');
  const [url] = useQueryStates(activityUrl);
  const { pages, error, retry, more, loadingOlder, showOlder } = usePaged(activityRead(url));
  const entries = pages?.flatMap((page) => page.items) ?? [];
  return (
    <>
      <PageHeader
        title={t('title')}
        details={
          <span>
            {t.rich('verifyRich', {
              command: () => (
                <code key="command" className="rounded bg-sunken px-1 font-mono text-[0.92em]">
                  {VERIFY_COMMAND}
                </code>
              ),
            })}
          </span>
        }
      />
      {error !== null && <ProblemNotice problem={problemOf(error)} onRetry={retry} />}
      <Card flush>
        <Filters />
        {pages === undefined && error === null && <Skeleton label={common('loading')} />}
        {pages && entries.length === 0 && (
          <EmptyState icon={<History />} title={t('emptyTitle')}>
            {t('empty')}
          </EmptyState>
        )}
        {entries.length > 0 && (
          <>
            <Table label={t('title')} stacked>
              <thead>
                <tr>
                  <Th>{t('when')}</Th>
                  <Th>{t('who')}</Th>
                  <Th>{t('what')}</Th>
                  <Th>{t('subject')}</Th>
                  <Th>{t('details')}</Th>
                </tr>
              </thead>
              <tbody>
                {entries.map((entry) => (
                  <EntryRow key={entry.seq} entry={entry} />
                ))}
              </tbody>
            </Table>
            <OlderButton more={more} loading={loadingOlder} onOlder={showOlder} />
          </>
        )}
      </Card>
    </>
  );
}
