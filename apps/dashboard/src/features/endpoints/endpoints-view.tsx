'use client';

import type { GroupView } from '@trustfleet/api';
import { Card, EmptyState, Skeleton } from '@trustfleet/ui';
import { Globe } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { PageHeader } from '../../components/page-header.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { reads } from '../../lib/api/reads.ts';
import { useRead } from '../../lib/api/use-read.ts';
import { May } from '../../lib/permissions/may.tsx';
import { EndpointDialog } from './endpoint-dialog.tsx';
import { EndpointTable } from './endpoint-table.tsx';
import { ProposalsCard } from './proposals-card.tsx';
import { TemplateDialog } from './template-dialog.tsx';

const NO_GROUPS: readonly GroupView[] = [];

function Actions({ groups }: { readonly groups: readonly GroupView[] }) {
  const t = useTranslations('endpoints');
  return (
    <May needs="endpoints.manage">
      <TemplateDialog groups={groups} />
      <EndpointDialog start={null} groups={groups} label={t('add')} variant="primary" />
    </May>
  );
}

function EndpointsCard({ groups }: { readonly groups: readonly GroupView[] }) {
  const t = useTranslations('endpoints');
  const common = useTranslations('common');
  const { data, error, refetch } = useRead(reads.endpoints);
  return (
    <Card title={t('endpoints')} description={t('text')} flush>
      {error !== null && <ProblemNotice problem={problemOf(error)} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton label={common('loading')} />}
      {data?.items.length === 0 && (
        <EmptyState icon={<Globe />} title={t('emptyTitle')}>
          {t('empty')}
        </EmptyState>
      )}
      {data !== undefined && data.items.length > 0 && (
        <EndpointTable endpoints={data.items} groups={groups} />
      )}
    </Card>
  );
}

function Proposals({ groups }: { readonly groups: readonly GroupView[] }) {
  const { data, error, refetch } = useRead(reads.endpointProposals);
  if (error !== null) return <ProblemNotice problem={problemOf(error)} onRetry={() => void refetch()} />;
  return data === undefined || data.items.length === 0 ? null : (
    <ProposalsCard proposals={data.items} groups={groups} />
  );
}

/** Settings → Endpoints: which servers hosts must reach with verification. */
export function EndpointsView() {
  const t = useTranslations('endpoints');
  const { data, error, refetch } = useRead(reads.groups);
  const groups = data?.items ?? NO_GROUPS;
  return (
    <>
      <PageHeader title={t('settings')} actions={data !== undefined && <Actions groups={groups} />} />
      {error !== null && <ProblemNotice problem={problemOf(error)} onRetry={() => void refetch()} />}
      <div className="flex flex-col gap-5">
        <EndpointsCard groups={groups} />
        <May needs="endpoints.manage">
          <Proposals groups={groups} />
        </May>
      </div>
    </>
  );
}
