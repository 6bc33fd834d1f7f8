'use client';

import type { JobDetail } from '@trustfleet/api';
import { Notice, Untrusted } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { PlanDiff } from './plan-diff.tsx';
import { VerdictChanges } from './verdict-changes.tsx';

type Plan = NonNullable<JobDetail['plan']>;

/** A plan as a whole: its lines, who else owns what it touches, who is affected, and what verifies otherwise afterwards. */
export function PlanWords({ plan }: { readonly plan: Plan }) {
  const t = useTranslations('plan');
  const { managers = [], affected = [], remarks = [], verdicts } = plan;
  return (
    <div className="flex flex-col gap-3">
      <PlanDiff plan={plan} />
      {managers.map(({ target, manager }) => (
        <Notice key={target} tone="warn" title={<Untrusted text={t('managed', { target, manager })} />} />
      ))}
      {remarks.map((remark) => (
        <p key={remark} className="text-muted">
          <Untrusted text={remark} className="wrap-anywhere" />
        </p>
      ))}
      {affected.length > 0 && (
        <p className="text-muted">
          <Untrusted text={t('affected', { list: affected.join(', ') })} className="wrap-anywhere" />
        </p>
      )}
      {verdicts !== undefined && (
        <section className="flex flex-col gap-1.5">
          <h3 className="font-medium">{t('verdicts')}</h3>
          <VerdictChanges label={t('verdicts')} changes={verdicts} />
        </section>
      )}
    </div>
  );
}
