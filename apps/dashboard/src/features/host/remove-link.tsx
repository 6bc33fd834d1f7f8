import type { HostDetail } from '@trustfleet/api';
import type { TrustStore } from '@trustfleet/protocol';
import { buttonClass } from '@trustfleet/ui';
import Link from 'next/link';
import { useTranslations } from 'use-intl';
import { newOrderPath } from '../../lib/new-order-path.ts';
import { May } from '../../lib/permissions/may.tsx';
import type { AnchorRow } from './anchor-rows.ts';

/** The way to an order that takes this anchor out of this store of this host. */
export function RemoveLink({
  host,
  store,
  row,
}: {
  readonly host: Pick<HostDetail, 'id' | 'revokedAt'>;
  readonly store: TrustStore;
  readonly row: AnchorRow;
}) {
  const t = useTranslations('stores');
  if (host.revokedAt !== null || row.trust === 'deselected') return null;
  return (
    <May needs="orders.create">
      <Link
        href={newOrderPath({
          remedy: 'trustStore.removeAnchor',
          anchor: row.sha256,
          store: store.operatingSystem ? null : store.id,
          hostIds: [host.id],
        })}
        prefetch={false}
        className={buttonClass({})}
      >
        {t('remove')}
      </Link>
    </May>
  );
}
