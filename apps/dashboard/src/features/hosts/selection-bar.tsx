'use client';

import { Button, buttonClass } from '@trustfleet/ui';
import Link from 'next/link';
import { useTranslations } from 'use-intl';

/** As many ids as fit into an address line of the server (16 KiB of headers). */
export const MAX_SELECTED = 200;

export interface SelectionBarProps {
  readonly selected: readonly string[];
  /** The anchor that the list is filtered by: the order begins with it. */
  readonly anchor: string | null;
  readonly onClear: () => void;
}

export function SelectionBar({ selected, anchor, onClear }: SelectionBarProps) {
  const t = useTranslations('hosts');
  const query = new URLSearchParams({ hosts: selected.join(',') });
  if (anchor !== null) query.set('anchor', anchor);
  return (
    <div role="status">
      {selected.length > 0 && (
        <div className="flex flex-wrap items-center gap-3 border-b border-line bg-accent-soft px-3 py-2">
          <span className="font-medium">{t('selected', { count: selected.length })}</span>
          <Link
            href={`/orders/new?${query.toString()}`}
            prefetch={false}
            className={buttonClass({ variant: 'primary', size: 'sm' })}
          >
            {t('addAnchor')}
          </Link>
          <Button size="sm" variant="ghost" onClick={onClear}>
            {t('clearSelection')}
          </Button>
          {selected.length >= MAX_SELECTED && (
            <span className="text-warn">{t('selectionFull', { max: MAX_SELECTED })}</span>
          )}
        </div>
      )}
    </div>
  );
}
