import type { TrustStep } from '@trustfleet/protocol';
import { Badge, Untrusted, type Tone } from '@trustfleet/ui';
import { useMessages, useTranslations } from 'use-intl';
import { knownKey } from '../../../lib/i18n/known-key.ts';

const TONE: Readonly<Record<TrustStep['outcome'], Tone>> = {
  notSet: 'neutral',
  empty: 'warn',
  ignored: 'neutral',
  overridden: 'neutral',
  failed: 'bad',
  used: 'accent',
  added: 'accent',
};

function Step({ step }: { readonly step: TrustStep }) {
  const t = useTranslations('verdict');
  const { reasons } = useMessages().verdict;
  const reason = step.reason === null ? null : knownKey(reasons, step.reason);
  return (
    <li className="py-1.5">
      <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
        <span>{t(`kinds.${step.kind}`)}</span>
        {step.name !== null && <Untrusted text={step.name} className="font-mono text-[0.93rem] break-all" />}
        <Badge tone={TONE[step.outcome]}>{t(`outcomes.${step.outcome}`)}</Badge>
      </span>
      {step.value !== null && (
        <p className="text-[0.93rem]">
          <Untrusted text={step.value} className="font-mono break-all" />
          {step.definedIn !== null && (
            <span className="text-muted">
              {' '}
              <Untrusted text={t('definedIn', { file: step.definedIn })} className="wrap-anywhere" />
            </span>
          )}
        </p>
      )}
      {step.reason !== null && (
        <p className="text-[0.93rem] text-muted">
          {reason === null ? <Untrusted text={step.reason} /> : t(`reasons.${reason}`)}
        </p>
      )}
    </li>
  );
}

/** Where a client looks for its anchors, in the order in which it looks. */
export function TrustSteps({ steps }: { readonly steps: readonly TrustStep[] }) {
  return (
    <ol className="list-decimal divide-y divide-line ps-5">
      {steps.map((step, index) => (
        <Step key={index} step={step} />
      ))}
    </ol>
  );
}
