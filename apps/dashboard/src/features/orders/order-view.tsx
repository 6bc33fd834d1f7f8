'use client';

import type { OrderView as Order } from '@trustfleet/api';
import { Card, Fact, Facts, LiveRegion, Untrusted } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { Moment } from '../../components/ago.tsx';
import { Print } from '../../components/copyable.tsx';
import { JobTable } from '../../components/job-table.tsx';
import { ModeBadge } from '../../components/mode-badge.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { reads } from '../../lib/api/reads.ts';
import { RemedyBadge } from '../../components/remedy-badge.tsx';
import { useRead } from '../../lib/api/use-read.ts';
import { OrderActions } from './order-actions.tsx';
import { StateCounts } from './state-counts.tsx';

function UndoLinks({ order }: { readonly order: Order }) {
  const t = useTranslations('order');
  return (
    <>
      {order.undoes !== null && (
        <Fact name={t('undoes')}>
          <TextLink href={`/orders/${order.undoes}`}>{t('undoesLink')}</TextLink>
        </Fact>
      )}
      {order.undoneBy.length > 0 && (
        <Fact name={t('undoneBy')}>
          <ul>
            {order.undoneBy.map((undo) => (
              <li key={undo.id}>
                <TextLink href={`/orders/${undo.id}`}>
                  <Moment at={undo.createdAt} />
                </TextLink>
                {', '}
                {t('targets', { count: undo.targets })}
              </li>
            ))}
          </ul>
        </Fact>
      )}
    </>
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
      <UndoLinks order={order} />
      {order.store !== null && (
        <Fact name={t('order.store')}>
          <Untrusted text={order.store} className="font-mono text-[0.9rem] break-all" />
        </Fact>
      )}
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
  return (
    <>
      <RemedyBadge remedy={order.remedy} />
      <ModeBadge mode={order.mode} />
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
        parent={{ href: '/orders', label: t('orders.title') }}
        details={order && <OrderDetails order={order} />}
        actions={order && <OrderActions order={order} />}
      />
      <LiveRegion message={order ? t('order.progress', { done, total: order.targets }) : ''} />
      {error !== null && <ProblemNotice problem={problemOf(error)} onRetry={() => void refetch()} />}
      {order && (
        <div className="flex flex-col gap-5">
          <Card title={t('order.counts')} description={t('order.progress', { done, total: order.targets })}>
            <StateCounts counts={order.counts} large />
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
