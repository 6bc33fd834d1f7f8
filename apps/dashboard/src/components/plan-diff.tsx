'use client';

import type { JobDetail } from '@trustfleet/api';
import { cn, Untrusted } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';

type Plan = NonNullable<JobDetail['plan']>;
type Change = Plan['changes'][number];

const MARK = { addFile: '+', addAnchor: '+', runTool: '$' } as const;

function useChangeWords(): (change: Change) => string {
  const t = useTranslations('job');
  return (change) => {
    if (change.kind === 'addFile') return t('addFile', { path: change.path });
    if (change.kind === 'runTool') return t('runTool', { command: change.argv.join(' ') });
    return t('addAnchorLine', { subject: change.subject, store: change.store });
  };
}

/** A plan as a diff: what the host would write, trust and run, in that order. */
export function PlanDiff({ plan }: { readonly plan: Plan }) {
  const t = useTranslations('job');
  const words = useChangeWords();
  if (plan.changes.length === 0) return <p className="text-muted">{t('planEmpty')}</p>;
  return (
    <ul className="overflow-hidden rounded-md border border-line font-mono text-[0.9rem]">
      {plan.changes.map((change, index) => {
        const runs = change.kind === 'runTool';
        return (
          <li
            key={index}
            className={cn('flex gap-2.5 px-3 py-1.5', runs ? 'bg-sunken' : 'bg-ok-soft text-ok')}
          >
            <span aria-hidden="true" className="select-none">
              {MARK[change.kind]}
            </span>
            <span className="sr-only">{t(runs ? 'diffRuns' : 'diffAdds')}</span>
            <span className="min-w-0 break-all">
              <Untrusted text={words(change)} />
            </span>
          </li>
        );
      })}
    </ul>
  );
}
