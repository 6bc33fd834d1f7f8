'use client';

import { Checkbox, Untrusted } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';
import { reads } from '../../../lib/api/reads.ts';
import { useRead } from '../../../lib/api/use-read.ts';

/** The list with the item in it, or without. */
export const toggled = <T,>(list: readonly T[], item: T, on: boolean): T[] =>
  on ? [...new Set([...list, item])] : list.filter((other) => other !== item);

export interface AnchorChoiceProps {
  readonly label: string;
  /** SHA-256 of certificates. */
  readonly chosen: readonly string[];
  readonly onChoose: (chosen: readonly string[]) => void;
}

/** CAs that policies ask for: those that somebody has confirmed. */
export function AnchorChoice({ label, chosen, onChoose }: AnchorChoiceProps) {
  const t = useTranslations('order.parameters');
  const { data: overview } = useRead(reads.overview);
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium">{label}</legend>
      {overview?.anchors.length === 0 && <p className="text-muted">{t('noAnchors')}</p>}
      {overview?.anchors.map(({ sha256, name }) => (
        <Checkbox
          key={sha256}
          checked={chosen.includes(sha256)}
          onCheckedChange={(on) => {
            onChoose(toggled(chosen, sha256, on));
          }}
        >
          <Untrusted text={name} />
        </Checkbox>
      ))}
    </fieldset>
  );
}
