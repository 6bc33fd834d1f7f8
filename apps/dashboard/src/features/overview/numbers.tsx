'use client';

import type { Overview } from '@trustfleet/api';
import { cn, TONE_TEXT, type Tone } from '@trustfleet/ui';
import Link from 'next/link';
import { useFormatter, useTranslations } from 'use-intl';

interface NumberLink {
  readonly key:
    'hosts' | 'online' | 'offline' | 'withBlockers' | 'openFindings' | 'activeJobs' | 'failedJobs';
  readonly value: number;
  readonly href: string;
  /** Tone when the number is not zero. */
  readonly tone: Tone;
}

function numberLinks({ hosts, findings, jobs }: Overview): readonly NumberLink[] {
  return [
    { key: 'hosts', value: hosts.total, href: '/hosts', tone: 'neutral' },
    { key: 'online', value: hosts.online, href: '/hosts?presence=online', tone: 'ok' },
    { key: 'offline', value: hosts.offline, href: '/hosts?presence=offline', tone: 'neutral' },
    { key: 'withBlockers', value: hosts.withBlockers, href: '/hosts?findings=blockers', tone: 'bad' },
    {
      key: 'openFindings',
      value: findings.open,
      href: '/findings',
      tone: findings.blockers > 0 ? 'bad' : 'warn',
    },
    { key: 'activeJobs', value: jobs.active, href: '/jobs?show=active', tone: 'accent' },
    { key: 'failedJobs', value: jobs.failed, href: '/jobs?show=failed', tone: 'bad' },
  ];
}

/** Every number is a link to the things it counts. */
export function Numbers({ overview }: { readonly overview: Overview }) {
  const t = useTranslations('overview');
  const format = useFormatter();
  return (
    <ul className="grid grid-cols-2 overflow-hidden rounded-lg border border-line bg-line shadow-card gap-px sm:grid-cols-4 xl:grid-cols-7">
      {numberLinks(overview).map(({ key, value, href, tone }) => (
        <li key={key} className="bg-surface last:col-span-2 xl:last:col-span-1">
          <Link
            href={href}
            prefetch={false}
            className="flex h-full flex-col gap-0.5 px-4 py-3 hover:bg-sunken focus-visible:outline-offset-[-2px]"
          >
            <span className="text-[0.93rem] text-muted">{t(key)}</span>
            <span
              className={cn(
                'text-[1.7rem] leading-none font-semibold tabular-nums',
                value === 0 || tone === 'neutral' ? 'text-text' : TONE_TEXT[tone],
              )}
            >
              {format.number(value)}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
