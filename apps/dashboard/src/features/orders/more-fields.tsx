'use client';

import { Field, FieldInput } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { inRange, RANGES, type OrderLimits } from './order-limits.ts';

interface NumberFieldProps {
  readonly name: keyof OrderLimits;
  readonly limits: OrderLimits;
  readonly onLimits: (limits: OrderLimits) => void;
}

function NumberField({ name, limits, onLimits }: NumberFieldProps) {
  const t = useTranslations('order');
  return (
    <Field label={t(`limits.${name}`)} hint={t(`limits.${name}Hint`)}>
      <FieldInput
        type="number"
        inputMode="numeric"
        name={name}
        {...RANGES[name]}
        defaultValue={limits[name]}
        onChange={(event) => {
          onLimits({ ...limits, [name]: inRange(name, event.target.valueAsNumber) });
        }}
        onBlur={(event) => {
          event.target.value = String(limits[name]);
        }}
      />
    </Field>
  );
}

/** What most orders leave as it is: attempts, the wait between them, and how long a change is watched. */
export function MoreFields({ limits, onLimits }: Omit<NumberFieldProps, 'name'>) {
  const t = useTranslations('order');
  return (
    <details className="rounded-md border border-line px-3 py-2">
      <summary className="cursor-pointer font-medium">{t('more')}</summary>
      <div className="mt-3 grid gap-5 pb-1 md:grid-cols-3">
        <NumberField name="attempts" limits={limits} onLimits={onLimits} />
        {limits.attempts > 1 && <NumberField name="waitMinutes" limits={limits} onLimits={onLimits} />}
        <NumberField name="watchMinutes" limits={limits} onLimits={onLimits} />
      </div>
    </details>
  );
}
