'use client';

import type { JobDetail } from '@trustfleet/api';
import { Card, Fact, Facts, LiveRegion, Notice, Untrusted } from '@trustfleet/ui';
import { ShieldCheck, ShieldQuestion } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { Moment } from '../../components/ago.tsx';
import { Print } from '../../components/copyable.tsx';
import { HostLink } from '../../components/host-words.tsx';
import { JobStateBadge, jobTone } from '../../components/job-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { PermitHelp } from '../../components/permit-help.tsx';
import { PlanDiff } from '../../components/plan-diff.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { reads } from '../../lib/api/reads.ts';
import { useRead } from '../../lib/api/use-read.ts';
import { EvidenceTable } from './evidence-table.tsx';
import { Steps } from './steps.tsx';

function Outcome({ job }: { readonly job: JobDetail }) {
  const t = useTranslations('jobs');
  const detail = job.events.reduce((last, event) => (event.index > last.index ? event : last), {
    index: 0,
    detail: null as string | null,
  }).detail;
  return (
    <Notice tone={jobTone(job.state).tone} title={t(`explain.${job.state}`)} className="mb-5">
      {job.undone !== null && jobTone(job.state).tone === 'bad' && (
        <p>{t(job.undone ? 'undone' : 'notUndone')}</p>
      )}
      {detail !== null && job.state !== 'notPermitted' && (
        <p className="break-words">
          <Untrusted text={detail} />
        </p>
      )}
    </Notice>
  );
}

function JobFacts({ job }: { readonly job: JobDetail }) {
  const t = useTranslations('job');
  const kinds = useTranslations('jobs');
  return (
    <Facts>
      <Fact name={t('order')}>
        <TextLink href={`/orders/${job.orderId}`}>
          <Untrusted text={job.title} />
        </TextLink>
        {' · '}
        {kinds(job.mode)}
      </Fact>
      <Fact name={t('reason')}>
        <Untrusted text={job.reason} />
      </Fact>
      <Fact name={t('orderedBy')}>
        <Untrusted text={job.createdBy} />
        {', '}
        <Moment at={job.createdAt} />
      </Fact>
      {new Date(job.notBefore) > new Date(job.createdAt) && (
        <Fact name={t('notBefore')}>
          <Moment at={job.notBefore} />
        </Fact>
      )}
      {job.anchor && (
        <Fact name={t('anchor')}>
          <Untrusted text={job.anchor.name} />
          <br />
          <Print value={job.anchor.sha256} />
        </Fact>
      )}
    </Facts>
  );
}

function Signature({ job }: { readonly job: JobDetail }) {
  const t = useTranslations('job');
  if (!job.final || job.events.length === 0) return null;
  const Icon = job.resultSigned ? ShieldCheck : ShieldQuestion;
  return (
    <p
      className={`mt-3 flex items-center gap-2 text-[0.93rem] ${job.resultSigned ? 'text-ok' : 'text-muted'}`}
    >
      <Icon aria-hidden="true" className="size-4 shrink-0" />
      {t(job.resultSigned ? 'signed' : 'notSigned')}
    </p>
  );
}

function JobBody({ job }: { readonly job: JobDetail }) {
  const t = useTranslations();
  return (
    <>
      <Outcome job={job} />
      <div className="grid gap-5 xl:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-5">
          <Card title={t('job.steps')}>
            <Steps job={job} />
            <Signature job={job} />
          </Card>
          <Card>
            <JobFacts job={job} />
          </Card>
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          {job.state === 'notPermitted' && (
            <Card title={t('permit.title')}>
              <PermitHelp remedy={job.remedy} permits={[]} />
            </Card>
          )}
          <Card title={t('job.planTitle')}>
            {job.plan === null ? (
              <p className="text-muted">{t('job.planNone')}</p>
            ) : (
              <PlanDiff plan={job.plan} />
            )}
          </Card>
          <Card title={t('job.evidence')} description={t('job.evidenceText')} flush>
            <EvidenceTable before={job.before} after={job.after} />
          </Card>
        </div>
      </div>
    </>
  );
}

export function JobView({ id }: { readonly id: string }) {
  const t = useTranslations();
  const { data: job, error, refetch } = useRead(reads.job(id));
  return (
    <>
      <PageHeader
        title={<Untrusted text={job?.title ?? t('jobs.title')} />}
        parent={{ href: '/jobs', label: t('jobs.title') }}
        details={
          job && (
            <>
              <JobStateBadge state={job.state} />
              <HostLink id={job.hostId} name={job.hostName} />
              {job.attempt > 1 && <span>{t('jobs.attempt', { attempt: job.attempt })}</span>}
            </>
          )
        }
      />
      <LiveRegion message={job ? t(`jobs.states.${job.state}`) : ''} />
      {error !== null && <ProblemNotice problem={problemOf(error)} onRetry={() => void refetch()} />}
      {job && <JobBody job={job} />}
    </>
  );
}
