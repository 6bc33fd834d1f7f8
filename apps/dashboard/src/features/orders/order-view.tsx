'use client';

import { jobState, type OrderView as Order } from '@trustfleet/api';
import { Badge, Card, Fact, Facts, LiveRegion, Untrusted } from '@trustfleet/ui';
import { useFormatter, useTranslations } from 'use-intl';
import { Moment } from '../../components/ago.tsx';
import { Print } from '../../components/copyable.tsx';
import { JobStateBadge } from '../../components/job-state.tsx';
import { JobTable } from '../../components/job-table.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { reads } from '../../lib/api/reads.ts';
import { useRead } from '../../lib/api/use-read.ts';

function Counts({ order }: { readonly order: Order }) {
  const t = useTranslations('order');
  const format = useFormatter();
  const counted = jobState.options.filter((state) => (order.counts[state] ?? 0) > 0);
  return (
    <ul aria-label={t('counts')} className="flex flex-wrap gap-x-6 gap-y-2">
      {counted.map((state) => (
        <li key={state} className="flex items-center gap-2">
          <span className="text-[1.3rem] leading-none font-semibold tabular-nums">
            {format.number(order.counts[state] ?? 0)}
          </span>
          <JobStateBadge state={state} />
        </li>
      ))}
    </ul>
  );
}

function OrderFacts({ order }: { readonly order: Order }) {
  const t = useTranslations();
  return (
    <Facts>
      <Fact name={t('order.reason')}>
        <Untrusted text={order.reason} />
      </Fact>
      <Fact name={t('job.orderedBy')}>
        <Untrusted text={order.createdBy} />
        {', '}
        <Moment at={order.createdAt} />
      </Fact>
      <Fact name={t('job.notBefore')}>
        <Moment at={order.notBefore} />
      </Fact>
      <Fact name={t('order.validUntil')}>
        <Moment at={order.expiresAt} />
      </Fact>
      {order.anchor && (
        <Fact name={t('order.anchor')}>
          <Untrusted text={order.anchor.name} />
          <br />
          <Print value={order.anchor.sha256} />
        </Fact>
      )}
    </Facts>
  );
}

function OrderDetails({ order }: { readonly order: Order }) {
  const t = useTranslations('order');
  const plan = order.mode === 'plan';
  return (
    <>
      <Badge tone={plan ? 'neutral' : 'accent'}>{t(plan ? 'modePlan' : 'modeApply')}</Badge>
      <span>{t('targets', { count: order.targets })}</span>
    </>
  );
}

export function OrderView({ id }: { readonly id: string }) {
  const t = useTranslations();
  const { data: order, error, refetch } = useRead(reads.order(id));
  const done = order?.jobs.filter((job) => job.final).length ?? 0;
  return (
    <>
      <PageHeader
        title={<Untrusted text={order?.title ?? t('order.title')} />}
        parent={{ href: '/jobs', label: t('shell.jobs') }}
        details={order && <OrderDetails order={order} />}
      />
      <LiveRegion message={order ? t('order.progress', { done, total: order.targets }) : ''} />
      {error !== null && <ProblemNotice problem={problemOf(error)} onRetry={() => void refetch()} />}
      {order && (
        <div className="flex flex-col gap-5">
          <Card title={t('order.counts')} description={t('order.progress', { done, total: order.targets })}>
            <Counts order={order} />
          </Card>
          <Card title={t('order.jobsTitle')} flush>
            <JobTable label={t('order.jobsTitle')} jobs={order.jobs} />
          </Card>
          <Card>
            <OrderFacts order={order} />
          </Card>
        </div>
      )}
    </>
  );
}
