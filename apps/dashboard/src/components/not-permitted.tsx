import type { Permission, Role } from '@trustfleet/api';
import { Lock } from 'lucide-react';
import { getTranslations } from '../lib/i18n/server.ts';
import { TextLink } from './text-link.tsx';

/** What a page says to a reader whose role it is not for. */
export async function NotPermitted({ needs, role }: { readonly needs: Permission; readonly role: Role }) {
  const t = await getTranslations();
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-16 text-center">
      <Lock aria-hidden="true" className="mb-1 size-7 text-muted" />
      <h1 className="text-[1.2rem] font-semibold">{t('notPermitted.title')}</h1>
      <p className="max-w-prose text-muted">
        {t('notPermitted.text', { role: t(`roles.${role}.name`), right: t(`permissions.${needs}`) })}
      </p>
      <TextLink href="/" className="mt-3">
        {t('common.toOverview')}
      </TextLink>
    </div>
  );
}
