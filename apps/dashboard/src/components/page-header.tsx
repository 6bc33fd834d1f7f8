'use client';

import { ChevronRight } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';

export interface PageHeaderProps {
  readonly title: ReactNode;
  /** The page above this one. */
  readonly parent?: { readonly href: string; readonly label: string };
  readonly details?: ReactNode;
  readonly actions?: ReactNode;
}

export function PageHeader({ title, parent, details, actions }: PageHeaderProps) {
  const t = useTranslations('common');
  return (
    <header className="mb-5">
      {parent && (
        <nav aria-label={t('breadcrumb')} className="mb-1 flex items-center gap-1 text-[0.93rem] text-muted">
          <Link href={parent.href} className="hover:text-text hover:underline">
            {parent.label}
          </Link>
          <ChevronRight aria-hidden="true" className="size-3.5" />
        </nav>
      )}
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="text-[1.5rem] leading-tight font-semibold tracking-tight break-words">{title}</h1>
          {details !== undefined && (
            <div className="mt-1.5 flex flex-wrap items-center gap-x-4 gap-y-1 text-muted">{details}</div>
          )}
        </div>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
    </header>
  );
}
