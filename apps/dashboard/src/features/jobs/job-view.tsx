'use client';

import type { JobDetail } from '@trustfleet/api';
import { Card, Fact, Facts, LiveRegion, Notice, Untrusted } from '@trustfleet/ui';
import { ShieldCheck, ShieldQuestion } from 'lucide-react';
import { useFormatter, useMessages, useTranslations } from 'use-intl';
import { Ago, Moment } from '../../components/ago.tsx';
import { allowListPath } from '../../components/allow-list-path.ts';
import { Print } from '../../components/copyable.tsx';
import { HostLink } from '../../components/host-words.tsx';
import { JobStateBadge, jobTone } from '../../components/job-state.tsx';
import { ModeBadge } from '../../components/mode-badge.tsx';
import { NextAt } from '../../components/next-at.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { PermitHelp } from '../../components/permit-help.tsx';
import { PlanWords } from '../../components/plan-words.tsx';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { RemedyBadge, RemedyName } from '../../components/remedy-badge.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { reads } from '../../lib/api/reads.ts';
import { useRead } from '../../lib/api/use-read.ts';
import { knownKey } from '../../lib/i18n/known-key.ts';
import { VerdictChanges } from '../../components/verdict-changes.tsx';
import { EvidenceTable } from './evidence-table.tsx';
import { JobActions } from './job-actions.tsx';
import { Steps } from './steps.tsx';

/** What the host said last; late events are evidence and no news. */
function lastDetail(job: JobDetail): string | null {
  const told = job.events.filter((event) => !event.late);
  return told.reduce((last, event) => (event.index > last.index ? event : last), {
    index: 0,
    detail: null as string | null,
  }).detail;
}

/** What the state means; some states of an undo mean something else. */
function useExplanation(): (job: JobDetail) => string {
  const t = useTranslations('jobs');
  const { explainUndo } = useMessages().jobs;
  return ({ mode, state }) => {
    const known = mode === 'undo' ? knownKey(explainUndo, state) : null;
    return known === null ? t(`explain.${state}`) : t(`explainUndo.${known}`);
  };
}

/** What else is to be known while a job waits. */
function Waiting({ job }: { readonly job: JobDetail }) {
  const t = useTranslations('jobs');
  const { held = null, cancelRequestedAt } = job;
  if (job.final) return null;
  return (
    <>
      {held !== null && <p>{t(`held.${held}`)}</p>}
      {cancelRequestedAt !== null && (
        <p>{t.rich('cancelAskedRich', { time: () => <Ago key="at" at={cancelRequestedAt} /> })}</p>
      )}
    </>
  );
}

function Outcome({ job }: { readonly job: JobDetail }) {
  const t = useTranslations('jobs');
  const detail = lastDetail(job);
  const explanation = useExplanation()(job);
  const { tone } = jobTone(job.state);
  return (
    <Notice
      tone={tone}
      title={
        <>
          {explanation} <NextAt job={job} />
        </>
      }
      className="mb-5"
    >
      {job.undone !== null && tone === 'bad' && <p>{t(job.undone ? 'undone' : 'notUndone')}</p>}
      {job.effective !== null && <p>{t(`effective.${job.effective}`)}</p>}
      {detail !== null && job.state !== 'notPermitted' && (
        <p>
          <Untrusted text={detail} />
        </p>
      )}
      <Waiting job={job} />
    </Notice>
  );
}

function UndoLinks({ job }: { readonly job: JobDetail }) {
  const t = useTranslations('job');
  return (
    <>
      {job.undoes !== null && (
        <Fact name={t('undoes')}>
          <TextLink href={`/jobs/${job.undoes}`}>{t('undoesLink')}</TextLink>
        </Fact>
      )}
      {job.undoneBy.length > 0 && (
        <Fact name={t('undoneBy')}>
          <ul className="flex flex-col gap-1">
            {job.undoneBy.map((undo) => (
              <li key={undo.id} className="flex flex-wrap items-center gap-2">
                <TextLink href={`/jobs/${undo.id}`}>
                  <Moment at={undo.createdAt} />
                </TextLink>
                <JobStateBadge state={undo.state} />
              </li>
            ))}
          </ul>
        </Fact>
      )}
    </>
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
        <RemedyName remedy={job.remedy} />
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
      {!job.final && (
        <Fact name={t('deliverBy')}>
          <Moment at={job.deliverBy} />
        </Fact>
      )}
      <UndoLinks job={job} />
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

/** Programs that began before the change: nothing of theirs is ever closed. */
function WaitsFor({ programs }: { readonly programs: NonNullable<JobDetail['waitsFor']> }) {
  const t = useTranslations('job');
  return (
    <Card title={t('waitsFor')} description={t('waitsForText')}>
      <ul className="flex flex-col gap-1">
        {programs.map(({ account, program, pid, since }) => (
          <li key={pid}>
            <Untrusted text={t('waitsForLine', { program, account })} className="wrap-anywhere" />{' '}
            <Moment at={since} />
          </li>
        ))}
      </ul>
    </Card>
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
              <PermitHelp remedy={job.remedy} permits={[]} path={allowListPath(lastDetail(job))} />
            </Card>
          )}
          <Card title={t('job.planTitle')}>
            {job.plan === null ? (
              <p className="text-muted">{t('job.planNone')}</p>
            ) : (
              <PlanWords plan={job.plan} />
            )}
          </Card>
          {job.proof != null && (
            <Card title={t('job.proof')} description={t('job.proofText')}>
              <VerdictChanges label={t('job.proof')} changes={job.proof} />
            </Card>
          )}
          {job.waitsFor != null && job.waitsFor.length > 0 && <WaitsFor programs={job.waitsFor} />}
          <Card title={t('job.evidence')} description={t('job.evidenceText')} flush>
            <EvidenceTable before={job.before} after={job.after} />
          </Card>
        </div>
      </div>
    </>
  );
}

function Attempt({ job }: { readonly job: JobDetail }) {
  const t = useTranslations('jobs');
  const { attempt, attempts } = job;
  if (attempts !== undefined && attempts > 1) return <span>{t('attemptOf', { attempt, attempts })}</span>;
  return attempt > 1 ? <span>{t('attempt', { attempt })}</span> : null;
}

/** Said aloud when the state changes, with the time at which it goes on: never every second. */
function useNews(job: JobDetail | undefined): string {
  const t = useTranslations('jobs');
  const format = useFormatter();
  if (job === undefined) return '';
  const state = t(`states.${job.state}`);
  if (job.nextAt === null) return state;
  const time = format.dateTime(new Date(job.nextAt), { dateStyle: 'medium', timeStyle: 'short' });
  return `${state}, ${t('atTime', { time })}`;
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
              <RemedyBadge remedy={job.remedy} />
              <ModeBadge mode={job.mode} />
              <HostLink id={job.hostId} name={job.hostName} />
              <Attempt job={job} />
            </>
          )
        }
        actions={job && <JobActions job={job} />}
      />
      <LiveRegion message={useNews(job)} />
      {error !== null && <ProblemNotice problem={problemOf(error)} onRetry={() => void refetch()} />}
      {job && <JobBody job={job} />}
    </>
  );
}
