'use client';

import { Button } from '@trustfleet/ui';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useTranslations } from 'use-intl';

export interface PaginationProps {
  readonly page: number;
  readonly pageSize: number;
  readonly total: number;
  readonly onPage: (page: number) => void;
}

export function Pagination({ page, pageSize, total, onPage }: PaginationProps) {
  const t = useTranslations('common');
  const pages = Math.max(1, Math.ceil(total / pageSize));
  if (total === 0) return null;
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 border-t border-line px-3 py-2 text-[0.93rem] text-muted">
      <span>
        {t('range', {
          from: Math.min(total, (page - 1) * pageSize + 1),
          to: Math.min(total, page * pageSize),
          total,
        })}
      </span>
      {pages > 1 && (
        <span className="flex items-center gap-1">
          <Button
            variant="ghost"
            size="icon"
            aria-label={t('previousPage')}
            disabled={page <= 1}
            onClick={() => {
              onPage(page - 1);
            }}
          >
            <ChevronLeft aria-hidden="true" className="size-4" />
          </Button>
          <span>{t('pageOf', { page, pages })}</span>
          <Button
            variant="ghost"
            size="icon"
            aria-label={t('nextPage')}
            disabled={page >= pages}
            onClick={() => {
              onPage(page + 1);
            }}
          >
            <ChevronRight aria-hidden="true" className="size-4" />
          </Button>
        </span>
      )}
    </div>
  );
}
