'use client';

import { Button } from '@trustfleet/ui';
import { useTranslations } from 'use-intl';

export interface OlderButtonProps {
  readonly more: boolean;
  readonly loading: boolean;
  readonly onOlder: () => void;
  /** Of a list that does not go back in time. */
  readonly label?: string;
}

/** The end of a list without an end: the way to what is older or follows, or that there is nothing more. */
export function OlderButton({ more, loading, onOlder, label }: OlderButtonProps) {
  const t = useTranslations('common');
  return (
    <div className="border-t border-line p-2 text-center text-[0.93rem] text-muted">
      {more ? (
        <Button size="sm" variant="ghost" disabled={loading} onClick={onOlder}>
          {loading ? t('loading') : (label ?? t('older'))}
        </Button>
      ) : (
        <p className="py-1">{t('end')}</p>
      )}
    </div>
  );
}
