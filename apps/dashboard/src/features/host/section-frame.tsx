'use client';

import type { SectionView } from '@trustfleet/api';
import { Card, EmptyState, Notice, Untrusted } from '@trustfleet/ui';
import { Hourglass } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Ago } from '../../components/ago.tsx';
import type { SectionState } from './sections.ts';

export function RawSection({ section }: { readonly section: SectionView }) {
  const t = useTranslations('host');
  return (
    <Card title={<Untrusted text={section.name} />}>
      <Notice tone="neutral" title={t('notUnderstoodTitle')}>
        {t('notUnderstood')}
      </Notice>
      <pre
        tabIndex={0}
        className="mt-3 max-h-[32rem] overflow-auto rounded-md bg-sunken p-3 font-mono text-[0.9rem] break-all whitespace-pre-wrap"
      >
        <Untrusted text={JSON.stringify(section.body, null, 2)} whole />
      </pre>
    </Card>
  );
}

export interface SectionFrameProps<T> {
  readonly state: SectionState<T>;
  readonly children: (body: T) => ReactNode;
}

/** A section as a person reads it: what it says, since when; or why there is nothing to read. */
export function SectionFrame<T>({ state, children }: SectionFrameProps<T>) {
  const t = useTranslations('host');
  if (state.kind === 'raw') return <RawSection section={state.section} />;
  if (state.kind === 'absent') {
    return (
      <Card>
        <EmptyState icon={<Hourglass />} title={t('noReportTitle')}>
          {t('noReport')}
        </EmptyState>
      </Card>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      {children(state.body)}
      <p className="text-[0.93rem] text-muted">
        {t.rich('seenFromRich', { time: () => <Ago at={state.seenFrom} /> })}
      </p>
    </div>
  );
}
