'use client';

import type { JobSummary, OrderView } from '@trustfleet/api';
import { Notice, StatusDot } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { HostLink } from '../../components/host-words.tsx';
import { JobStateBadge } from '../../components/job-state.tsx';
import { PlanWords } from '../../components/plan-words.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { reads } from '../../lib/api/reads.ts';
import { useRead } from '../../lib/api/use-read.ts';

/** Diffs are read for so many hosts; the page of the order has all of them. */
const SHOWN = 25;

function HostPlan({ job }: { readonly job: JobSummary }) {
  const t = useTranslations();
  const { data } = useRead(reads.job(job.id));
  const state = data?.state ?? job.state;
  return (
    <li className="flex flex-col gap-2 px-3 py-2.5">
      <div className="flex flex-wrap items-center gap-3">
        <HostLink id={job.hostId} name={job.hostName} />
        <JobStateBadge state={state} />
        <TextLink href={`/jobs/${job.id}`} className="ms-auto text-[0.93rem]">
          {t('job.steps')}
        </TextLink>
      </div>
      {data?.plan ? (
        <PlanWords plan={data.plan} />
      ) : (
        <p className="text-muted">{t(`jobs.explain.${state}`)}</p>
      )}
    </li>
  );
}

/** What every host would do, live. */
export function PlanResults({ order }: { readonly order: OrderView }) {
  const t = useTranslations('order');
  const waiting = order.jobs.filter((job) => !job.final).length;
  return (
    <section className="flex flex-col gap-2.5">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h3 className="font-medium">{t('planResults')}</h3>
        <span role="status">
          {waiting > 0 && <StatusDot tone="accent">{t('planWaiting', { count: waiting })}</StatusDot>}
        </span>
      </div>
      <ul className="divide-y divide-line rounded-md border border-line">
        {order.jobs.slice(0, SHOWN).map((job) => (
          <HostPlan key={job.id} job={job} />
        ))}
      </ul>
      {order.jobs.length > SHOWN && (
        <Notice
          tone="neutral"
          title={
            <TextLink href={`/orders/${order.id}`}>
              {t('planMore', { count: order.jobs.length - SHOWN })}
            </TextLink>
          }
        />
      )}
    </section>
  );
}
