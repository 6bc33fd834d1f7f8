'use client';

import { ShieldCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';

/** A page of one form, before anybody is signed in. */
export function FormPage({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const t = useTranslations('app');
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-[25rem] flex-col justify-center px-5 py-10">
      <p className="mb-6 flex items-center gap-2 text-[1.15rem] font-semibold tracking-tight">
        <ShieldCheck aria-hidden="true" className="size-5 text-accent" />
        {t('name')}
      </p>
      <div className="rounded-lg border border-line bg-surface p-6 shadow-card">
        <h1 className="mb-4 text-[1.3rem] font-semibold">{title}</h1>
        {children}
      </div>
    </main>
  );
}
