import { Card, Skeleton } from '@trustfleet/ui';
import { getTranslations } from '../../lib/i18n/server.ts';

export default async function Loading() {
  const t = await getTranslations();
  return (
    <>
      <div aria-hidden="true" className="mb-6 h-8 w-48 animate-pulse rounded bg-sunken" />
      <Card flush>
        <Skeleton label={t('common.loading')} rows={9} />
      </Card>
    </>
  );
}
