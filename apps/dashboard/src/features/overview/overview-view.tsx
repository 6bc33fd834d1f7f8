'use client';

import { buttonClass, Card, EmptyState, Notice } from '@trustfleet/ui';
import { Monitor } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'use-intl';
import { JobTable } from '../../components/job-table.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { reads } from '../../lib/api/reads.ts';
import { useRead } from '../../lib/api/use-read.ts';
import { May } from '../../lib/permissions/may.tsx';
import { AnchorTable } from './anchor-table.tsx';
import { Numbers } from './numbers.tsx';
import { RECENT_JOBS } from './reads.ts';

function RecentJobs() {
  const t = useTranslations();
  const jobs = useRead(RECENT_JOBS);
  const items = jobs.data?.items ?? [];
  return (
    <Card
      title={t('overview.recentJobs')}
      flush
      actions={<TextLink href="/jobs">{t('overview.allJobs')}</TextLink>}
    >
      {items.length > 0 ? (
        <JobTable label={t('overview.recentJobs')} jobs={items} />
      ) : (
        <EmptyState title={t('jobs.emptyTitle')}>{t('jobs.empty')}</EmptyState>
      )}
    </Card>
  );
}

export function OverviewView() {
  const t = useTranslations();
  const { data, error, refetch } = useRead(reads.overview);
  return (
    <>
      <PageHeader
        title={t('overview.title')}
        actions={
          <May needs="orders.create">
            <Link href="/orders/new" prefetch={false} className={buttonClass({ variant: 'primary' })}>
              {t('shell.addAnchor')}
            </Link>
          </May>
        }
      />
      {error !== null && <ProblemNotice problem={problemOf(error)} onRetry={() => void refetch()} />}
      {data && (
        <div className="flex flex-col gap-5">
          <Numbers overview={data} />
          {!data.approverKeys && (
            <Notice tone="warn" title={t('overview.noKeysTitle')}>
              {t('overview.noKeys')}
            </Notice>
          )}
          {data.hosts.total === 0 && (
            <Card>
              <EmptyState
                icon={<Monitor />}
                title={t('overview.noHostsTitle')}
                actions={
                  <May needs="hosts.enrol">
                    <Link href="/hosts" prefetch={false} className={buttonClass({ variant: 'primary' })}>
                      {t('overview.toHosts')}
                    </Link>
                  </May>
                }
              >
                {t('overview.noHosts')}
              </EmptyState>
            </Card>
          )}
          <AnchorTable anchors={data.anchors} />
          <RecentJobs />
        </div>
      )}
    </>
  );
}
