'use client';

import { Button, Card, Field, FieldInput, Notice } from '@trustfleet/ui';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { reads } from '../../lib/api/reads.ts';
import { useRead } from '../../lib/api/use-read.ts';
import type { AnchorSource } from './anchor-source.ts';
import { sendOrder } from './create-order.ts';
import { LaunchDialog } from './launch-dialog.tsx';
import { PlanResults } from './plan-results.tsx';
import { WhenField } from './when-field.tsx';

export interface PlanStepProps {
  readonly source: AnchorSource | null;
  readonly hostIds: readonly string[];
  readonly planId: string | null;
  readonly onPlan: (orderId: string) => void;
}

/** A plan counts for launching only while it is of this certificate and these hosts. */
function usePlan({ source, hostIds, planId }: PlanStepProps) {
  const { data: order, error } = useRead(reads.order(planId ?? ''), { enabled: planId !== null });
  const planned = order?.jobs.map((job) => job.hostId).toSorted().join();
  const fits = order !== undefined && order.anchor?.sha256 === source?.certificate.sha256 && planned === hostIds.toSorted().join();
  return { order, error, fits };
}

const inThePast = (when: Date | null): boolean => when !== null && when.getTime() <= Date.now();

export function PlanStep(props: PlanStepProps) {
  const { source, hostIds, onPlan } = props;
  const t = useTranslations('order');
  const router = useRouter();
  const [reason, setReason] = useState('');
  const [when, setWhen] = useState<Date | null>(null);
  const [errors, setErrors] = useState<{ reason: boolean; when: boolean }>({ reason: false, when: false });
  const [confirming, setConfirming] = useState(false);
  const { order, error, fits } = usePlan(props);
  const plan = useMutation({ mutationFn: sendOrder, onSuccess: onPlan });
  const launch = useMutation({ mutationFn: sendOrder, onSuccess: (id) => { router.push(`/orders/${id}`); } });
  const ready = source !== null && hostIds.length > 0;
  const valid = (): boolean => {
    const found = { reason: reason.trim() === '', when: inThePast(when) };
    setErrors(found);
    return !found.reason && !found.when;
  };
  const startPlan = (): void => {
    if (source !== null && valid()) plan.mutate({ source, hostIds, reason, mode: 'plan', notBefore: null });
  };
  const startLaunch = (): void => {
    setConfirming(false);
    if (source !== null) launch.mutate({ source, hostIds, reason, mode: 'apply', notBefore: when });
  };
  return (
    <Card title={t('stepPlan')} description={t('planText')}>
      <div className="flex flex-col gap-5">
        <div className="grid gap-5 md:grid-cols-2">
          <Field label={t('reason')} hint={t('reasonHint')} error={errors.reason ? t('reasonMissing') : null}>
            <FieldInput name="reason" required maxLength={500} value={reason} onChange={(event) => { setReason(event.target.value); }} />
          </Field>
          <WhenField when={when} onWhen={setWhen} past={errors.when} />
        </div>
        {error !== null && <ProblemNotice problem={problemOf(error)} />}
        {plan.error !== null && <ProblemNotice problem={problemOf(plan.error)} />}
        {launch.error !== null && <ProblemNotice problem={problemOf(launch.error)} />}
        {order && !fits && <Notice tone="warn" role="status" title={t('planStale')} />}
        {order && fits && <PlanResults order={order} />}
        <div className="flex flex-wrap items-center gap-3">
          <Button variant={fits ? 'secondary' : 'primary'} disabled={!ready || plan.isPending} onClick={startPlan}>
            {t(plan.isPending ? 'planning' : order ? 'planAgain' : 'plan')}
          </Button>
          <Button variant={fits ? 'primary' : 'secondary'} disabled={!ready || !fits || launch.isPending} onClick={() => { if (valid()) setConfirming(true); }}>
            {t(launch.isPending ? 'launching' : when === null ? 'launchNow' : 'schedule')}
          </Button>
          {!fits && <span className="text-[0.93rem] text-muted">{t('launchBlocked')}</span>}
        </div>
      </div>
      {source && (
        <LaunchDialog open={confirming} onOpenChange={setConfirming} onLaunch={startLaunch} source={source} hosts={hostIds.length} when={when} />
      )}
    </Card>
  );
}
