'use client';

import { Button, Notice } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';

const digestOf = (error: unknown): string | null =>
  typeof error === 'object' && error !== null && 'digest' in error && typeof error.digest === 'string'
    ? error.digest
    : null;

/** An error that nothing expected. Its words stay in the dashboard's log; the page shows the number beside them. */
export function ErrorView({ error, retry }: { readonly error: unknown; readonly retry: () => void }) {
  const t = useTranslations('common');
  const number = digestOf(error);
  return (
    <div className="mx-auto max-w-2xl p-6">
      <Notice
        tone="bad"
        role="alert"
        title={t('errorTitle')}
        actions={
          <Button size="sm" onClick={retry}>
            {t('retry')}
          </Button>
        }
      >
        <p>{t('errorText')}</p>
        {number !== null && <p className="mt-1 font-mono text-muted">{t('errorNumber', { number })}</p>}
      </Notice>
    </div>
  );
}
