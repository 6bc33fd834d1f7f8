'use client';

import type { ParameterRemedy } from '@trustfleet/api';
import { Button } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import type { Parameters } from '../order-subject.ts';

/** Every form alike: what was chosen before, and what to do with what is chosen. */
export interface FormProps {
  readonly remedy: ParameterRemedy;
  /** From the address; anything may stand in it. */
  readonly given: Parameters | null;
  readonly onAccept: (parameters: Parameters) => void;
}

/** A text of what the address brought; `otherwise` where it is none. */
export function textOf(given: Parameters | null, name: string, otherwise: string): string {
  const value = given?.[name];
  return typeof value === 'string' ? value.slice(0, 4096) : otherwise;
}

export function AcceptButton({
  disabled,
  onClick,
}: {
  readonly disabled: boolean;
  readonly onClick: () => void;
}) {
  const t = useTranslations('order.parameters');
  return (
    <div>
      <Button disabled={disabled} onClick={onClick}>
        {t('accept')}
      </Button>
    </div>
  );
}
