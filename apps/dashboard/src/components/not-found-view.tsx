import { SearchX } from 'lucide-react';
import { getTranslations } from '../lib/i18n/server.ts';
import { TextLink } from './text-link.tsx';

/** What a page says of an address that names nothing. */
export async function NotFoundView() {
  const t = await getTranslations();
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-16 text-center">
      <SearchX aria-hidden="true" className="mb-1 size-7 text-muted" />
      <h1 className="text-[1.2rem] font-semibold">{t('common.notFoundTitle')}</h1>
      <p className="max-w-prose text-muted">{t('common.notFoundText')}</p>
      <TextLink href="/" className="mt-3">
        {t('common.toOverview')}
      </TextLink>
    </div>
  );
}
