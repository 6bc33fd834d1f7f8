'use client';

import { Field, FieldInput } from '@trustfleet/ui';
import { useState } from 'react';
import { useTimeZone, useTranslations } from 'use-intl';

export interface WhenFieldProps {
  /** Null: now. */
  readonly when: Date | null;
  readonly onWhen: (when: Date | null) => void;
  readonly past: boolean;
}

const HOUR_MS = 3_600_000;

/** Value of a datetime-local control: local wall-clock time without a zone. */
function localValue(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

function nextHour(): Date {
  return new Date(Math.ceil((Date.now() + HOUR_MS / 2) / HOUR_MS) * HOUR_MS);
}

export function WhenField({ when, onWhen, past }: WhenFieldProps) {
  const t = useTranslations('order');
  const timeZone = useTimeZone() ?? '';
  const [text, setText] = useState('');
  const later = (): void => {
    const start = nextHour();
    setText(localValue(start));
    onWhen(start);
  };
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium">{t('when')}</legend>
      <div className="flex gap-5">
        <label className="inline-flex items-center gap-2">
          <input
            type="radio"
            name="when"
            className="accent-accent"
            checked={when === null}
            onChange={() => {
              onWhen(null);
            }}
          />
          {t('whenNow')}
        </label>
        <label className="inline-flex items-center gap-2">
          <input
            type="radio"
            name="when"
            className="accent-accent"
            checked={when !== null}
            onChange={later}
          />
          {t('whenLater')}
        </label>
      </div>
      {when !== null && (
        <Field label={t('time')} hint={t('timeHint', { zone: timeZone })} error={past ? t('timePast') : null}>
          <FieldInput
            type="datetime-local"
            required
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              const chosen = new Date(event.target.value);
              if (!Number.isNaN(chosen.getTime())) onWhen(chosen);
            }}
          />
        </Field>
      )}
    </fieldset>
  );
}
