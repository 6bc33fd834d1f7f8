'use client';

import { Button, Card, Field, FieldInput, Notice } from '@trustfleet/ui';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { ProblemNotice, problemOf } from '../../components/problem-panel.tsx';
import { reads } from '../../lib/api/reads.ts';
import { useRead } from '../../lib/api/use-read.ts';
import { sendOrder } from './create-order.ts';
import { LaunchDialog } from './launch-dialog.tsx';
import { MoreFields } from './more-fields.tsx';
import { forgetDraft, keepDraft, useDraft } from './order-draft.ts';
import { NO_LIMITS } from './order-limits.ts';
import { isAbout, type OrderSubject } from './order-subject.ts';
import { planReadiness, type PlanReadiness } from './plan-readiness.ts';
import { PlanResults } from './plan-results.tsx';
import { WhenField } from './when-field.tsx';

export interface PlanStepProps {
  /** Null until it is chosen. */
  readonly subject: OrderSubject | null;
  readonly hostIds: readonly string[];
  readonly planId: string | null;
  readonly onPlan: (orderId: string) => void;
}

/** A plan counts for launching only while it is of this change and these hosts. */
function usePlan({ subject, hostIds, planId }: PlanStepProps) {
  const { data: order, error } = useRead(reads.order(planId ?? ''), { enabled: planId !== null });
  const planned = order?.jobs
    .map((job) => job.hostId)
    .toSorted()
    .join();
  const fits =
    order !== undefined &&
    subject !== null &&
    isAbout(order, subject) &&
    planned === hostIds.toSorted().join();
  const readiness: PlanReadiness | 'unplanned' = fits ? planReadiness(order.jobs) : 'unplanned';
  return { order, error, fits, readiness };
}

const inThePast = (when: Date | null): boolean => when !== null && when.getTime() <= Date.now();

/** Reason and time, with what is wrong with them. */
function useOrderForm() {
  const { reason } = useDraft();
  const setReason = (next: string): void => {
    keepDraft({ reason: next });
  };
  const [limits, setLimits] = useState(NO_LIMITS);
  const [when, setWhen] = useState<Date | null>(null);
  const [wrong, setWrong] = useState({ reason: false, when: false });
  const check = (): boolean => {
    const found = { reason: reason.trim() === '', when: inThePast(when) };
    setWrong(found);
    return !found.reason && !found.when;
  };
  return { reason, setReason, when, setWhen, limits, setLimits, wrong, check };
}

function OrderForm({ form }: { readonly form: ReturnType<typeof useOrderForm> }) {
  const t = useTranslations('order');
  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-5 md:grid-cols-2">
        <Field
          label={t('reason')}
          hint={t('reasonHint')}
          error={form.wrong.reason ? t('reasonMissing') : null}
        >
          <FieldInput
            name="reason"
            required
            maxLength={500}
            value={form.reason}
            onChange={(event) => {
              form.setReason(event.target.value);
            }}
          />
        </Field>
        <WhenField when={form.when} onWhen={form.setWhen} past={form.wrong.when} />
      </div>
      <MoreFields limits={form.limits} onLimits={form.setLimits} />
    </div>
  );
}

interface PlanButtonsProps {
  /** What and where is chosen. */
  readonly ready: boolean;
  /** There is a plan of just these. */
  readonly fits: boolean;
  readonly readiness: PlanReadiness | 'unplanned';
  readonly planned: boolean;
  readonly later: boolean;
  readonly sending: 'plan' | 'launch' | null;
  readonly onPlan: () => void;
  readonly onLaunch: () => void;
}

const NOT_YET = { unplanned: 'launchBlocked', waiting: 'launchWaiting', useless: 'launchUseless' } as const;

function PlanButtons(props: PlanButtonsProps) {
  const { ready, fits, readiness, planned, later, sending, onPlan, onLaunch } = props;
  const t = useTranslations('order');
  const planWords = t(planned ? 'planAgain' : 'plan');
  const launchWords = t(later ? 'schedule' : 'launchNow');
  const blocked = !ready || sending !== null;
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button variant={fits ? 'secondary' : 'primary'} disabled={blocked} onClick={onPlan}>
        {sending === 'plan' ? t('planning') : planWords}
      </Button>
      <Button
        variant={fits ? 'primary' : 'secondary'}
        disabled={blocked || readiness !== 'ready'}
        onClick={onLaunch}
      >
        {sending === 'launch' ? t('launching') : launchWords}
      </Button>
      {readiness !== 'ready' && <span className="text-[0.93rem] text-muted">{t(NOT_YET[readiness])}</span>}
    </div>
  );
}

function sendingOf(plan: boolean, launch: boolean): 'plan' | 'launch' | null {
  if (plan) return 'plan';
  return launch ? 'launch' : null;
}

export function PlanStep(props: PlanStepProps) {
  const { subject, hostIds, onPlan } = props;
  const t = useTranslations('order');
  const router = useRouter();
  const form = useOrderForm();
  const [confirming, setConfirming] = useState(false);
  const { order, error, fits, readiness } = usePlan(props);
  const plan = useMutation({ mutationFn: sendOrder, onSuccess: onPlan });
  const launch = useMutation({
    mutationFn: sendOrder,
    onSuccess: (id) => {
      forgetDraft();
      router.push(`/orders/${id}`);
    },
  });
  const start = (mode: 'plan' | 'apply'): void => {
    setConfirming(false);
    if (subject === null || !form.check()) return;
    const draft = { subject, hostIds, reason: form.reason, limits: form.limits };
    if (mode === 'plan') plan.mutate({ ...draft, mode, notBefore: null });
    else launch.mutate({ ...draft, mode, notBefore: form.when });
  };
  const failures = [error, plan.error, launch.error].filter((failure) => failure !== null);
  return (
    <Card title={t('stepPlan')} description={t('planText')}>
      <div className="flex flex-col gap-5">
        <OrderForm form={form} />
        {failures.map((failure) => (
          <ProblemNotice key={failure.message} problem={problemOf(failure)} />
        ))}
        {order &&
          (fits ? (
            <PlanResults order={order} />
          ) : (
            <Notice tone="warn" role="status" title={t('planStale')} />
          ))}
        <PlanButtons
          ready={subject !== null && hostIds.length > 0}
          fits={fits}
          readiness={readiness}
          planned={order !== undefined}
          later={form.when !== null}
          sending={sendingOf(plan.isPending, launch.isPending)}
          onPlan={() => {
            start('plan');
          }}
          onLaunch={() => {
            if (form.check()) setConfirming(true);
          }}
        />
      </div>
      {subject && (
        <LaunchDialog
          open={confirming}
          onOpenChange={setConfirming}
          onLaunch={() => {
            start('apply');
          }}
          subject={subject}
          hosts={hostIds.length}
          when={form.when}
          limits={form.limits}
        />
      )}
    </Card>
  );
}
