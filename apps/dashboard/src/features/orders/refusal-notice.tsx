'use client';

import type { InspectResponse } from '@trustfleet/api';
import { Notice } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';

/** Why a certificate may not become an anchor, each reason with its line where one is known. */
export function RefusalNotice({ refusals }: { readonly refusals: InspectResponse['refusals'] }) {
  const t = useTranslations('order');
  return (
    <Notice tone="bad" role="alert" title={t('refusedTitle')}>
      <ul className="flex list-disc flex-col gap-0.5 ps-4">
        {refusals.map((refusal) => {
          const reason = t(`refusals.${refusal.code}`);
          return (
            <li key={`${refusal.code}:${refusal.line ?? ''}`}>
              {refusal.line === null ? reason : t('refusedLine', { line: String(refusal.line), reason })}
            </li>
          );
        })}
      </ul>
    </Notice>
  );
}
