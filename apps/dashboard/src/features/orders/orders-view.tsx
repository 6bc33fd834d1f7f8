'use client';

import type { OrderView } from '@trustfleet/api';
import { buttonClass, Card, EmptyState, Skeleton, Table, Td, Th, Tr, Untrusted } from '@trustfleet/ui';
import { Send } from 'lucide-react';
import Link from 'next/link';
import { useQueryStates } from 'nuqs';
import { useTranslations } from 'use-intl';
import { Ago } from '../../components/ago.tsx';
import { ModeBadge } from '../../components/mode-badge.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Pagination } from '../../components/pagination.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { RemedyBadge } from '../../components/remedy-badge.tsx';
import { useRead } from '../../lib/api/use-read.ts';
import { May } from '../../lib/permissions/may.tsx';
import { orderListRead, orderListUrl, ORDERS_PAGE_SIZE } from './order-list-url.ts';
import { StateCounts } from './state-counts.tsx';

type Row = Omit<OrderView, 'jobs'>;

function OrderRow({ order }: { readonly order: Row }) {
  const t = useTranslations();
  return (
    <Tr>
      <Td>
        <TextLink href={`/orders/${order.id}`} className="font-medium wrap-anywhere">
          <Untrusted text={order.title} />
        </TextLink>
        <span className="block text-[0.93rem] text-muted">
          <Untrusted text={order.reason} className="wrap-anywhere" />
        </span>
      </Td>
      <Td>
        <span className="flex flex-wrap gap-1">
          <RemedyBadge remedy={order.remedy} />
          <ModeBadge mode={order.mode} />
        </span>
      </Td>
      <Td>
        <StateCounts counts={order.counts} />
      </Td>
      <Td column={t('job.orderedBy')}>
        <Untrusted text={order.createdBy} className="wrap-anywhere" />
      </Td>
      <Td>
        <Ago at={order.createdAt} />
      </Td>
    </Tr>
  );
}

function AddLink() {
  const t = useTranslations('shell');
  return (
    <May needs="orders.create">
      <Link href="/orders/new" prefetch={false} className={buttonClass({ variant: 'primary' })}>
        {t('addAnchor')}
      </Link>
    </May>
  );
}

/** Every order with how its jobs stand. */
export function OrdersView() {
  const t = useTranslations();
  const [url, setUrl] = useQueryStates(orderListUrl, { history: 'push' });
  const { data, error, refetch } = useRead(orderListRead(url), { keepPrevious: true });
  return (
    <>
      <PageHeader title={t('orders.title')} actions={<AddLink />} />
      {error !== null && <ProblemNotice problem={problemOf(error)} onRetry={() => void refetch()} />}
      <Card flush>
        {data === undefined && error === null && <Skeleton label={t('common.loading')} />}
        {data?.items.length === 0 && (
          <EmptyState icon={<Send />} title={t('orders.emptyTitle')}>
            {t('orders.empty')}
          </EmptyState>
        )}
        {data && data.items.length > 0 && (
          <Table label={t('orders.title')} stacked>
            <thead>
              <tr>
                <Th>{t('orders.what')}</Th>
                <Th>{t('jobs.mode')}</Th>
                <Th>{t('order.counts')}</Th>
                <Th>{t('job.orderedBy')}</Th>
                <Th>{t('orders.when')}</Th>
              </tr>
            </thead>
            <tbody>
              {data.items.map((order) => (
                <OrderRow key={order.id} order={order} />
              ))}
            </tbody>
          </Table>
        )}
        {data && (
          <Pagination
            page={data.page}
            pageSize={ORDERS_PAGE_SIZE}
            total={data.total}
            onPage={(page) => void setUrl({ page })}
          />
        )}
      </Card>
    </>
  );
}
