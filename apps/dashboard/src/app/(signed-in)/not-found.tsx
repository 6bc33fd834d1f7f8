import { EmptyState } from '@trustfleet/ui';
import { SearchX } from 'lucide-react';
import { TextLink } from '../../components/text-link.tsx';
import { getTranslations } from '../../lib/i18n/server.ts';

export default async function NotFound() {
  const t = await getTranslations();
  return (
    <EmptyState icon={<SearchX />} title={t('common.notFoundTitle')} actions={<TextLink href="/">{t('common.toOverview')}</TextLink>}>
      {t('common.notFoundText')}
    </EmptyState>
  );
}
