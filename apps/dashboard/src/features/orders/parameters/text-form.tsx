'use client';

import { Field, FieldInput } from '@trustfleet/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Parameters } from '../order-subject.ts';
import { AcceptButton, textOf, type FormProps } from './parameter-form.tsx';

export const TEXT_NAMES = ['python', 'package', 'version', 'configuration'] as const;
export type TextName = (typeof TEXT_NAMES)[number];

export interface TextFormProps extends FormProps {
  readonly names: readonly TextName[];
  /** What stands in the parameters beside the texts. */
  readonly fixed: Parameters;
}

/** A remedy whose parameters are a few short texts. */
export function TextForm({ given, names, fixed, onAccept }: TextFormProps) {
  const t = useTranslations('order.parameters');
  const [texts, setTexts] = useState<Partial<Record<TextName, string>>>(() =>
    Object.fromEntries(names.map((name) => [name, textOf(given, name, '')])),
  );
  const filled = names.map((name) => [name, (texts[name] ?? '').trim()] as const);
  return (
    <div className="flex flex-col gap-4">
      {names.map((name) => (
        <Field key={name} label={t(`texts.${name}.label`)} hint={t(`texts.${name}.hint`)}>
          <FieldInput
            value={texts[name] ?? ''}
            maxLength={4096}
            onChange={(event) => {
              setTexts({ ...texts, [name]: event.target.value });
            }}
          />
        </Field>
      ))}
      <AcceptButton
        disabled={filled.some(([, text]) => text === '')}
        onClick={() => {
          onAccept({ ...Object.fromEntries(filled), ...fixed });
        }}
      />
    </div>
  );
}
