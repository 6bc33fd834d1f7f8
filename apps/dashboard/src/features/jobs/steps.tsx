'use client';

import type { JobDetail } from '@trustfleet/api';
import { Badge, cn, Untrusted, type Tone } from '@trustfleet/ui';
import { useFormatter, useMessages, useTranslations } from 'use-intl';
import { jobTone } from '../../components/job-state.tsx';
import { knownKey } from '../../lib/i18n/known-key.ts';

type Event = JobDetail['events'][number];

const EDGE = {
  ok: 'border-ok bg-ok',
  bad: 'border-bad bg-bad',
  warn: 'border-warn bg-warn',
  accent: 'border-accent bg-surface',
  neutral: 'border-line-strong bg-surface',
} as const;

function useStepWords(): (step: string) => string {
  const t = useTranslations('job.stepNames');
  const { stepNames } = useMessages().job;
  return (step) => {
    const known = knownKey(stepNames, step);
    return known === null ? step : t(known);
  };
}

/** A step that another followed is done, whatever its own state was called. */
function stepTone(event: Event, running: boolean): Tone {
  const { tone } = jobTone(event.state);
  if (event.late) return 'neutral';
  if (running) return 'accent';
  return tone === 'accent' ? 'ok' : tone;
}

function Step({
  event,
  last,
  running,
}: {
  readonly event: Event;
  readonly last: boolean;
  /** The host is at it now. */
  readonly running: boolean;
}) {
  const t = useTranslations();
  const format = useFormatter();
  const words = useStepWords();
  return (
    <li className="relative flex gap-3 pb-4 last:pb-0">
      {!last && (
        <span aria-hidden="true" className="absolute start-[0.3rem] top-3 bottom-[-0.25rem] w-px bg-line" />
      )}
      <span
        aria-hidden="true"
        className={cn(
          'relative mt-1.5 size-2.5 shrink-0 rounded-full border-2',
          EDGE[stepTone(event, running)],
          running && 'animate-pulse',
        )}
      />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline justify-between gap-x-4">
          <span className={event.late ? 'text-muted' : 'font-medium'}>
            {t(`jobs.states.${event.state}`)}
            {event.step !== null && (
              <span className="font-normal text-muted">
                {' · '}
                <Untrusted text={words(event.step)} />
              </span>
            )}
            {event.late && (
              <Badge className="ms-2">
                <span title={t('job.lateText')}>{t('job.late')}</span>
              </Badge>
            )}
          </span>
          <time dateTime={event.at} className="text-[0.9rem] whitespace-nowrap text-muted tabular-nums">
            {format.dateTime(new Date(event.at), {
              hour: '2-digit',
              minute: '2-digit',
              second: '2-digit',
              hourCycle: 'h23',
            })}
          </time>
        </p>
        {event.detail !== null && (
          <p className="text-[0.95rem] text-muted wrap-anywhere">
            <Untrusted text={event.detail} />
          </p>
        )}
      </div>
    </li>
  );
}

/** What the host reported, in its order; the last step of a job under way pulses. */
export function Steps({ job }: { readonly job: JobDetail }) {
  const t = useTranslations('job');
  const events = job.events.toSorted((a, b) => a.index - b.index || a.receivedAt.localeCompare(b.receivedAt));
  const newest = events.findLast((event) => !event.late);
  if (events.length === 0) return <p className="text-muted">{t('noSteps')}</p>;
  return (
    <ol>
      {events.map((event, index) => (
        <Step
          key={event.eventId}
          event={event}
          last={index === events.length - 1}
          running={event === newest && !job.final}
        />
      ))}
    </ol>
  );
}
