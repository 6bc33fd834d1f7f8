'use client';

import type { JobDetail } from '@trustfleet/api';
import { cn, Untrusted } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';

type Plan = NonNullable<JobDetail['plan']>;
type Change = Plan['changes'][number];

type Effect = 'adds' | 'removes' | 'runs';

const EFFECT: Readonly<Record<Change['kind'], Effect>> = {
  addFile: 'adds',
  addAnchor: 'adds',
  restoreFile: 'adds',
  changeFile: 'adds',
  removeFile: 'removes',
  removeAnchor: 'removes',
  distrustAnchor: 'removes',
  runTool: 'runs',
  setVariable: 'adds',
  changePackage: 'adds',
  replaceCode: 'adds',
  propose: 'runs',
};
const LOOK: Readonly<Record<Effect, { readonly mark: string; readonly className: string }>> = {
  adds: { mark: '+', className: 'bg-ok-soft text-ok' },
  removes: { mark: '−', className: 'bg-bad-soft text-bad' },
  runs: { mark: '$', className: 'bg-sunken' },
};
const SPOKEN = { adds: 'diffAdds', removes: 'diffRemoves', runs: 'diffRuns' } as const;

type Lines = { readonly [Kind in Change['kind']]: (change: Extract<Change, { kind: Kind }>) => string };

function useChangeWords(): (change: Change) => string {
  const t = useTranslations('job');
  const lines: Lines = {
    addFile: ({ path }) => t('addFile', { path }),
    removeFile: ({ path }) => t('removeFile', { path }),
    restoreFile: ({ path }) => t('restoreFile', { path }),
    changeFile: ({ path }) => t('changeFile', { path }),
    runTool: ({ argv }) => t('runTool', { command: argv.join(' ') }),
    addAnchor: ({ subject, store }) => t('addAnchorLine', { subject, store }),
    removeAnchor: ({ subject, store }) => t('removeAnchorLine', { subject, store }),
    distrustAnchor: ({ subject, store }) => t('distrustAnchorLine', { subject, store }),
    setVariable: ({ name, source, value }) =>
      value === null
        ? t('unsetVariableLine', { name, source })
        : t('setVariableLine', { name, source, value }),
    changePackage: ({ name, python, from, to }) =>
      to === null
        ? t('removePackageLine', { name, python })
        : t('changePackageLine', { name, python, from: from ?? '–', to }),
    replaceCode: ({ path, from, to }) => t('replaceCodeLine', { path, from: from ?? '–', to }),
    propose: ({ path, owner }) => t('proposeLine', { path, owner }),
  };
  return (change) => (lines[change.kind] as (change: Change) => string)(change);
}

/** A plan as a diff: what the host would write, trust and run, in that order. */
export function PlanDiff({ plan }: { readonly plan: Plan }) {
  const t = useTranslations('job');
  const words = useChangeWords();
  if (plan.changes.length === 0) return <p className="text-muted">{t('planEmpty')}</p>;
  return (
    <ul className="overflow-hidden rounded-md border border-line font-mono text-[0.9rem]">
      {plan.changes.map((change, index) => {
        const effect = EFFECT[change.kind];
        return (
          <li key={index} className={cn('flex gap-2.5 px-3 py-1.5', LOOK[effect].className)}>
            <span aria-hidden="true" className="select-none">
              {LOOK[effect].mark}
            </span>
            <span className="sr-only">{t(SPOKEN[effect])}</span>
            <span className="min-w-0 break-all">
              <Untrusted text={words(change)} />
            </span>
          </li>
        );
      })}
    </ul>
  );
}
