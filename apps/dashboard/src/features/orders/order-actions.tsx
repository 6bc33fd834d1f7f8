'use client';

import { API_ROUTES, type OrderView } from '@trustfleet/api';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'use-intl';
import { z } from 'zod';
import { ReasonAction } from '../../components/reason-action.tsx';
import { post } from '../../lib/api/browser.ts';
import { May } from '../../lib/permissions/may.tsx';

/** The new order that an undo answers. */
const created = z.object({ id: z.uuid() });

/** What may still be done about an order: give up what has not begun, or take back what it changed. */
export function OrderActions({ order }: { readonly order: OrderView }) {
  const t = useTranslations('order');
  const router = useRouter();
  return (
    <May needs="orders.create">
      {order.cancellable && (
        <ReasonAction
          label={t('cancel')}
          title={t('cancelTitle')}
          confirm={t('cancel')}
          send={(reason) =>
            post({ path: API_ROUTES.cancelOrder(order.id), body: { reason }, schema: z.unknown() })
          }
        >
          <p>{t('cancelText')}</p>
        </ReasonAction>
      )}
      {order.undoable && (
        <ReasonAction
          label={t('undo')}
          title={t('undoTitle')}
          confirm={t('undo')}
          send={(reason) => post({ path: API_ROUTES.undoOrder(order.id), body: { reason }, schema: created })}
          onDone={({ id }) => {
            router.push(`/orders/${id}`);
          }}
        >
          <p>{t('undoText')}</p>
        </ReasonAction>
      )}
    </May>
  );
}
