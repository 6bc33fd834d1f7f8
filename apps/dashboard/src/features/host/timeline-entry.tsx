'use client';

import type { SectionDifference, TimelineEntry } from '@trustfleet/api';
import { cn, Untrusted } from '@trustfleet/ui';
import { useMessages, useTranslations } from 'use-intl';
import { JobStateBadge } from '../../components/job-state.tsx';
import { Print } from '../../components/copyable.tsx';
import { useFindingTitle } from '../../components/finding-words.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { knownKey } from '../../lib/i18n/known-key.ts';

type SectionEntry = Extract<TimelineEntry, { kind: 'section' }>;
type FindingEntry = Extract<TimelineEntry, { kind: 'findingOpened' | 'findingClosed' }>;

const LOOK = {
  appeared: { mark: '+', className: 'text-ok' },
  left: { mark: '−', className: 'text-bad' },
  changed: { mark: '±', className: 'text-warn' },
} as const;

function Values({ difference }: { readonly difference: SectionDifference }) {
  const t = useTranslations('timeline');
  const { before, after } = difference;
  if (before === null && after === null) return null;
  const value = (text: string | null) =>
    text === null ? <span className="text-muted">{t('nothing')}</span> : <Untrusted text={text} />;
  return (
    <span className="block font-mono text-[0.9rem] break-all">
      {value(before)}
      <span className="text-muted">
        <span aria-hidden="true"> → </span>
        <span className="sr-only"> {t('became')} </span>
      </span>
      {value(after)}
    </span>
  );
}

function Difference({ difference }: { readonly difference: SectionDifference }) {
  const t = useTranslations('timeline');
  const look = LOOK[difference.change];
  return (
    <li className="flex gap-2.5 py-1">
      <span aria-hidden="true" className={cn('font-mono font-semibold select-none', look.className)}>
        {look.mark}
      </span>
      <div className="min-w-0 flex-1">
        <span className="text-[0.93rem] text-muted">
          {t('differs', { change: t(`changes.${difference.change}`), kind: t(`kinds.${difference.kind}`) })}
        </span>{' '}
        <Untrusted text={difference.name} className="font-medium wrap-anywhere" />
        {difference.anchor !== null && (
          <span className="block">
            <Print value={difference.anchor} short />
          </span>
        )}
        <Values difference={difference} />
        {difference.where !== null && (
          <span className="block font-mono text-[0.9rem] break-all text-muted">
            <Untrusted text={difference.where} />
          </span>
        )}
      </div>
    </li>
  );
}

function Section({ entry }: { readonly entry: SectionEntry }) {
  const t = useTranslations('timeline');
  const names = useMessages().timeline.sections;
  const known = knownKey(names, entry.name);
  const name = known === null ? entry.name : t(`sections.${known}`);
  const first = entry.fromDigest === null;
  const gone = entry.toDigest === null;
  const words = first ? 'sectionFirst' : gone ? 'sectionGone' : 'sectionChanged';
  return (
    <>
      <p className="font-medium">
        <Untrusted text={t(words, { name })} className="wrap-anywhere" />
      </p>
      {entry.differences.length > 0 && (
        <ul className="mt-1">
          {entry.differences.map((difference, index) => (
            <Difference key={index} difference={difference} />
          ))}
        </ul>
      )}
      {entry.more > 0 && <p className="text-muted">{t('more', { count: entry.more })}</p>}
      {!first && (
        <p className="mt-1 text-[0.93rem] text-muted">
          {entry.jobId === null ? (
            t('notByUs')
          ) : (
            <TextLink href={`/jobs/${entry.jobId}`}>{t('byJob')}</TextLink>
          )}
        </p>
      )}
    </>
  );
}

function Finding({ entry }: { readonly entry: FindingEntry }) {
  const t = useTranslations('timeline');
  const title = useFindingTitle()(entry.finding);
  return (
    <p>
      <span className="font-medium">{t(entry.kind)}</span>{' '}
      <Untrusted text={title} className="wrap-anywhere" />
    </p>
  );
}

/** What one entry of a host's history says. */
export function EntryWords({ entry }: { readonly entry: TimelineEntry }) {
  const t = useTranslations('timeline');
  const jobs = useTranslations('jobs');
  switch (entry.kind) {
    case 'enrolled':
    case 'revoked':
      return <p className="font-medium">{t(entry.kind)}</p>;
    case 'quarantined':
      return (
        <p>
          <span className="font-medium">{t('quarantined')}</span>{' '}
          <Untrusted text={entry.reason} className="text-muted wrap-anywhere" />
        </p>
      );
    case 'section':
      return <Section entry={entry} />;
    case 'job':
      return (
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span className="font-medium">{jobs(entry.job.mode)}</span>
          <TextLink href={`/jobs/${entry.job.id}`} className="wrap-anywhere">
            <Untrusted text={entry.job.title} />
          </TextLink>
          <JobStateBadge state={entry.job.state} />
        </p>
      );
    case 'findingOpened':
    case 'findingClosed':
      return <Finding entry={entry} />;
  }
}
